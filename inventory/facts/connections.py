"""Fact `connections`: TCP connections that are open now, Decant's own left out."""

from estate.records.facts.connections import Connection, Connections
from inventory.facts._sockets import SNIPPET, sockets
from inventory.facts.base import Fact, Reading, Section, known


def parse(section: Section) -> Reading:
    """Keep the open ones, without Decant's own."""
    read = sockets(section)
    found = tuple(
        Connection(
            local_address=one.local,
            local_port=one.local_port,
            peer_address=one.peer,
            peer_port=one.peer_port,
            process=one.process,
            pid=one.pid,
        )
        for one in read.sockets
        if one.state == "established" and one.protocol == "tcp" and (one.peer, str(one.local_port)) != read.own
    )
    if read.poor:
        return known(Connections(connections=found), partial="the processes: ss is not installed")
    blind = section.uid != 0 and any(one.process is None for one in found)
    return known(
        Connections(connections=found),
        partial="processes of other accounts" if blind else "",
        privilege="root" if blind else "",
    )


FACT = Fact(
    id="connections",
    reads="ss -ntup, or /proc/net where it is missing. Any account; root for the processes of other accounts.",
    tool="ss",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    section="sockets",
)
