"""Who a server was seen to talk with over time, as the server itself saw it."""

from typing import Literal

from estate.records.base import Instant, Record

INTERNET = "internet"
"""Stands for all clients with public addresses, where one port has more than a few of them.

Then it is open to the public, and which of the public came is nobody's business.
"""


class Talk(Record):
    """One peer of one server on one port. `in`: the peer came to the server's port; `out`: the server went to the peer's."""

    server: str
    direction: Literal["in", "out"]
    peer: str
    """An address, or `internet`."""
    port: int
    """Of the end that answers."""
    rounds: int
    """Rounds that saw a connection, open or closing."""
    open_rounds: int
    """Those that saw an open one."""
    first_seen: Instant
    last_seen: Instant


class Watch(Record):
    """How often one server was looked at."""

    server: str
    rounds: int
    missed: int = 0
    """Rounds that did not reach it, or were still waiting for it when the next one began."""
    first: Instant
    last: Instant
