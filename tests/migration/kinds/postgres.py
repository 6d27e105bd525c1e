"""A PostgreSQL database: every word is a row, and has a number of a sequence."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive

from estate.records.move import Residue
from migration.context import Context, Side
from practice.estate import Estate

PASSWORD = "only-in-a-test"
_numbers = itertools.count(1)


@dataclass
class PostgresTrial:
    """See `Trial`."""

    drive: Drive
    notes: list[Residue] = field(init=False)
    mover = MOVER
    verifier = VERIFIER

    def __post_init__(self) -> None:
        self.notes = self.drive.notes

    @property
    def epoch(self) -> int:
        """The attempt's number."""
        return self.drive.epoch

    @epoch.setter
    def epoch(self, number: int) -> None:
        self.drive.epoch = number

    def context(self, epoch: int | None = None) -> Context:
        """See `Trial.context`."""
        before, self.drive.epoch = self.drive.epoch, epoch or self.drive.epoch
        try:
            return self.drive.ctx
        finally:
            self.drive.epoch = before

    def write(self, side: Side, word: str) -> bool:
        """By TCP, with the application's own role and password."""
        server = self.drive.sides.server(side)
        login = f"host=127.0.0.1 dbname={self.drive.database} user={self.drive.database} connect_timeout=5"
        insert = f"INSERT INTO words (word) VALUES ('{word}')"
        return server.root.run(["env", f"PGPASSWORD={PASSWORD}", "psql", "-Xq", "-d", login, "-c", insert]).ok

    def words(self, side: Side) -> set[str]:
        """As the superuser reads them."""
        host = SOURCE if side == "source" else TARGET
        there = f"SELECT 1 FROM pg_database WHERE datname = '{self.drive.database}'"
        if not self.drive.sql(host, there, "postgres"):
            return set()
        return set(self.drive.sql(host, "SELECT word FROM words").split())

    def plant(self, side: Side) -> str:
        """A row changed by one who is not replicated."""
        host = SOURCE if side == "source" else TARGET
        self.drive.sql(host, "UPDATE words SET n = -1 WHERE word = 'first'")
        return "public.words"


class Postgres:
    """See `Kind`."""

    kind = "postgres"

    @contextmanager
    def trial(self, estate: Estate) -> Iterator[PostgresTrial]:
        """A database with one table."""
        name = f"contract_{os.getpid()}_{next(_numbers)}"
        drive = Drive(estate, name, database=name, settings={"close_seconds": 3}, confirmed=(SOURCE, TARGET))
        # A password as both versions check it.
        role = f"SET password_encryption = 'scram-sha-256'; CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}';"
        drive.sql(SOURCE, role, "postgres")
        drive.sql(SOURCE, f"CREATE DATABASE {name} OWNER {name}", "postgres")
        table = f"CREATE TABLE words (n serial, word text PRIMARY KEY); ALTER TABLE words OWNER TO {name};"
        drive.sql(SOURCE, f"{table} INSERT INTO words (word) VALUES ('first')")
        trial = PostgresTrial(drive)
        try:
            yield trial
        finally:
            MOVER.clean(trial.context(1000), None)
            for host in (SOURCE, TARGET):
                drive.sql(host, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
                drive.sql(host, f"DROP ROLE IF EXISTS {name}", "postgres")
            for link in drive.links.values():
                link.close()


TRIAL = Postgres()
