"""Connections that were open when the host was read."""

from estate.records.base import Record


class Connection(Record):
    """One established TCP connection, as seen from the host."""

    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    process: str | None = None
    """None where it could not be seen."""
    pid: int | None = None
    unit: str | None = None


class Connections(Record):
    """Fact `connections`."""

    connections: tuple[Connection, ...]
