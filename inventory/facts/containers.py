"""Fact `containers`: what Docker and others run on the host."""

from typing import Any

from estate.records.facts.containers import Container, Containers, Engine
from estate.redact import redact
from inventory.facts._json import loads
from inventory.facts.base import Fact, Reading, Section, absent, denied, failed, known

# Docker is asked only where it runs, as asking could start it. Podman would write its folders, so its file is read.
_FORMAT = r"{{.ID}}\t{{.Names}}\t{{.Image}}\t{{.State}}\t{{.Ports}}\t{{.Mounts}}\t{{.CreatedAt}}"
SNIPPET = rf"""
echo containers
if [ -e /run/docker.pid ] || [ -e /var/run/docker.pid ] || [ -S /run/docker.sock ]; then
  echo 'engine docker'
  if ! command -v docker >/dev/null; then echo 'said the docker client is not installed'
  elif [ -e /run/docker.pid ] || [ -e /var/run/docker.pid ]; then
    $t docker ps -a --no-trunc --format '{_FORMAT}' 2>&1 || echo "said docker ended with status $?"
  fi
fi
[ -d /var/lib/containers/storage ] && echo 'engine podman'
for f in /var/lib/lxc/*; do [ -d "$f" ] && printf 'lxc %s\n' "$f"; done
for f in /etc/kubernetes/kubelet.conf /etc/rancher/k3s/k3s.yaml /var/snap/microk8s/current; do
  [ -e $f ] && {{ echo 'engine kubernetes'; break; }}
done
[ -S /run/containerd/containerd.sock ] && echo 'engine containerd'
echo end
"""
_PODMAN = "/var/lib/containers/storage/overlay-containers/containers.json"


def parse(section: Section) -> Reading:
    """Read docker's rows, podman's file, and the names of LXC's folders."""
    lines = section.lines
    if not lines or lines[0] != "containers" or lines[-1] != "end":
        return failed("the list of containers was cut off")
    rows: list[Container] = []
    engines: list[Engine] = []
    lxc: list[Container] = []
    reasons: list[str] = []
    names: list[str] = []
    for line in lines[1:-1]:
        if line.startswith("engine "):
            names.append(line.removeprefix("engine "))
        elif line.startswith("lxc "):
            name = line.rsplit("/", 1)[-1]
            lxc.append(Container(id=name, name=name, image=""))
        elif "\t" in line:
            parts = [redact(part) for part in line.split("\t")]
            if len(parts) != 7:
                raise ValueError(f"docker printed {line[:40]!r}")
            rows.append(Container(**dict(zip(_FIELDS, parts, strict=True))))
        elif "docker" in names:
            reasons.append(redact(line.removeprefix("said "))[:160])
        else:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    for name in dict.fromkeys(names):
        if name == "docker":
            engines.append(
                Engine(name=name, containers=None if reasons else tuple(rows), reason="; ".join(reasons[:1]))
            )
        elif name == "podman":
            engines.append(_podman(section))
        else:
            engines.append(Engine(name=name, reason="its containers are not asked for"))
    if lxc:
        engines.append(Engine(name="lxc", containers=tuple(lxc)))
    if not engines:
        return absent("no container engine is on the host")
    blind = [one.name for one in engines if one.containers is None]
    shut = section.uid != 0 and (denied(section) or bool(section.refused))
    return known(
        Containers(engines=tuple(engines)),
        partial=f"the containers of {', '.join(blind)}" if blind else "",
        privilege="root" if blind and shut else "",
    )


_FIELDS = ("id", "name", "image", "state", "ports", "mounts", "created")


def _podman(section: Section) -> Engine:
    text = "\n".join(line for file, line in section.pairs if file == _PODMAN)
    if not text:
        return Engine(name="podman", reason="its list of containers could not be read")
    listed: Any = loads(text)
    return Engine(
        name="podman",
        containers=tuple(
            Container(
                id=str(one["id"])[:64],
                name=", ".join(one.get("names") or ()),
                image=str(one.get("image", "")),
                created=str(one.get("created", "")),
            )
            for one in listed
        ),
    )


FACT = Fact(
    id="containers",
    reads="docker ps where Docker runs, podman's own list, names of LXC's folders. Root, or a member of docker.",
    tool="sh",
    snippet=SNIPPET,
    files=(_PODMAN,),
    parser=parse,
    run_as="root",
    tier=2,
)
