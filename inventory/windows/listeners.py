"""Fact `listeners` of Windows. Which service a process is of, the fact `services` tells."""

from typing import Literal

from estate.records.facts.listeners import Listener, Listeners
from inventory.facts.base import Reading
from inventory.windows._sockets import READS, SNIPPET, TOOL, plain_address
from inventory.windows.base import Row, Rows, fact

_DYNAMIC = 49152
"""From here on Windows gives ports to clients; a UDP port there is no service (RFC 6335)."""


def parse(rows: Rows) -> Reading:
    """Keep what listens, each once. What http.sys serves belongs to the process 4, System."""
    rows.one("end")
    found: dict[tuple[str, str, int], Listener] = {}
    for row in rows.of("listens"):
        protocol: Literal["tcp", "udp"] = "udp" if row.text("protocol") == "udp" else "tcp"
        port, address = row.count("port"), plain_address(row.text("address"))
        if port > 65535 or not address:
            raise ValueError(f"{address[:40]}:{port} is no socket")
        if protocol == "udp" and port >= _DYNAMIC:
            continue
        found.setdefault(
            (protocol, address, port),
            Listener(protocol=protocol, address=address, port=port, process=_process(row), pid=row.number("pid")),
        )
    listed = sorted(found.values(), key=lambda one: (one.protocol, one.port, one.address))
    return rows.known(Listeners(listeners=tuple(listed)))


def _process(row: Row) -> str | None:
    return row.text("process") or None


FACT = fact("listeners", READS, TOOL, SNIPPET, parse, section="sockets")
