"""Fact `timesync`: whether the clock follows a time server."""

from estate.records.facts.timesync import Timesync
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
echo clock
if [ -d /run/systemd/system ]; then
  set -- chrony chronyd systemd-timesyncd ntpsec ntp ntpd openntpd
  $t systemctl is-active "$@" 2>/dev/null | while IFS= read -r s; do printf 'unit %s %s\n' "$1" "$s"; shift; done
else
  for n in chronyd ntpd openntpd; do
    for f in /run/$n.pid /run/chrony/$n.pid /var/run/$n.pid; do
      [ -e $f ] && { printf 'unit %s active\n' $n; break; }
    done
  done
fi
[ -e /run/systemd/timesync/synchronized ] && echo synchronised
command -v chronyc >/dev/null && { printf 'chrony '; $t chronyc -c tracking 2>/dev/null || echo; }
return 0
"""
FILES = (
    *(
        "/etc/chrony/chrony.conf",
        "/etc/chrony.conf",
        "/etc/chrony/sources.d/*.sources",
        "/etc/chrony/conf.d/*.conf",
    ),
    *("/etc/systemd/timesyncd.conf", "/etc/systemd/timesyncd.conf.d/*.conf"),
    *("/etc/ntp.conf", "/etc/ntpsec/ntp.conf", "/etc/openntpd/ntpd.conf"),
)

_NAMES = {"chronyd": "chrony", "ntp": "ntpd", "ntpsec": "ntpd"}


def parse(section: Section) -> Reading:
    """Read the labelled lines and the servers of the configuration files."""
    lines = section.lines
    if not lines or lines[0] != "clock":
        return failed("the host did not say what keeps its clock")
    running = ""
    synchronised: bool | None = None
    servers: list[str] = []
    offset: float | None = None
    for line in lines[1:]:
        words = line.split()
        if words[0] == "unit":
            if words[2:3] == ["active"] and not running:
                running = _NAMES.get(words[1], words[1])
        elif words == ["synchronised"]:
            synchronised = True
        elif words[0] == "chrony":
            # Reference id, name, stratum, time, offset, …: a stratum of 0 means that it follows nobody.
            fields = " ".join(words[1:]).split(",")
            if len(fields) > 3 and fields[2].isdigit():
                synchronised = 0 < int(fields[2]) < 16
                offset = float(fields[4]) if synchronised and len(fields) > 4 else None
        else:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    for _, line in section.pairs:
        words = line.split()
        if words[0] in ("server", "servers", "pool", "peer"):
            servers.extend(words[1:2])
        elif words[0].startswith("NTP="):
            servers.extend(line.partition("=")[2].split())
    if running == "systemd-timesyncd" and synchronised is None:
        synchronised = False
    return known(
        Timesync(
            service=running,
            active=bool(running),
            synchronised=synchronised,
            servers=tuple(s for s in servers if s),
            offset_seconds=offset,
        )
    )


FACT = Fact(
    id="timesync",
    reads="which time service runs, chronyc tracking, and the servers in its configuration. Any account.",
    tool="sh",
    snippet=SNIPPET,
    files=FILES,
    parser=parse,
    light=True,
)
