"""Both sides of one move, its names, and its notes of what it changes."""

import zlib
from dataclasses import dataclass
from typing import Any

from estate.records.base import now
from estate.records.move import Residue
from migration import fence
from migration.context import Context, Direction, Side
from migration.mariadb.server import Server, servers


@dataclass(frozen=True)
class Names:
    """Every name that a move gives to something temporary: all begin with `decant_`."""

    tag: str

    @property
    def folder(self) -> str:
        """The move's own folder on each host; gone after `clean`."""
        return f"/var/lib/{self.tag}"

    @property
    def gate(self) -> str:
        """The gate of the database: script, state, what it was before."""
        return f"{self.folder}/gate"

    @property
    def work(self) -> str:
        """The seed's files; root alone reads them."""
        return f"{self.folder}/seed"

    @property
    def user(self) -> str:
        """Carries the flow of changes: reads the binary log, nothing else."""
        return self.tag

    @property
    def copy_user(self) -> str:
        """Reads the database, for the time of a copy only."""
        return f"{self.tag}_copy"

    @property
    def seed_unit(self) -> str:
        """The transient unit of the seed, without its suffix."""
        return f"{self.tag}_seed"

    @property
    def server_id(self) -> int:
        """A number for the target's server, where both have the same."""
        return zlib.crc32(self.tag.encode()) & 0x7FFFFFFF | 0x100

    def flow(self, direction: Direction) -> str:
        """The replication connection of one direction."""
        return self.tag if direction == "forward" else f"{self.tag}_back"

    def thaw_unit(self, epoch: int) -> str:
        """The unit that thaws when a freeze's deadline lapses, without its suffix."""
        return f"{self.tag}_thaw_e{epoch}"


@dataclass(frozen=True)
class Flow:
    """One direction of change: from the publisher's binary log to the subscriber."""

    direction: Direction
    publisher: Server
    subscriber: Server
    name: str


class Sides:
    """What every step of a MariaDB move works with."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.names = Names(fence.tag(ctx.move.id))
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
