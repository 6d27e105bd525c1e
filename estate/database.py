"""Opens the store's database, carries its schema forward, and gives transactions whose errors are Decant's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from estate import schema
from estate.errors import DecantError, HeldError, UnreachableError, UsageError

BUSY_SECONDS = 20.0
"""How long a writer waits for another one on SQLite before it gives up."""

_SCHEMA_LOCK = 0x44454341  # "DECA": PostgreSQL's advisory lock while the schema is carried forward


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite store at `path`."""
    return f"sqlite:///{path}"


class Database:
    """One store's database. Safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        try:
            parsed = sa.make_url(url)
        except (sa.exc.ArgumentError, ValueError):  # the second is of a port that is no number, and repeats it
            raise UsageError(
                "the store's database URL cannot be read", "give it as sqlite:///PATH or postgresql://HOST/NAME"
            ) from None
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
            raise UsageError(
                f"a store cannot be kept in {parsed.drivername}", "use sqlite:///PATH or postgresql://HOST/NAME"
            )
        self.where = parsed.render_as_string(hide_password=True)
        self.sqlite = parsed.drivername == "sqlite"
        if self.sqlite:
            _own_file(parsed.database)
            self._engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        else:
            self._engine = sa.create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        self._writer = self._engine.execution_options(decant_write=True)
        if self.sqlite:
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        self._carry_forward()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads: one consistent view."""
        with self._translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that writes. On SQLite it holds the only writer's place from its start."""
        with self._translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def outside(self) -> Iterator[sa.Connection]:
        """A connection without a transaction, for what SQLite does only there."""
        with self._translated(), self._engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT", decant_plain=True)
            yield plain

    def lock(self, connection: sa.Connection, table: sa.Table) -> None:
        """Be the only one to write to `table` until this transaction ends. On SQLite a writer is that anyway."""
        if not self.sqlite:
            connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def close(self) -> None:
        """Close all connections. Safe to repeat."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.OperationalError as error:
            if "database is locked" in str(error.orig):
                raise HeldError(
                    f"another process has been writing to the store {self.where} for {BUSY_SECONDS:.0f} s",
                    "wait until it is done and run again",
                ) from error
            raise UnreachableError(
                f"the store {self.where} does not answer ({_short(error)})",
                "see that it is there, and that you may read and write it",
            ) from error
        except sa.exc.DBAPIError as error:
            raise DecantError(
                f"the store {self.where} refused a statement ({_short(error)})",
                "see that the file or database is a Decant store and is whole",
            ) from error

    def _carry_forward(self) -> None:
        if self._version() == schema.VERSION:
            return
        # Imported only here: Alembic takes longer to import than most commands take to run.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.write() as connection:
            if not self.sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise UsageError(
                    f"the store {self.where} was written by a newer Decant", "run that version, or a later one"
                ) from error

    def _version(self) -> str | None:
        with self.read() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _own_file(path: str | None) -> None:
    """Make the database's file with mode 0600 before SQLite would make it with more."""
    if not path or path == ":memory:":
        raise UsageError("a SQLite store needs a file", "give it as sqlite:///PATH")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise UnreachableError(
            f"the store {path} cannot be opened ({error.strerror})", "see that the folder is there and yours"
        ) from error


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    raw: Any = connection
    raw.isolation_level = None  # transactions are begun by `_begin_sqlite`, not by the driver's guess
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("decant_plain"):
        return
    writes = connection.get_execution_options().get("decant_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _short(error: sa.exc.DBAPIError) -> str:
    """The driver's own first line, without the statement or its values."""
    lines = str(error.orig).strip().splitlines()
    return lines[0][:200] if lines else type(error.orig).__name__
