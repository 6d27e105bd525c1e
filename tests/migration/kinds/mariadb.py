"""A MariaDB database: every word is a row, and has a number that the server gives it."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pymysql
from mariadb_drive import ADDRESSES, MOVER, SOURCE, TARGET, VERIFIER, Drive

from estate.records.move import Residue
from migration.context import Context, Side
from practice.estate import Estate

PASSWORD = "only-in-a-test"
_numbers = itertools.count(1)


@dataclass
class MariadbTrial:
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
        """Over the network, with the application's own account and password."""
        name = self.drive.database
        try:
            with pymysql.connect(
                host=ADDRESSES[_host(side)],
                user=name,
                password=PASSWORD,
                database=name,
                connect_timeout=5,
                autocommit=True,
            ) as session:
                session.cursor().execute("INSERT INTO words (word) VALUES (%s)", (word,))
        except pymysql.MySQLError:
            return False
        return True

    def words(self, side: Side) -> set[str]:
        """As the administrator reads them."""
        name = self.drive.database
        if not self.drive.sql(_host(side), f"SHOW DATABASES LIKE '{name}'"):
            return set()
        return set(self.drive.sql(_host(side), "SELECT word FROM words", name).split())

    def plant(self, side: Side) -> str:
        """A row changed past the binary log."""
        change = "SET SESSION sql_log_bin = 0; UPDATE words SET n = 99 WHERE word = 'first'"
        self.drive.sql(_host(side), change, self.drive.database)
        return "rows of words"


def _host(side: Side) -> str:
    return SOURCE if side == "source" else TARGET


class Mariadb:
    """See `Kind`."""

    kind = "mariadb"

    @contextmanager
    def trial(self, estate: Estate) -> Iterator[MariadbTrial]:
        """A database with one table."""
        name = f"contract_{os.getpid()}_{next(_numbers)}"
        drive = Drive(estate, name.replace("_", "-"), database=name)
        drive.sql(
            SOURCE,
            f"""CREATE DATABASE {name};
                CREATE TABLE {name}.words (n INT NOT NULL UNIQUE AUTO_INCREMENT, word VARCHAR(80) PRIMARY KEY);
                INSERT INTO {name}.words (word) VALUES ('first');
                CREATE USER {name} IDENTIFIED BY '{PASSWORD}';
                GRANT SELECT, INSERT ON {name}.* TO {name};""",
        )
        trial = MariadbTrial(drive)
        try:
            yield trial
        finally:
            MOVER.clean(trial.context(1000), None)
            for host in (SOURCE, TARGET):
                drive.sql(host, f"DROP DATABASE IF EXISTS {name}; DROP USER IF EXISTS {name};")
            for link in drive.links.values():
                link.close()


TRIAL = Mariadb()
