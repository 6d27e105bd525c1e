"""One side's PostgreSQL as the verifier reads it: psql on the server's own host, as its superuser over the local socket.

Readings have snapshots of their own, and settings under which equal values have equal texts. The little that is
changed (a slot, a publication) goes through the fence.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

from estate.errors import UnfinishedError, UsageError
from estate.records.host import Host
from estate.transport.base import Result, Transport, quote
from estate.transport.privilege import rooted
from migration import fence
from migration.context import Context, Side

LONG = 6 * 3600.0
"""Seconds allowed to what reads a whole database."""
SHORT = 300.0
MAINTENANCE = "postgres"
"""The database for what concerns the whole server."""
DEFAULT_PORT = 5432
OUTPUT = 1 << 30

_SETTINGS = {
    "search_path": "",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "xmloption": "content",
    "lc_monetary": "C",
    "row_security": "off",
    "jit": "off",
}

FLUSH = "SELECT pg_logical_emit_message(true, 'decant', 'check') \\g /dev/null"

Row = dict[str, Any]
T = TypeVar("T")


class Server:
    """The PostgreSQL that holds one side of a workload's database."""

    def __init__(self, ctx: Context, side: Side) -> None:
        self._ctx = ctx
        self._transport: Transport = ctx.side(side)
        self.host: Host = ctx.source_host if side == "source" else ctx.target_host
        self.database = ctx.workload.name
        port = ctx.workload.detail.get("port") if side == "source" else ctx.settings.get("target_port")
        self._port = int(port or DEFAULT_PORT)

    @cached_property
    def version(self) -> int:
        """As `server_version_num`: 130023, 150012."""
        asked = "SELECT current_setting('server_version_num')::int AS version"
        return int(self.rows(asked, MAINTENANCE)[0]["version"])

    @property
    def major(self) -> int:
        """13, 15; 9 for everything before 10."""
        return self.version // 10000

    def rows(self, select: str, database: str | None = None) -> list[Row]:
        """The rows of one SELECT, of the workload's own database unless another is named."""
        lines = f"SELECT row_to_json(q) FROM ({select}) q;"
        result = self._checked(self._root.run(self._argv(database), lines.encode(), SHORT))
        return [json.loads(line) for line in result.text.splitlines()]

    def read(
        self, parts: dict[str, list[str]], exact_floats: bool = True, by_key: bool = False, flush: bool = False
    ) -> dict[str, list[Row]]:
        """The rows of several named readings, all of one snapshot.

        A reading is SELECTs without their semicolons. One that ends in `\\gexec` gives SELECTs to run in its place.
        Before version 12 floats were written with other digits than since; `exact_floats` False rounds them to 15
        digits, which are the same in all versions. `by_key`: rows are looked up by index wherever that can be.

        With `flush`, all that has been committed is on disk before, where the server's reader of its own log finds it.
        """
        wanted = _SETTINGS | {"extra_float_digits": "1" if exact_floats else "0"}
        wanted |= dict.fromkeys(("enable_seqscan", "enable_hashjoin", "enable_mergejoin"), "off") if by_key else {}
        lines = ["SET synchronous_commit = on;", FLUSH] if flush else []
        lines += ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"]
        # A setting that the version does not know is passed over.
        lines += [
            f"SELECT set_config(name, {literal(value)}, true) FROM pg_catalog.pg_settings"
            f" WHERE lower(name) = lower({literal(name)}) \\g /dev/null"
            for name, value in wanted.items()
        ]
        for part, selects in parts.items():
            lines.append(f"SELECT json_build_object('part', {literal(part)});")
            lines += [
                select if select.endswith("\\gexec") else f"SELECT row_to_json(q) FROM ({select}) q;"
                for select in selects
            ]
        found: dict[str, list[Row]] = {part: [] for part in parts}
        part = ""
        result = self._checked(self._root.run(self._argv(), "\n".join([*lines, "COMMIT;"]).encode(), LONG, OUTPUT))
        if result.truncated:
            raise UnfinishedError(f"{self._where} answered more than can be held", "report this")
        for line in result.text.splitlines():
            row = json.loads(line)
            if row.keys() == {"part"}:
                part = row["part"]
            else:
                found[part].append(row)
        return found

    def do(self, sql: str) -> None:
        """Change something, refused by the host where a later attempt has been there."""
        script = f"exec {quote(self._argv())}"
        self._checked(fence.run(self._transport, self.host, self._ctx.move, script, sql.encode(), SHORT))

    @cached_property
    def _root(self) -> Transport:
        return rooted(self._transport, self.host)

    def _argv(self, database: str | None = None) -> list[str]:
        """The psql that reads SQL on its standard input. The terse form keeps rows out of messages.

        The database is named in the environment: after `-d`, a name with `=` in it would be a connection string.
        """
        settings = (
            "-c client_min_messages=warning -c default_transaction_read_only=off -c synchronous_commit=local"
        )
        argv = ["runuser", "-u", "postgres", "--", "env", f"PGOPTIONS={settings}", "PGCLIENTENCODING=UTF8"]
        argv += ["PGAPPNAME=decant", f"PGDATABASE={database or self.database}", self.__dict__.get("psql", "psql")]
        argv += ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=terse", "-p", str(self._port)]
        return [*argv, "-f", "-"]

    @cached_property
    def psql(self) -> str:
        """The server's own psql, used once it is known: Debian's wrapper takes twice as long to start."""
        found = self.rows("SELECT setting FROM pg_catalog.pg_config WHERE name = 'BINDIR'", MAINTENANCE)
        return f"{found[0]['setting']}/psql"

    @property
    def _where(self) -> str:
        return f"PostgreSQL on {self.host.name}, database {self.database}"

    def _checked(self, result: Result) -> Result:
        if result.ok:
            return result
        lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
        said = next((line for line in lines if "ERROR:" in line or "FATAL:" in line), lines[-1] if lines else "")
        said = said.split("ERROR:")[-1].split("FATAL:")[-1].strip()[:300]
        raise UnfinishedError(
            f"{self._where} refused a statement of the verification ({said or 'no message'})",
            "mend that there and run the same command again",
        )


def both(ask: Callable[[Server], T], source: Server, target: Server) -> tuple[T, T]:
    """What both sides answer, asked at the same time."""
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(ask, source), pool.submit(ask, target)
        return one.result(), other.result()


def ident(name: str) -> str:
    """A name as a quoted identifier. Raises `UsageError` for what no identifier can hold."""
    if not name or "\0" in name:
        raise UsageError(f"{name!r} cannot be a name in PostgreSQL", "see how the workload is named")
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A value as a string literal that means the same with `standard_conforming_strings` on or off."""
    if "\0" in value:
        raise UsageError("a value for PostgreSQL holds a zero byte", "see where it comes from")
    quoted = "'" + value.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in value else quoted
