"""Fact `connections`: TCP connections that are open now, Decant's own left out."""

from estate.records.facts.connections import Connection, Connections
from inventory.facts._sockets import kernel_table, owner, split_address
from inventory.facts.base import Fact, Reading, Section, known

SNIPPET = r"""
printf 'own %s\n' "$own"
if command -v ss >/dev/null; then
  $t ss -ntp state established 2>&1
else
  [ -r /proc/net/tcp ] || exit 127
  grep -aHs '' /proc/net/tcp /proc/net/tcp6
  [ $? -le 2 ] || exit 127
fi
"""


def parse(section: Section) -> Reading:
    """Read ss's table, or the kernel's own. `own` is the address that Decant came from and the port it came to."""
    lines = section.lines
    if not lines or not lines[0].startswith("own"):
        raise ValueError("the first line is missing")
    own = lines[0].split()[1:]
    kernel = len(lines) > 1 and lines[1].startswith("/proc/net/")
    if kernel:
        found = [
            Connection(
                local_address=row.local, local_port=row.local_port, peer_address=row.peer, peer_port=row.peer_port
            )
            for row in kernel_table(lines[1:])
            if row.established
        ]
    elif section.status != 0:
        raise ValueError(f"ss ended with status {section.status}")
    else:
        found = [_connection(line) for line in lines[1:] if not line.startswith("Recv-Q")]
    if len(own) == 4:
        found = [one for one in found if (one.peer_address, str(one.local_port)) != (own[0], own[3])]
    if kernel:
        return known(Connections(connections=tuple(found)), partial="the processes: ss is not installed")
    blind = section.uid != 0 and any(one.process is None for one in found)
    return known(
        Connections(connections=tuple(found)),
        partial="processes of other accounts" if blind else "",
        privilege="root" if blind else "",
    )


def _connection(line: str) -> Connection:
    words = line.split(None, 4)
    if len(words) < 4 or not words[0].isdigit():
        raise ValueError(f"ss printed {line[:40]!r}")
    local, local_port = split_address(words[2])
    peer, peer_port = split_address(words[3])
    process, pid = owner(words[4] if len(words) > 4 else "")
    return Connection(
        local_address=local,
        local_port=local_port,
        peer_address=peer,
        peer_port=peer_port,
        process=process,
        pid=pid,
    )


FACT = Fact(
    id="connections",
    reads="ss -ntp, or /proc/net where it is missing. Any account; root for the processes of other accounts.",
    tool="ss",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    limit=4 << 20,
)
