"""A dependency: who talks to whom, on what port."""

from typing import Literal

from estate.records.base import Instant, Record

FEWEST_ROUNDS = 5
"""Rounds below which nothing is said of how often a dependency is there."""


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
    evidence: Literal["seen", "closing", "configured"] = "seen"
    """`seen`: a connection was open. `closing`: only traces of closed ones were seen. `configured`: a file names it."""
    where: str = ""
    """For `configured`: the file that names it."""
    seen_at: Instant
    first_seen: Instant | None = None
    """None for what was only configured, as is `last_seen`."""
    last_seen: Instant | None = None
    rounds: int = 0
    """Rounds of `decant observe` that saw it."""
    of_rounds: int = 0
    """Rounds in which the end that saw it was looked at; 0 where neither end was observed over time."""

    @property
    def habit(self) -> Literal["steady", "now and then", "once", "never", ""]:
        """How often it is there, as far as rounds tell: steady from half of them on; empty where too few do."""
        if self.of_rounds < FEWEST_ROUNDS:
            return ""
        if self.rounds <= 1:
            return "once" if self.rounds else "never"
        return "steady" if 2 * self.rounds >= self.of_rounds else "now and then"
