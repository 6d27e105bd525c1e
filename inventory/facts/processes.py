"""Fact `processes`: what runs, with the systemd unit that each belongs to."""

import re

from estate.records.facts.processes import Process, Processes
from estate.redact import redact
from inventory.facts.base import Fact, Reading, Section, failed, known

# procps first; busybox knows neither -e nor a width.
SNIPPET = r"""
command -v ps >/dev/null || exit 127
ps -ww -eo pid,ppid,user:32,rss,args 2>/dev/null || ps -o pid,ppid,user,rss,args 2>/dev/null \
  || ps -o pid,ppid,user,args 2>&1
echo '--- units'
[ -d /run/systemd/system ] || { echo none; exit 0; }
grep -asHE '^[0-9]+:(name=systemd)?:/' /proc/[0-9]*/cgroup 2>/dev/null
# More processes than arguments fit in one call.
[ $? -lt 126 ] || for d in 1 2 3 4 5 6 7 8 9; do
  for e in '' 0 1 2 3 4 5 6 7 8 9; do
    p=$d$e*
    [ "$e" ] || p=$d
    grep -asHE '^[0-9]+:(name=systemd)?:/' /proc/$p/cgroup 2>/dev/null
  done
done
exit 0
"""

_CGROUP = re.compile(r"/proc/(\d+)/cgroup:(\d+):(name=systemd)?:(/.*)$")
_UNIT = re.compile(r"[^/]+\.(?:service|socket)$")


def parse(section: Section) -> Reading:
    """Read ps's table by its own heading, then the control groups."""
    table, marker, groups = section.text.partition("--- units\n")
    rows = [line for line in table.split("\n") if line.strip()]
    if not marker or len(rows) < 2:
        return failed("ps listed no process")
    heading = rows[0].split()
    if heading[:2] != ["PID", "PPID"]:
        return failed(f"ps printed no table: {rows[0][:80]!r}")
    units = _units(groups)
    kernel: set[int] = set()
    found = []
    for row in rows[1:]:
        values = dict(zip(heading, row.split(None, len(heading) - 1), strict=False))
        pid, ppid = int(values["PID"]), int(values["PPID"])
        args = values.get("COMMAND", "").strip()
        # Kernel threads: kthreadd and its children, which have no memory of their own.
        if args == "[kthreadd]" or ppid in kernel:
            kernel.add(pid)
            continue
        found.append(
            Process(
                pid=pid,
                ppid=ppid,
                user=values["USER"],
                rss_bytes=_bytes(values["RSS"]) if "RSS" in values else None,
                name=_name(args),
                args=redact(args),
                unit=units.get(pid),
            )
        )
    return known(
        Processes(processes=tuple(found)),
        partial="" if units or groups.strip() == "none" else "the systemd units that they belong to",
    )


def _bytes(text: str) -> int:
    """ps counts in KiB; busybox shortens large counts (`12m`)."""
    factor = {"m": 1 << 20, "g": 1 << 30}.get(text[-1].lower())
    return int(float(text[:-1]) * factor) if factor else int(text) * 1024


def _name(args: str) -> str:
    """The program's own name: `nginx` of `nginx: worker process`, `postgres` of `/usr/lib/…/postgres -D …`."""
    first = args.split(" ", 1)[0].rstrip(":")
    return redact(first.strip("[]").rsplit("/", 1)[-1].lstrip("-"))


def _units(text: str) -> dict[int, str]:
    """The innermost unit of each process; the hierarchy named systemd wins over the unified one."""
    units: dict[int, str] = {}
    for line in text.split("\n"):
        found = _CGROUP.match(line)
        if found is None:
            continue
        names = [part for part in found[4].split("/") if _UNIT.match(part)]
        if names and (found[3] or int(found[1]) not in units):
            units[int(found[1])] = names[-1]
    return units


FACT = Fact(
    id="processes",
    reads="ps and /proc/*/cgroup; arguments are redacted. Any account (all of it where /proc is not hidden).",
    tool="ps",
    snippet=SNIPPET,
    parser=parse,
)
