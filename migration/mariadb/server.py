"""One MariaDB server, reached through its client on its own host, as its own administrator over the local socket."""

import re
from functools import cached_property
from typing import Any

from estate.errors import DecantError, RefusedError, UnfinishedError, UnreachableError, UsageError
from estate.records.host import Host
from estate.records.move import Move
from estate.transport.base import Result, Transport, quote
from estate.transport.privilege import rooted
from migration import fence
from migration.context import Context, Side
from migration.mariadb.sql import literal

LONG = 6 * 3600.0
"""Seconds allowed to what reads or writes a whole database."""
DEFAULT_PORT = 3306
OLDEST = (10, 5)
"""The first whose databases carry a comment, by which a copy is known; accounts can be locked since 10.4."""
# What Decant does is no part of the binary log, so that it never flows to the other side.
_SESSION = (
    "SET SESSION sql_log_bin=0, sql_log_off=1, sql_mode='', time_zone='+00:00', max_statement_time=0, "
    "lock_wait_timeout=30, group_concat_max_len=1048576"
)
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


class Server:
    """The MariaDB server that holds one side of a move. Readings are free; changes go through the fence."""

    def __init__(self, side: Side, transport: Transport, host: Host, port: int, move: Move) -> None:
        self.side: Side = side
        self.host = host
        self.port = port
        self.move = move
        self.transport = transport
        self.root = rooted(transport, host)

    def argv(self) -> list[str]:
        """The client that reads SQL on its standard input."""
        return [
            *("mariadb", "--batch", "--protocol=socket", "--default-character-set=utf8mb4"),
            f"--init-command={_SESSION}",
        ]

    def rows(self, sql: str, timeout: float = 120.0) -> list[dict[str, str | None]]:
        """The rows of one statement, each by column name. Raises `UnfinishedError` with the server's own words."""
        result = self._checked(self.root.run(self.argv(), f"{sql};\n".encode(), timeout))
        if result.truncated:
            raise DecantError(f"MariaDB on {self.host.name} answered more than can be held", "report this")
        lines = [[_value(field) for field in line.split("\t")] for line in result.text.split("\n") if line]
        return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]

    def value(self, sql: str, timeout: float = 120.0) -> str | None:
        """The first column of the first row; None where there is no row."""
        rows = self.rows(sql, timeout)
        return next(iter(rows[0].values())) if rows else None

    def number(self, sql: str, timeout: float = 120.0) -> int:
        """The same as a whole number; 0 where there is none."""
        return int(self.value(sql, timeout) or 0)

    def do(self, sql: str, timeout: float = 120.0) -> None:
        """Change something: SQL statements, refused by the host where a later attempt has been there."""
        if sql:
            self._checked(self.run(f"exec {quote(self.argv())}", sql.encode(), timeout))

    def run(self, script: str, stdin: bytes | None = None, timeout: float = 120.0) -> Result:
        """Run a shell script as root that changes something, behind the fence."""
        return fence.run(self.transport, self.host, self.move, script, stdin, timeout)

    def _checked(self, result: Result) -> Result:
        if result.ok:
            return result
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        said = next((line for line in lines if line.startswith("ERROR")), lines[-1] if lines else "no message")
        raise UnfinishedError(
            f"MariaDB on {self.host.name} refused a statement ({said[:300]})",
            "mend that there and run the same command again",
        )

    @cached_property
    def facts(self) -> dict[str, str]:
        """What does not change while a move lasts: version, folders, encryption."""
        try:
            found = self.rows(
                """SELECT @@version AS version, @@datadir AS data, @@port AS port, @@hostname AS hostname,
                          @@have_ssl AS tls, @@pid_file AS pid_file, CURRENT_USER() AS me, @@server_uid AS uid"""
                if self._named
                else "SELECT 1"
            )[0]
        except (UnreachableError, RefusedError, UsageError):
            raise
        except DecantError as error:
            raise UsageError(
                f"MariaDB on {self.host.name} could not be asked ({error.what})",
                "it must run there, and root must get in over its socket without a password",
            ) from error
        return {name: value or "" for name, value in found.items()}

    @cached_property
    def _named(self) -> bool:
        """That it is a MariaDB that can be asked the rest. Raises `UsageError` where it is not."""
        told = self.value("SELECT @@version") or ""
        if "mariadb" not in told.lower():
            raise UsageError(
                f"the server on {self.host.name} is MySQL {told}, and this mover knows MariaDB alone",
                "dump and restore it by hand, or move it to Azure's MySQL with its own tools",
            )
        if tuple(int(part) for part in told.split("-")[0].split(".")[:2]) < OLDEST:
            raise UsageError(
                f"MariaDB on {self.host.name} is version {told.split('-')[0]}, older than 10.5, the oldest that moves",
                "bring it to 10.5 or later there, or dump and restore it by hand",
            )
        return True

    @property
    def version(self) -> tuple[int, int]:
        """(10, 5), (10, 11)."""
        major, minor = self.facts["version"].split("-")[0].split(".")[:2]
        return int(major), int(minor)

    @property
    def number_of_version(self) -> str:
        """For people."""
        return self.facts["version"].split("-")[0]

    @property
    def tls(self) -> bool:
        """Whether it takes encrypted connections."""
        return self.facts["tls"] == "YES"

    def variable(self, name: str) -> str:
        """One global variable."""
        return self.value(f"SELECT @@global.{name}") or ""

    def exists(self, database: str) -> bool:
        """Whether it has a database of this name."""
        sql = f"SELECT 1 FROM information_schema.SCHEMATA WHERE BINARY SCHEMA_NAME = {literal(database)}"
        return bool(self.rows(sql))

    def position(self) -> tuple[str, int]:
        """The file of the binary log that is written now, and where it ends. Raises `RefusedError` without one."""
        found = self.rows("SHOW MASTER STATUS")
        if not found:
            raise RefusedError(
                f"MariaDB on {self.host.name} keeps no binary log any more",
                "give this move up with `decant cancel`, and begin anew",
            )
        return str(found[0]["File"]), int(found[0]["Position"] or 0)


def _value(field: str) -> str | None:
    if field == "NULL":
        return None
    if "\\" not in field:
        return field
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), field)


def servers(ctx: Context) -> tuple[Server, Server]:
    """The servers of source and target, each the one that its own socket leads to."""
    port = int(ctx.workload.detail.get("port") or DEFAULT_PORT)
    return (
        Server("source", ctx.source, ctx.source_host, port, ctx.move),
        Server("target", ctx.target, ctx.target_host, DEFAULT_PORT, ctx.move),
    )


def whole(row: dict[str, Any], name: str) -> int:
    """A number of a row; 0 where it has none."""
    return int(row[name] or 0)
