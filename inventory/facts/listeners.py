"""Fact `listeners`: sockets that wait for clients, with their process where that may be seen."""

from estate.records.facts.listeners import Listener, Listeners
from inventory.facts._sockets import kernel_table, owner, split_address
from inventory.facts.base import Fact, Reading, Section, known

SNIPPET = r"""
if command -v ss >/dev/null; then
  $t ss -lntup 2>&1
else
  [ -r /proc/net/tcp ] || exit 127
  grep -aHs '' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
  [ $? -le 2 ] || exit 127
fi
"""


def parse(section: Section) -> Reading:
    """Read ss's table, or the kernel's own where there is no ss."""
    if section.lines and section.lines[0].startswith("/proc/net/"):
        found = [
            Listener(protocol=row.protocol, address=row.local, port=row.local_port)
            for row in kernel_table(section.lines)
            if row.listens
        ]
        return known(Listeners(listeners=_once(found)), partial="the processes: ss is not installed")
    if section.status != 0 or not section.lines:
        raise ValueError(f"ss ended with status {section.status}")
    found = []
    for line in section.lines:
        words = line.split(None, 6)
        if words[0] == "Netid":
            continue
        if words[0] not in ("tcp", "udp") or len(words) < 6:
            raise ValueError(f"ss printed {line[:40]!r}")
        address, port = split_address(words[4])
        process, pid = owner(words[6] if len(words) > 6 else "")
        protocol = "tcp" if words[0] == "tcp" else "udp"
        found.append(Listener(protocol=protocol, address=address, port=port, process=process, pid=pid))
    blind = section.uid != 0 and any(listener.process is None for listener in found)
    return known(
        Listeners(listeners=_once(found)),
        partial="processes of other accounts" if blind else "",
        privilege="root" if blind else "",
    )


def _once(found: list[Listener]) -> tuple[Listener, ...]:
    """A server with several workers on one socket is one listener."""
    first = {(one.protocol, one.address, one.port): one for one in reversed(found)}
    return tuple(sorted(first.values(), key=lambda one: (one.protocol, one.port, one.address)))


FACT = Fact(
    id="listeners",
    reads="ss -lntup, or /proc/net where it is missing. Any account; root for the processes of other accounts.",
    tool="ss",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
)
