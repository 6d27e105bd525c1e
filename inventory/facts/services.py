"""Fact `services`: what the init system runs, and the unit files that people wrote."""

import re

from estate.records.facts.services import Service, Services
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, failed, known

# Names of files come from the shell's own globbing, which starts no process.
SNIPPET = r"""
if [ -d /run/systemd/system ]; then
  echo systemd
  for f in /etc/systemd/system/*.wants/*.service; do printf 'enabled %s\n' "${f##*/}"; done
  for f in /etc/systemd/system/*.service /run/systemd/system/*.service; do
    [ -c "$f" ] && printf 'masked %s\n' "${f##*/}"
  done
  for d in /etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /lib/systemd/system \
    /usr/lib/systemd/system; do
    for f in "$d"/*.service; do printf 'file %s\n' "$f"; done
  done
  grep -aHE '^[[:space:]]*(ExecStart|User)[[:space:]]*=' /etc/systemd/system/*.service \
    /usr/local/lib/systemd/system/*.service 2>/dev/null
  echo '--- units'
  $t systemctl list-units --type=service --all --full --plain --no-legend --no-pager 2>&1
elif [ -d /etc/init.d ]; then
  echo sysv
  for f in /etc/init.d/*; do [ -x "$f" ] && printf 'script %s\n' "$f"; done
  for f in /etc/rc[2345].d/S*; do [ -e "$f" ] && printf 'starts %s\n' "${f##*/}"; done
  for f in /etc/runlevels/*/*; do [ -e "$f" ] && printf 'starts S%s\n' "${f##*/}"; done
  for f in /etc/init/*.conf; do [ -e "$f" ] && printf 'job %s\n' "$f"; done
  [ -d /run/openrc/started ] && echo openrc
  for f in /run/openrc/started/*; do [ -e "$f" ] && printf 'runs %s\n' "${f##*/}"; done
  return 0
else
  return 127
fi
"""

_SKELETONS = frozenset({"README", "skeleton", "rc", "rcS", "functions", "halt", "reboot", "single", "killprocs"})


def parse(section: Section) -> Reading:
    """Read the lists of files, the two settings of local units, and systemctl's table."""
    lines = section.lines
    if not lines or lines[0] not in ("systemd", "sysv"):
        return failed("the init system did not show itself")
    if lines[0] == "sysv":
        blind = "openrc" not in lines
        return known(_sysv(lines[1:]), partial="whether they run: there is no systemd to ask" if blind else "")
    if "--- units" not in lines:
        return failed("the list of units was cut off")
    cut = lines.index("--- units")
    if section.status != 0 or cut + 1 == len(lines):
        return failed(f"systemctl could not list the units: {(lines[cut + 1 :] or ['no answer'])[-1][:120]}")
    return known(_systemd(lines[1:cut], lines[cut + 1 :]))


def _systemd(files: list[str], table: list[str]) -> Services:
    enabled: set[str] = set()
    masked: set[str] = set()
    paths: dict[str, str] = {}
    settings: dict[tuple[str, str], str] = {}
    for line in files:
        if line.startswith("enabled "):
            enabled.add(line.removeprefix("enabled "))
        elif line.startswith("masked "):
            masked.add(line.removeprefix("masked "))
        elif line.startswith("file "):
            path = line.removeprefix("file ")
            # The first folder wins, as it does for systemd.
            paths.setdefault(path.rsplit("/", 1)[-1], path)
        else:
            path, _, setting = line.partition(":")
            key, _, value = setting.partition("=")
            settings.setdefault((path, key.strip()), value.strip())
    found = []
    for line in table:
        row = re.match(r"[●×*]?\s*(\S+\.service)\s+(\S+)\s+(\S+)\s+(\S+)\s*(.*)$", line)
        if row is None:
            raise ValueError(f"systemctl printed {line[:40]!r}")
        unit, load, active, sub, description = row.groups()
        if load == "not-found":
            continue
        # reports@1.service is made from the file reports@.service.
        template = re.sub(r"@.*\.service$", "@.service", unit)
        path = paths.get(unit) or paths.get(template, "")
        found.append(
            Service(
                unit=unit,
                active=active,
                sub=sub,
                enabled="masked" if {unit, template} & masked else "enabled" if unit in enabled else "",
                path=path,
                description=redact(description.strip()),
                command=redact(settings.get((path, "ExecStart"), "")),
                user=settings.get((path, "User"), ""),
            )
        )
    return Services(init="systemd", services=tuple(found))


def _sysv(lines: list[str]) -> Services:
    def listed(label: str) -> list[str]:
        return [line.removeprefix(f"{label} ") for line in lines if line.startswith(f"{label} ")]

    starts = {re.sub(r"^S\d*", "", name) for name in listed("starts")}
    runs = set(listed("runs"))
    scripts = {path.rsplit("/", 1)[-1]: path for path in listed("script")}
    # A job of upstart starts by itself; the script of the same name only points to it.
    jobs = {path.rsplit("/", 1)[-1].removesuffix(".conf"): path for path in listed("job")}
    return Services(
        init="sysv",
        services=tuple(
            Service(
                unit=name,
                path=path,
                active=("active" if name in runs else "inactive") if "openrc" in lines else "",
                enabled="enabled" if name in starts or name in jobs else "disabled",
            )
            for name, path in {**scripts, **jobs}.items()
            if name not in _SKELETONS
        ),
    )


FACT = Fact(
    id="services",
    reads="systemctl list-units, names of unit files, and ExecStart and User of local ones (redacted); "
    "or the names in /etc/init.d, /etc/init and OpenRC's run levels. Any account.",
    tool="systemd or /etc/init.d",
    snippet=SNIPPET,
    parser=parse,
    light=True,
)
