"""Fact `listeners`: sockets that wait for clients, with their process where that may be seen."""

from estate.records.facts.listeners import Listener, Listeners
from inventory.facts._sockets import SNIPPET, sockets
from inventory.facts.base import Fact, Reading, Section, known


def parse(section: Section) -> Reading:
    """Keep what listens."""
    read = sockets(section)
    found = [
        Listener(protocol=one.protocol, address=one.local, port=one.local_port, process=one.process, pid=one.pid)
        for one in read.sockets
        if one.state == "listening"
    ]
    if read.poor:
        return known(Listeners(listeners=_once(found)), partial="the processes: ss is not installed")
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
    reads="ss -ntup, or /proc/net where it is missing. Any account; root for the processes of other accounts.",
    tool="ss",
    snippet=SNIPPET,
    parser=parse,
    run_as="root",
    section="sockets",
)
