"""The store: every record, by time, in SQLite or PostgreSQL.

    store = Store.of(workspace)
    store.put(server, workload)
    store.get(Server, "db-legacy")

Records are frozen; putting one of an id that is there makes it the newest and keeps the older one as history.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from estate import leases, past, readings, schema
from estate.database import Database, sqlite_url
from estate.errors import DecantError, HeldError, RefusedError, UsageError
from estate.paths import Workspace
from estate.readings import stored
from estate.records.assessment import Assessment
from estate.records.base import Record, now
from estate.records.business_case import BusinessCase
from estate.records.conflict import Accepted
from estate.records.cost import Costs
from estate.records.dependency import Dependency
from estate.records.finding import Finding
from estate.records.move import ENDED, Move
from estate.records.observation import Observation
from estate.records.personal import PersonalData
from estate.records.plan import Plan
from estate.records.preview import Preview
from estate.records.risk import Risk
from estate.records.server import Server, ServerFacts
from estate.records.sighting import Sighting
from estate.records.usage import Usage
from estate.records.verification import Verification
from estate.records.workload import Workload
from estate.suggest import pick

__all__ = ["Store", "sqlite_url"]

R = TypeVar("R", bound=Record)

IDENTITY: Mapping[type[Record], Callable[[Any], str]] = {
    Server: lambda r: r.id,
    Sighting: lambda r: r.id,
    Accepted: lambda r: f"{r.server}@{r.field}",
    Workload: lambda r: r.id,
    Dependency: lambda r: r.id,
    Assessment: lambda r: r.server,
    Plan: lambda r: r.id,
    Risk: lambda r: r.subject,
    Costs: lambda r: r.id,
    BusinessCase: lambda r: r.id,
    Preview: lambda r: r.stack,
    PersonalData: lambda r: r.id,
    Finding: lambda r: f"{r.rule}@{r.subject}",
    Verification: lambda r: r.id,
    Usage: lambda r: f"{r.server}@{r.source}",
}
"""What the store keeps, and what makes two records of a kind the same. Observations and moves go their own way."""

LIST_THEM = "run `decant estate list` for those there are"


class Store:
    """The records of one estate. Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the store at `url`, made or carried forward to this version where need be.

        Raises `UsageError` for a URL or a store that cannot serve, `UnreachableError` where it does not answer.
        """
        return cls(Database(url))

    @classmethod
    def of(cls, workspace: Workspace) -> "Store":
        """Open the workspace's own store, made where the workspace is new.

        Raises `RefusedError` where the store is gone that this workspace's ledger was kept in, or an empty one is
        in its place: it would pass for a new beginning.
        """
        if _has_no_ledger(workspace.database) and (workspace.ledger_public.exists() or workspace.anchors.exists()):
            raise RefusedError(
                f"the store {workspace.database} is gone, and the evidence ledger with it",
                "put it back from a backup; to begin anew, run `decant init` in another folder, and keep this one",
            )
        return cls.open(sqlite_url(workspace.database))

    def close(self) -> None:
        """Close all connections. Safe to repeat."""
        self.database.close()

    def put(self, *things: Record) -> None:
        """Keep these records, all or none; each becomes the newest of its id."""
        with self.database.write() as connection:
            self._put(connection, things)

    def _put(self, connection: sa.Connection, things: Iterable[Record]) -> None:
        rows = [(type(thing).__name__, _identity(thing), thing.model_dump_json()) for thing in things]
        moment = now().isoformat()
        table = schema.records
        self.database.lock(connection, table)
        for batch in _batches(rows):
            connection.execute(
                sa.update(table)
                .where(
                    table.c.kind == sa.bindparam("of_kind"),
                    table.c.id == sa.bindparam("of_id"),
                    table.c.newest == sa.true(),
                )
                .values(newest=False),
                [{"of_kind": kind, "of_id": identity} for kind, identity, _ in batch],
            )
            connection.execute(
                sa.insert(table),
                [
                    {"kind": kind, "id": identity, "stored_at": moment, "newest": True, "body": body}
                    for kind, identity, body in batch
                ],
            )

    def get(self, kind: type[R], identity: str) -> R | None:
        """The newest record of that id, None where there is none."""
        found = self._bodies(kind, schema.records.c.id == identity, schema.records.c.newest == sa.true())
        return stored(kind, found[0]) if found else None

    def all(self, kind: type[R]) -> list[R]:
        """The newest record of each id, by id."""
        return [stored(kind, body) for body in self._bodies(kind, schema.records.c.newest == sa.true())]

    def retire(self, kind: type[Record], identities: Iterable[str]) -> None:
        """These are no longer there: `get`, `all` and `resolve` pass over them; their history stays."""
        table = schema.records
        gone = list(identities)
        if not gone:
            return
        with self.database.write() as connection:
            self.database.lock(connection, table)
            its = sa.and_(table.c.kind == kind.__name__, table.c.newest == sa.true())
            there = set(connection.scalars(sa.select(table.c.id).where(its)))
            moment = now().isoformat()
            for identity in sorted(there.intersection(gone)):
                connection.execute(sa.update(table).where(its, table.c.id == identity).values(newest=False))
                connection.execute(
                    sa.insert(table).values(
                        kind=past.GONE + kind.__name__, id=identity, stored_at=moment, newest=False, body="{}"
                    )
                )

    def history(self, kind: type[R], identity: str) -> list[R]:
        """Every record of that id, the oldest first."""
        return [stored(kind, body) for body in self._bodies(kind, schema.records.c.id == identity)]

    def resolve(self, kind: type[R], text: str) -> R:
        """The record that a person means by `text`: an id, or the end of one (`reports`: `db/postgres/reports`).

        Raises `UsageError` with suggestions where it is none, or more than one.
        """
        exact = self.get(kind, text)
        if exact is not None:
            return exact
        known = {_identity(record): record for record in self.all(kind)}
        return known[pick(kind.__name__.lower(), text, known, LIST_THEM)]

    def add_observations(self, seen: Iterable[Observation], *along: Record) -> None:
        """Keep these observations, and the records `along` with them, all or none.

        Each becomes the newest of its server and fact.
        """
        with self.database.write() as connection:
            self.database.lock(connection, schema.observations)
            readings.add(connection, seen)
            if along:
                self._put(connection, along)

    def observations(self, server: str, fact: str) -> list[Observation]:
        """Every observation of one fact of one server, the oldest first."""
        return readings.of_fact(self.database, server, fact)

    def last_known(self, server: str, fact: str) -> Observation | None:
        """The newest observation of one fact of one server that has a payload, None where none has."""
        return readings.last_known(self.database, server, fact)

    def first_known(self, server: str, fact: str, since: datetime, until: datetime) -> Observation | None:
        """The oldest observation of one fact between two moments that has a payload, None where none has."""
        return readings.first_known(self.database, server, fact, since, until)

    def server_facts(self, server_id: str) -> ServerFacts:
        """A server with the newest observation of each fact. Raises `UsageError` where it is not known."""
        server = self.get(Server, server_id) or self.resolve(Server, server_id)
        return ServerFacts(server, dict(readings.newest(self.database, server.id)).get(server.id, {}))

    def each_server_facts(self) -> Iterator[ServerFacts]:
        """Every server with the newest observation of each fact, by server, one at a time."""
        servers = self.all(Server)
        known = {one.id for one in servers}
        # Both are in the database's own order; who is no server any more is passed over.
        found = (each for each in readings.newest(self.database) if each[0] in known)
        here = next(found, None)
        for server in servers:
            if here is not None and here[0] == server.id:
                yield ServerFacts(server, here[1])
                here = next(found, None)
            else:
                yield ServerFacts(server, {})

    def all_server_facts(self) -> list[ServerFacts]:
        """Every server with the newest observation of each fact, by server, for what goes through them more than once."""
        return list(self.each_server_facts())

    def create_move(self, move: Move) -> None:
        """Keep a new move. Raises `RefusedError` where its workload has one that has not ended."""
        with self.database.write() as connection:
            table = schema.moves
            other = connection.scalar(
                sa.select(table.c.id).where(table.c.workload == move.workload, table.c.ended.is_(sa.false()))
            )
            if other is not None:
                raise RefusedError(
                    f"{move.workload} has the move {other} under way already",
                    "run `decant moves` to see where it stands; finish or cancel it first",
                )
            connection.execute(sa.insert(table).values(id=move.id, **_move_row(move)))

    def move(self, id_or_workload: str) -> Move:
        """A move by its id, or by its workload (or the end of that): the one under way, else the last.

        Raises `UsageError` where there is none, or where the text could mean several workloads.
        """
        known = self.moves()
        names = [*(each.id for each in known), *dict.fromkeys(each.workload for each in known)]
        meant = pick("move", id_or_workload, names, "run `decant moves` to see all")
        its = [each for each in known if meant in {each.id, each.workload}]
        return next((each for each in its if each.phase not in ENDED), its[-1])

    def moves(self) -> list[Move]:
        """Every move, the oldest first."""
        table = schema.moves
        with self.database.read() as connection:
            bodies = connection.scalars(sa.select(table.c.body).order_by(table.c.created_at, table.c.id)).all()
        return [stored(Move, body) for body in bodies]

    def update_move(self, move_id: str, epoch: int, **changes: Any) -> Move:
        """Change a move's fields and set its epoch, if nobody has a later one; returns it as it is now.

        Raises `HeldError` where the move, or its lease `move:ID`, has a later epoch than `epoch`.
        """
        table = schema.moves
        with self.database.write() as connection:
            leases.refuse_older(connection, lease_key(move_id), epoch)
            row = connection.execute(
                sa.select(table.c.body, table.c.epoch).where(table.c.id == move_id).with_for_update()
            ).one_or_none()
            if row is None:
                raise UsageError(f"there is no move {move_id!r}", "run `decant moves` for those there are")
            if row.epoch > epoch:
                raise HeldError(
                    f"this run (epoch {epoch}) no longer holds the move {move_id}: epoch {row.epoch} took over",
                    "look at `decant moves`; run again only if nobody else is at work",
                )
            before = stored(Move, row.body)
            move = Move.model_validate({**dict(before), **changes, "epoch": epoch, "changed_at": now()})
            connection.execute(sa.update(table).where(table.c.id == move_id).values(**_move_row(move)))
        return move

    def acquire_lease(self, key: str, holder: str, ttl_seconds: float) -> int:
        """Take `key`; returns the new epoch. Raises `HeldError` that names who has it, since when, how it ends."""
        with self.database.write() as connection:
            return leases.acquire(connection, key, holder, ttl_seconds)

    def renew_lease(self, key: str, epoch: int, ttl_seconds: float) -> None:
        """Keep `key`. Raises `HeldError` where a later epoch took it or it was given up."""
        with self.database.write() as connection:
            leases.renew(connection, key, epoch, ttl_seconds)

    def release_lease(self, key: str, epoch: int) -> None:
        """Give `key` up, if it is still held with that epoch. Safe to repeat."""
        with self.database.write() as connection:
            leases.release(connection, key, epoch)

    def lease_holder(self, key: str) -> tuple[str, float] | None:
        """Who holds `key` now, and for how many seconds more unless renewed; None where nobody does."""
        with self.database.read() as connection:
            return leases.holder(connection, key)

    def _bodies(self, kind: type[Record], *where: sa.ColumnElement[bool]) -> Sequence[str]:
        if kind not in IDENTITY:
            raise _not_kept(kind)
        table = schema.records
        with self.database.read() as connection:
            return connection.scalars(
                sa.select(table.c.body)
                .where(table.c.kind == kind.__name__, *where)
                .order_by(table.c.id, table.c.sequence)
            ).all()


def _has_no_ledger(path: Path) -> bool:
    """Whether no ledger was ever kept there. What cannot be read is left to `Database`, which says why."""
    if not path.exists():
        return True
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            known = found.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (schema.ledger.name,))
            return known.fetchone() is None
    except sqlite3.Error:
        return False


def _batches(rows: Sequence[tuple[str, str, str]]) -> Iterator[list[tuple[str, str, str]]]:
    """The rows in order, cut wherever one of an id follows another: only the last of an id is its newest."""
    batch: list[tuple[str, str, str]] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row[:2] in seen:
            yield batch
            batch, seen = [], set()
        batch.append(row)
        seen.add(row[:2])
    if batch:
        yield batch


def lease_key(move_id: str) -> str:
    """The lease under which a move is worked on."""
    return f"move:{move_id}"


def _identity(thing: Record) -> str:
    of = IDENTITY.get(type(thing))
    if of is None:
        raise _not_kept(type(thing))
    return of(thing)


def _not_kept(kind: type[Record]) -> DecantError:
    return DecantError(f"the store keeps no {kind.__name__} by id", "add its identity in estate/store.py")


def _move_row(move: Move) -> dict[str, Any]:
    return {
        "workload": move.workload,
        "ended": move.phase in ENDED,
        "epoch": move.epoch,
        "created_at": move.created_at.isoformat(),
        "body": move.model_dump_json(),
    }
