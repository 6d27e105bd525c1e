"""A dependency: who talks to whom, on what port."""

from typing import Literal

from estate.records.base import Instant, Record


class Dependency(Record):
    """One direction of talk. An end outside the estate is kept as its address, and marked so."""

    id: str
    """`CLIENT>SERVER:PORT`."""
    client: str
    """Server id, or an address outside the estate."""
    server: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    process: str | None = None
    """The client's process, where it could be seen."""
    workload: str | None = None
    """Id of the workload that answers there, where known."""
    client_outside: bool = False
    server_outside: bool = False
    evidence: Literal["seen", "configured"] = "seen"
    where: str = ""
    """For `configured`: the file that names it."""
    seen_at: Instant
