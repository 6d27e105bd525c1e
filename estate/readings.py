"""Observations in the store: kept by server and fact, and read back as text that is understood when it is asked for."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import ValidationError

from estate import schema
from estate.database import Database
from estate.errors import DecantError
from estate.records.base import Record
from estate.records.observation import Observation, Outcome

R = TypeVar("R", bound=Record)

ROWS_AT_ONCE = 200
"""Rows that are fetched together where a whole table is read: a server's observations are some forty."""

_QUICKLY = 1
"""zlib's quickest level: a server's 40 facts in a millisecond, to a sixth."""


def stored(kind: type[R], body: str | bytes) -> R:
    """A stored text as its record. Raises `DecantError` where it is none."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise DecantError(
            f"the store holds a {kind.__name__} that cannot be read ({error.errors()[0]['msg']})",
            "run the version of Decant that wrote it, or discover again",
        ) from error


def add(connection: sa.Connection, seen: Iterable[Observation]) -> None:
    """Keep these; each becomes the newest of its server and fact. The last of several of one fact is the newest."""
    rows = [
        {
            "server": one.server,
            "fact": one.fact,
            "at": one.at.isoformat(),
            "newest": False,
            "body": one.model_dump_json(),
        }
        for one in seen
    ]
    last = {(row["server"], row["fact"]): row for row in rows}
    if not rows:
        return
    for row in last.values():
        row["newest"] = True
    table = schema.observations
    connection.execute(
        sa.update(table)
        .where(
            table.c.server == sa.bindparam("of_server"),
            table.c.fact == sa.bindparam("of_fact"),
            table.c.newest == sa.true(),
        )
        .values(newest=False),
        [{"of_server": server, "of_fact": fact} for server, fact in last],
    )
    connection.execute(sa.insert(table), rows)


def of_fact(database: Database, server: str, fact: str) -> list[Observation]:
    """Every observation of one fact of one server, the oldest first."""
    table = schema.observations
    with database.read() as connection:
        bodies = connection.scalars(
            sa.select(table.c.body)
            .where(table.c.server == server, table.c.fact == fact)
            .order_by(table.c.sequence)
        ).all()
    return [stored(Observation, body) for body in bodies]


def last_known(database: Database, server: str, fact: str) -> Observation | None:
    """The newest observation of one fact that has a payload: what failed since then is passed over."""
    table = schema.observations
    query = (
        sa.select(table.c.body)
        .where(table.c.server == server, table.c.fact == fact)
        .order_by(table.c.sequence.desc())
    )
    return _known(database, query)


def first_known(
    database: Database, server: str, fact: str, since: datetime, until: datetime
) -> Observation | None:
    """The oldest observation of one fact between two moments that has a payload."""
    table = schema.observations
    query = (
        sa.select(table.c.body)
        .where(table.c.server == server, table.c.fact == fact)
        .where(table.c.at >= since.isoformat(), table.c.at <= until.isoformat())
        .order_by(table.c.sequence)
    )
    return _known(database, query)


def _known(database: Database, query: sa.Select[Any]) -> Observation | None:
    """The first that `query` gives that has a payload."""
    with database.read() as connection:
        for body in connection.execution_options(yield_per=1).scalars(query):
            seen = stored(Observation, body)
            if seen.outcome is Outcome.KNOWN:
                return seen
    return None


class Stored(Mapping[str, Observation]):
    """The observations of one server by fact, each as its text, pressed, until it is asked for.

    That takes a sixtieth of the memory of what it says, and of a large estate most facts are not asked for.
    """

    def __init__(self, bodies: Mapping[str, str]) -> None:
        self._bodies = {fact: zlib.compress(body.encode(), _QUICKLY) for fact, body in bodies.items()}

    def __getitem__(self, fact: str) -> Observation:
        return stored(Observation, zlib.decompress(self._bodies[fact]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)

    def __contains__(self, fact: object) -> bool:
        return fact in self._bodies


def newest(database: Database, server: str | None = None) -> Iterator[tuple[str, Stored]]:
    """Each server, or one, with the newest observation of each fact, in the database's own order of servers."""
    table = schema.observations
    query = sa.select(table.c.server, table.c.fact, table.c.body).where(table.c.newest == sa.true())
    if server is not None:
        query = query.where(table.c.server == server)
    with database.read() as connection:
        rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(
            query.order_by(table.c.server, table.c.fact)
        )
        for name, its in groupby(rows, key=lambda row: str(row.server)):
            yield name, Stored({row.fact: row.body for row in its})
