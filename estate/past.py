"""The store's past: what stood at a moment, what is forgotten, and what is older than it may be kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from estate import schema
from estate.database import Database

GONE = "gone:"
"""Before the kind of a row that notes when a record was found to be there no more."""


@dataclass(frozen=True)
class Then:
    """A record or an observation as it stood at a moment. `body` is None where it was there no more."""

    body: str | None
    noted_at: str


def records_at(database: Database, kind: str, moment: datetime) -> Mapping[str, Then]:
    """The last row of each id of one kind, at that moment."""
    table = schema.records
    last = (
        sa.select(sa.func.max(table.c.sequence))
        .where(table.c.kind.in_([kind, GONE + kind]), table.c.stored_at <= moment.isoformat())
        .group_by(table.c.id)
    )
    query = sa.select(table.c.id, table.c.kind, table.c.body, table.c.stored_at).where(table.c.sequence.in_(last))
    with database.read() as connection:
        return {
            row.id: Then(None if row.kind.startswith(GONE) else row.body, row.stored_at)
            for row in connection.execute(query)
        }


def observations_at(database: Database, moment: datetime) -> Mapping[tuple[str, str], Then]:
    """The last observation of each server and fact, at that moment."""
    table = schema.observations
    last = (
        sa.select(sa.func.max(table.c.sequence))
        .where(table.c.at <= moment.isoformat())
        .group_by(table.c.server, table.c.fact)
    )
    query = sa.select(table.c.server, table.c.fact, table.c.body, table.c.at).where(table.c.sequence.in_(last))
    with database.read() as connection:
        return {(row.server, row.fact): Then(row.body, row.at) for row in connection.execute(query)}


def records_between(database: Database, kind: str, since: datetime, until: datetime) -> Iterator[tuple[str, Then]]:
    """Every row of one kind that was stored after `since` and until `until`, with its id, oldest first."""
    table = schema.records
    query = (
        sa.select(table.c.id, table.c.kind, table.c.body, table.c.stored_at)
        .where(
            table.c.kind.in_([kind, GONE + kind]),
            table.c.stored_at > since.isoformat(),
            table.c.stored_at <= until.isoformat(),
        )
        .order_by(table.c.sequence)
    )
    with database.read() as connection:
        for row in connection.execution_options(yield_per=500).execute(query):
            yield row.id, Then(None if row.kind.startswith(GONE) else row.body, row.stored_at)


def observations_between(
    database: Database, since: datetime, until: datetime
) -> Iterator[tuple[tuple[str, str], Then]]:
    """The same of observations, with their server and fact."""
    table = schema.observations
    query = (
        sa.select(table.c.server, table.c.fact, table.c.body, table.c.at)
        .where(table.c.at > since.isoformat(), table.c.at <= until.isoformat())
        .order_by(table.c.sequence)
    )
    with database.read() as connection:
        for row in connection.execution_options(yield_per=500).execute(query):
            yield (row.server, row.fact), Then(row.body, row.at)


def every(database: Database, kind: str) -> Iterator[tuple[str, str]]:
    """Id and body of every row of one kind, history included."""
    table = schema.records
    query = sa.select(table.c.id, table.c.body).where(table.c.kind == kind)
    with database.read() as connection:
        for row in connection.execution_options(yield_per=500).execute(query):
            yield row.id, row.body


def forget(database: Database, server: str, records: Mapping[str, Iterable[str]], moves: Iterable[str]) -> int:
    """Remove all observations of a server, and every row, history included, of these records and moves.

    `records` names ids by kind. Returns how many rows went. On SQLite their bytes are overwritten, in the file and
    in its journal.
    """
    removed = 0
    with database.write() as connection:
        if database.sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        removed += connection.execute(
            sa.delete(schema.observations).where(schema.observations.c.server == server)
        ).rowcount
        for kind, ids in records.items():
            for identity in ids:
                removed += connection.execute(
                    sa.delete(schema.records).where(
                        schema.records.c.kind.in_([kind, GONE + kind]), schema.records.c.id == identity
                    )
                ).rowcount
        for move in moves:
            removed += connection.execute(sa.delete(schema.moves).where(schema.moves.c.id == move)).rowcount
    _empty_journal(database)
    return removed


def prune(database: Database, kinds: Iterable[str], before: datetime) -> int:
    """Remove what is history and older than `before`: rows of these kinds and observations that a newer one replaced.

    The newest of each stays, however old. Returns how many rows went.
    """
    limit = before.isoformat()
    wanted = [name for kind in kinds for name in (kind, GONE + kind)]
    removed = 0
    with database.write() as connection:
        if database.sqlite:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        for table, moment, more in (
            (schema.observations, schema.observations.c.at, []),
            (schema.records, schema.records.c.stored_at, [schema.records.c.kind.in_(wanted)]),
        ):
            removed += connection.execute(
                sa.delete(table).where(table.c.newest.is_(sa.false()), moment < limit, *more)
            ).rowcount
    if removed:
        _empty_journal(database)
    return removed


def _empty_journal(database: Database) -> None:
    """What was written ahead still holds the old pages until it is emptied."""
    if database.sqlite:
        with database.outside() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
