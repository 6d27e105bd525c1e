"""One PostgreSQL server, reached through psql on its own host, as its own superuser over the local socket."""

import json
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from estate.errors import DecantError, RefusedError, UnfinishedError, UnreachableError, UsageError
from estate.records.host import Host
from estate.records.move import Move
from estate.transport.base import Result, Transport, quote
from estate.transport.privilege import rooted
from migration import fence
from migration.context import Context, Side
from migration.postgres.sql import literal

LONG = 6 * 3600.0
"""Seconds allowed to what reads or writes a whole database."""
DEFAULT_PORT = 5432
OLDEST = 90600
"""The first with the view `pg_config`, which says where a server's own programs are."""
MAINTENANCE = "postgres"
"""The database for what concerns the whole server."""
_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        "search_path=",
        "statement_timeout=0",
        "lock_timeout=0",
        "default_transaction_read_only=off",
        "client_min_messages=warning",
        "synchronous_commit=local",
        "DateStyle=ISO",
    )
)


_known: WeakKeyDictionary[Transport, dict[int, dict[str, Any]]] = WeakKeyDictionary()
"""What is known of the servers behind a transport, by port: every step of a move asks, and asking has its price."""


class Server:
    """The PostgreSQL server that holds one side of a move. Readings are free; changes go through the fence."""

    def __init__(self, side: Side, transport: Transport, host: Host, port: int, move: Move) -> None:
        self.side: Side = side
        self.host = host
        self.port = port
        self.move = move
        self.transport = transport
        self.root = rooted(transport, host)

    def argv(self, database: str) -> list[str]:
        """The psql that reads SQL on its standard input. The terse form keeps rows out of messages.

        The database is named in the environment: after `-d`, a name with `=` in it would be a connection string.
        """
        return [
            *("runuser", "-u", "postgres", "--", "env", f"PGOPTIONS={_OPTIONS}", "PGCLIENTENCODING=UTF8"),
            *(
                "PGAPPNAME=decant",
                f"PGDATABASE={database}",
                self._psql,
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
            ),
            *("-v", "VERBOSITY=terse", "-p", str(self.port), "-f", "-"),
        ]

    @property
    def _psql(self) -> str:
        """The server's own client once its place is known: Debian's wrapper takes twice as long to start."""
        known = _known.get(self.transport, {}).get(self.port)
        return f"{known['bin']}/psql" if known else "psql"

    def rows(self, sql: str, database: str = MAINTENANCE, timeout: float = 120.0) -> list[dict[str, Any]]:
        """The rows of one SELECT, each by column name. Raises `UnfinishedError` with the server's own words."""
        return self.read(f"SELECT row_to_json(q) FROM (\n{sql}\n) q;", database, timeout)

    def read(self, script: str, database: str, timeout: float = 120.0) -> list[Any]:
        """What a script prints, whose every SELECT gives one JSON value a row."""
        result = self._checked(self.root.run(self.argv(database), script.encode(), timeout), database)
        if result.truncated:
            raise DecantError(f"{self.where(database)} answered more than can be held", "report this")
        return [json.loads(line) for line in result.text.splitlines() if line]

    def value(self, sql: str, database: str = MAINTENANCE, timeout: float = 120.0) -> Any:
        """The first column of the first row; None where there is no row."""
        rows = self.rows(sql, database, timeout)
        return next(iter(rows[0].values())) if rows else None

    def do(self, sql: str, database: str = MAINTENANCE, timeout: float = 120.0) -> None:
        """Change something: SQL statements, refused by the host where a later attempt has been there."""
        self._checked(self.run(f"exec {quote(self.argv(database))}", sql.encode(), timeout), database)

    def run(self, script: str, stdin: bytes | None = None, timeout: float = 120.0) -> Result:
        """Run a shell script as root that changes something, behind the fence."""
        return fence.run(self.transport, self.host, self.move, script, stdin, timeout)

    def where(self, database: str) -> str:
        """For messages."""
        return f"PostgreSQL on {self.host.name}, database {database}"

    def _checked(self, result: Result, database: str) -> Result:
        if result.ok:
            return result
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        said = next((line for line in lines if "ERROR:" in line or "FATAL:" in line), lines[-1] if lines else "")
        said = said.split("ERROR:")[-1].split("FATAL:")[-1].strip()[:300]
        raise UnfinishedError(
            f"{self.where(database)} refused a statement ({said or 'no message'})",
            "mend that there and run the same command again",
        )

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What does not change while a move lasts: version, folders, encryption."""
        known = _known.setdefault(self.transport, {})
        if self.port not in known:
            known[self.port] = self._ask()
        return known[self.port]

    def _ask(self) -> dict[str, Any]:
        try:
            return self.rows(
                """SELECT current_setting('server_version_num')::int AS version,
                          current_setting('server_version') AS version_text,
                          current_setting('data_directory') AS data,
                          current_setting('hba_file') AS hba,
                          current_setting('ssl') = 'on' AS tls,
                          (SELECT setting FROM pg_config WHERE name = 'BINDIR') AS bin"""
            )[0]
        except (UnreachableError, RefusedError):
            raise
        except DecantError as error:
            self._refuse_old()
            raise UsageError(
                f"PostgreSQL on {self.host.name} (port {self.port}) could not be asked ({error.what})",
                "it must run there, and the login needs sudo to run psql as postgres",
            ) from error

    def _refuse_old(self) -> None:
        """Raise `UsageError` where the server is too old for the questions that are put to it."""
        asked = self.root.run(self.argv(MAINTENANCE), b"SHOW server_version_num;")
        version = int(asked.text.strip() or 0) if asked.ok else 0
        if 0 < version < OLDEST:
            raise UsageError(
                f"PostgreSQL on {self.host.name} is version {version // 10000}.{version // 100 % 100}, "
                "older than 9.6, the oldest that Decant moves",
                "bring it to 9.6 or later there, or dump and restore it by hand",
            )

    @property
    def version(self) -> int:
        """As `server_version_num`: 130023, 150012."""
        return int(self.facts["version"])

    @property
    def major(self) -> int:
        """13, 15; 9 for everything before 10."""
        return self.version // 10000

    @property
    def bin(self) -> str:
        """The folder of this server's own programs."""
        return str(self.facts["bin"])

    @property
    def wal(self) -> str:
        """The prefix of functions on the write-ahead log: they were renamed in version 10."""
        return "pg_current_wal_{}lsn" if self.major >= 10 else "pg_current_xlog_{}location"

    def lsn(self, kind: str = "flush_") -> str:
        """Where the log stands now: `flush_`, `insert_`."""
        return str(self.value(f"SELECT {self.wal.format(kind)}()::text"))

    def exists(self, database: str) -> bool:
        """Whether it has a database of this name."""
        return bool(self.rows(f"SELECT 1 AS one FROM pg_database WHERE datname = {literal(database)}"))


def servers(ctx: Context) -> tuple[Server, Server]:
    """The servers of source and target. The target's port is the setting `target_port`, where it is not 5432."""
    port = int(ctx.workload.detail.get("port") or DEFAULT_PORT)
    target_port = int(ctx.settings.get("target_port") or DEFAULT_PORT)
    return (
        Server("source", ctx.source, ctx.source_host, port, ctx.move),
        Server("target", ctx.target, ctx.target_host, target_port, ctx.move),
    )
