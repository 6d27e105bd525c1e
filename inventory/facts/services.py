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
  for f in /etc/rc[2345].d/S*; do printf 'starts %s\n' "${f##*/}"; done
  exit 0
else
  exit 127
fi
"""

_SKELETONS = frozenset({"README", "skeleton", "rc", "rcS", "functions", "halt", "reboot", "single", "killprocs"})


def parse(section: Section) -> Reading:
    """Read the lists of files, the two settings of local units, and systemctl's table."""
    lines = section.lines
    if not lines or lines[0] not in ("systemd", "sysv"):
        return failed("the init system did not show itself")
    if lines[0] == "sysv":
        return known(_sysv(lines[1:]), partial="whether they run: there is no systemd to ask")
    if "--- units" not in lines:
        return failed("the list of units was cut off")
    cut = lines.index("--- units")
    if section.status != 0 or cut + 1 == len(lines):
        return failed(f"systemctl could not list the units: {(lines[cut + 1 :] or ['no answer'])[-1][:120]}")
    return known(_systemd(lines[1:cut], lines[cut + 1 :]))


def _systemd(files: list[str], table: list[str]) -> Services:
    enabled: set[str] = set()
    paths: dict[str, str] = {}
    settings: dict[tuple[str, str], str] = {}
    for line in files:
        if line.startswith("enabled "):
            enabled.add(line.removeprefix("enabled "))
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
        path = paths.get(unit) or paths.get(re.sub(r"@.*\.service$", "@.service", unit), "")
        found.append(
            Service(
                unit=unit,
                active=active,
                sub=sub,
                enabled="enabled" if unit in enabled else "",
                path=path,
                description=redact(description.strip()),
                command=redact(settings.get((path, "ExecStart"), "")),
                user=settings.get((path, "User"), ""),
            )
        )
    return Services(init="systemd", services=tuple(found))


def _sysv(lines: list[str]) -> Services:
    starts = {re.sub(r"^S\d+", "", line.removeprefix("starts ")) for line in lines if line.startswith("starts ")}
    scripts = [line.removeprefix("script ") for line in lines if line.startswith("script ")]
    names = ((path, path.rsplit("/", 1)[-1]) for path in scripts)
    return Services(
        init="sysv",
        services=tuple(
            Service(unit=name, path=path, enabled="enabled" if name in starts else "disabled")
            for path, name in names
            if name not in _SKELETONS
        ),
    )


FACT = Fact(
    id="services",
    reads="systemctl list-units, names of unit files, and ExecStart and User of local ones (redacted); "
    "or the names in /etc/init.d. Any account.",
    tool="systemd or /etc/init.d",
    snippet=SNIPPET,
    parser=parse,
    limit=4 << 20,
)
