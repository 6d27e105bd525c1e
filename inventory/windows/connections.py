"""Fact `connections` of Windows: established TCP connections."""

from estate.records.facts.connections import Connection, Connections
from inventory.facts.base import Reading
from inventory.windows._sockets import READS, SNIPPET, TOOL, plain_address
from inventory.windows.base import Rows, fact


def parse(rows: Rows) -> Reading:
    """Keep what is established."""
    rows.one("end")
    found = [
        Connection(
            local_address=plain_address(row.text("address")),
            local_port=row.count("port"),
            peer_address=plain_address(row.text("peer")),
            peer_port=row.count("peer_port"),
            process=row.text("process") or None,
            pid=row.number("pid"),
        )
        for row in rows.of("talks")
    ]
    if any(max(one.local_port, one.peer_port) > 65535 for one in found):
        raise ValueError("a port is past 65535")
    return rows.known(Connections(connections=tuple(found)))


FACT = fact("connections", READS, TOOL, SNIPPET, parse, section="sockets")
