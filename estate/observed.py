"""What was observed over time, in the store: samples of use, who talked with whom, how often each server was looked at.

A sample is a line of about 50 bytes in the row of its server and hour, so that a server costs 14 KB a day at
a sample every five minutes. Talk is counted up in one row a peer and port, of which a server has `MOST_PEERS` at
most. Every change is one statement that adds to what is there, so that several observers may be at work at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from estate import schema
from estate.addresses import is_public
from estate.database import Database
from estate.errors import DecantError
from estate.records.sample import Sample
from estate.records.talk import INTERNET, Talk, Watch

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

MOST_PEERS = 5000
"""Peers and ports of one server, in one direction; those that come later are not kept, and that is said."""

FEW = 20
"""Clients with public addresses on one port, up to which each is kept: partners' links. More of them are the public."""

_MIB = 1024**2
# The figures of a line in their order, each with what one unit of it is in the record's own unit.
_FIGURES = (
    ("cpu_percent", 0.1),
    ("memory_bytes", 1024),
    ("disk_iops", 0.1),
    ("disk_bytes_per_second", 1),
    ("received_bytes_per_second", 1),
    ("sent_bytes_per_second", 1),
    ("load", 0.01),
    ("disk_used_bytes", _MIB),
)


@dataclass(frozen=True)
class Round:
    """What one round brought of one server; all but the names are missing where it was not reached."""

    server: str
    at: datetime
    missed: bool = False
    sample: Sample | None = None
    talks: Mapping[tuple[str, str, int], bool] = field(default_factory=dict)
    """Direction, peer and port of each talk, with whether a connection was open (else closing)."""


class Observed:
    """The part of the store that holds what was observed. Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(self, rounds: Iterable[Round], own: Collection[str] = ()) -> int:
        """Keep these, all or none; returns how many talks were left out because their server has too many.

        `own` are the addresses of the estate's servers, which are never told as the public.
        """
        left_out = 0
        with self.database.write() as connection:
            for one in rounds:
                self._count(connection, one)
                if one.sample is not None:
                    self._append(connection, one.server, one.sample)
                left_out += self._talk(connection, one, own)
        return left_out

    def watches(self) -> dict[str, Watch]:
        """How often each server was looked at, by server."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(schema.watches).order_by(schema.watches.c.server))
            return {row.server: Watch.model_validate(dict(row._mapping)) for row in rows}

    def talks(self) -> list[Talk]:
        """All talk that is known, by server."""
        table = schema.talks
        query = sa.select(table).order_by(table.c.server, table.c.direction, table.c.peer, table.c.port)
        with self.database.read() as connection:
            return [Talk.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def samples(self, server: str) -> list[Sample]:
        """Every sample of one server that is kept, by time."""
        table = schema.samples
        query = sa.select(table.c.hour, table.c.body).where(table.c.server == server)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        found = [sample for hour, body in rows for sample in _lines(hour, body)]
        return sorted(found, key=lambda one: one.at)

    def sampled(self) -> dict[str, int]:
        """How many samples there are of each server that has any."""
        body = schema.samples.c.body
        lines = sa.func.sum(sa.func.length(body) - sa.func.length(sa.func.replace(body, "\n", "")))
        with self.database.read() as connection:
            rows = connection.execute(sa.select(schema.samples.c.server, lines).group_by(schema.samples.c.server))
            return {server: int(number) for server, number in rows}

    def forget_before(self, moment: datetime) -> int:
        """Remove samples of before, talk that was not seen since, and servers not looked at since; returns the rows
        that went."""
        olds = (
            sa.delete(schema.samples).where(schema.samples.c.hour < _hour(moment)),
            sa.delete(schema.talks).where(schema.talks.c.last_seen < _text(moment)),
            sa.delete(schema.watches).where(schema.watches.c.last < _text(moment)),
        )
        with self.database.write() as connection:
            return sum(connection.execute(old).rowcount for old in olds)

    def forget(self, server: str, addresses: Iterable[str] = ()) -> int:
        """Remove all that was observed of one server, and what others observed of its addresses."""
        peers = {server, *addresses}
        with self.database.write() as connection:
            if self.database.sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            gone = sum(
                connection.execute(sa.delete(table).where(table.c.server == server)).rowcount
                for table in (schema.samples, schema.talks, schema.watches)
            )
            return (
                gone + connection.execute(sa.delete(schema.talks).where(schema.talks.c.peer.in_(peers))).rowcount
            )

    def _count(self, connection: sa.Connection, one: Round) -> None:
        table, at = schema.watches, _text(one.at)
        rounds, missed = int(not one.missed), int(one.missed)
        first = self._insert(table).values(server=one.server, rounds=rounds, missed=missed, first=at, last=at)
        connection.execute(
            first.on_conflict_do_update(
                index_elements=["server"],
                set_={
                    "rounds": table.c.rounds + rounds,
                    "missed": table.c.missed + missed,
                    "first": _least(table.c["first"], at),
                    "last": _most(table.c["last"], at),
                },
            )
        )

    def _append(self, connection: sa.Connection, server: str, sample: Sample) -> None:
        table, line = schema.samples, _line(sample)
        first = self._insert(table).values(server=server, hour=_hour(sample.at), body=line)
        connection.execute(
            first.on_conflict_do_update(index_elements=["server", "hour"], set_={"body": table.c.body + line})
        )

    def _talk(self, connection: sa.Connection, one: Round, own: Collection[str]) -> int:
        if not one.talks:
            return 0
        table = schema.talks
        its = table.c.server == one.server
        rows = connection.execute(sa.select(table.c.direction, table.c.peer, table.c.port).where(its))
        known = {(row.direction, row.peer, row.port) for row in rows}
        talks = dict(one.talks)
        for port in _open_to_the_public(known | talks.keys(), own):
            told = {key for key in known | talks.keys() if key[2] == port and _of_the_public(key, own)}
            came = [talks.pop(key) for key in told & talks.keys()]
            if came:
                talks["in", INTERNET, port] = any(came)
            for key in told & known:
                connection.execute(sa.delete(table).where(its, table.c.peer == key[1], table.c.port == port))
            known -= told
        room = {way: MOST_PEERS - sum(key[0] == way for key in known) for way in ("in", "out")}
        left_out = 0
        for key, is_open in sorted(talks.items()):
            if key not in known:
                if room[key[0]] <= 0:
                    left_out += 1
                    continue
                room[key[0]] -= 1
            self._count_talk(connection, one, key, is_open)
        return left_out

    def _count_talk(self, connection: sa.Connection, one: Round, key: tuple[str, str, int], is_open: bool) -> None:
        table, at = schema.talks, _text(one.at)
        direction, peer, port = key
        first = self._insert(table).values(
            server=one.server,
            direction=direction,
            peer=peer,
            port=port,
            rounds=1,
            open_rounds=int(is_open),
            first_seen=at,
            last_seen=at,
        )
        connection.execute(
            first.on_conflict_do_update(
                index_elements=["server", "direction", "peer", "port"],
                set_={
                    "rounds": table.c.rounds + 1,
                    "open_rounds": table.c.open_rounds + int(is_open),
                    "first_seen": _least(table.c.first_seen, at),
                    "last_seen": _most(table.c.last_seen, at),
                },
            )
        )

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        if self.database.sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - large, and most stores are SQLite

        return postgresql.insert(table)


def _of_the_public(key: tuple[str, str, int], own: Collection[str]) -> bool:
    direction, peer, _ = key
    return direction == "in" and peer not in own and is_public(peer)


def _open_to_the_public(keys: Collection[tuple[str, str, int]], own: Collection[str]) -> set[int]:
    """Ports that more than a few of the public came to, now or before."""
    clients = Counter(key[2] for key in keys if _of_the_public(key, own))
    told = {port for direction, peer, port in keys if direction == "in" and peer == INTERNET}
    return told | {port for port, number in clients.items() if number > FEW}


def _least(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[str]:
    return sa.case((column < text, column), else_=text)


def _most(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[str]:
    return sa.case((column > text, column), else_=text)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _hour(moment: datetime) -> str:
    return moment.replace(minute=0, second=0, microsecond=0).isoformat()


def _line(sample: Sample) -> str:
    """`OFFSET SECONDS FIGURE…`: whole numbers, the first two in tenths of a second, a dash where it is not known."""
    offset = (sample.at - datetime.fromisoformat(_hour(sample.at))).total_seconds()
    words = [f"{offset * 10:.0f}", f"{sample.seconds * 10:.0f}"]
    for name, unit in _FIGURES:
        value = getattr(sample, name)
        words.append("-" if value is None else f"{value / unit:.0f}")
    return " ".join(words) + "\n"


def _lines(hour: str, body: str) -> Iterator[Sample]:
    begin = datetime.fromisoformat(hour)
    for line in body.splitlines():
        words = line.split()
        try:
            offset, seconds = (int(word) / 10 for word in words[:2])
            figures = {
                name: None if word == "-" else round(int(word) * unit, 2)
                for (name, unit), word in zip(_FIGURES, words[2:], strict=True)
            }
            yield Sample.model_validate({"at": begin + timedelta(seconds=offset), "seconds": seconds, **figures})
        except ValueError as error:
            raise DecantError(
                f"the store holds a sample of {hour} that cannot be read",
                "run the version of Decant that wrote it, or put the store back from a backup",
            ) from error
