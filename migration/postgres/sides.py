"""Both sides of one move, its names, and its notes of what it changes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from estate.records.base import now
from estate.records.move import Residue
from migration.context import Context, Direction, Side
from migration.postgres.names import Names
from migration.postgres.psql import Server, servers

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Flow:
    """One direction of change: from the publisher, through a slot there, to the subscriber."""

    direction: Direction
    publisher: Server
    subscriber: Server
    name: str
    """Of its slot, its publication and its subscription."""


class Sides:
    """What every step of a PostgreSQL move works with."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.names = Names.of(ctx.move.id)
        self.database = ctx.workload.name
        self.source, self.target = servers(ctx)

    def server(self, side: Side) -> Server:
        """The server of one side."""
        return self.source if side == "source" else self.target

    def other(self, server: Server) -> Server:
        """The server of the other side."""
        return self.target if server is self.source else self.source

    def flow(self, direction: Direction) -> Flow:
        """Who publishes and who subscribes in one direction."""
        ends = (self.source, self.target) if direction == "forward" else (self.target, self.source)
        return Flow(direction, *ends, self.names.flow(direction))

    @cached_property
    def logical(self) -> bool:
        """Whether changes are followed; else the copy is a dump inside the freeze, with no flow back."""
        return self.source.major >= 10 and self.setting("method", "auto") != "dump"

    def setting(self, name: str, default: Any) -> Any:
        """One of the workspace's settings for moves; what is not set, empty or zero is left to us."""
        return self.ctx.settings.get(name) or default

    def note(self, server: Server, kind: str, name: str, old: str | None = None, new: str | None = None) -> None:
        """Take note of a thing or a change before it is made. The first old value noted stays."""
        if self.noted(server, kind, name) is None:
            self.ctx.record(Residue(host=server.host.name, kind=kind, name=name, old=old, new=new, at=now()))

    def noted(self, server: Server, kind: str, name: str) -> Residue | None:
        """The note of one thing, where there is one."""
        return next((note for note in self.notes(server, kind) if note.name == name), None)

    def notes(self, server: Server, kind: str) -> list[Residue]:
        """All notes of one kind on one host."""
        return [n for n in self.ctx.known() if n.host == server.host.name and n.kind == kind]

    def forget(self, server: Server, kind: str, name: str | None = None) -> None:
        """The thing is gone, or put back; without a name, all of that kind."""
        for note in self.notes(server, kind):
            if name is None or note.name == name:
                self.ctx.forget(note)


def together(one: Callable[[], T], other: Callable[[], U]) -> tuple[T, U]:
    """The results of two calls that are made at the same time: a freeze waits for the slower, not for the sum."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(one), pool.submit(other)
        return first.result(), second.result()
