"""Samples of a PostgreSQL database, by psql over the local socket, read-only.

Every statement has a time limit, waits a second at most for a lock, and reads few pages: large tables by
`TABLESAMPLE SYSTEM`, which reads only the blocks that it draws; smaller ones from their beginning. Of each value
the first characters come over, and none of a value that is large on disk. Names reach SQL quoted, as the
catalogue gave them. psql says errors with their codes: the code is kept, the text, which may quote a value, is not.
"""

import json
import math
import re
import secrets
import shlex
import time
from collections.abc import Iterator, Sequence

from inventory.personal.sample import LONGER, Column, Limits, Passed, Sampled, Samples, Table, sampled
from inventory.personal.shell import Shell, sections

_TEXT = frozenset(
    {"text", "character varying", "character", "citext", "name", "hstore", "xml", "smallint", "integer", "bigint",
     "numeric", "date", "timestamp without time zone", "timestamp with time zone", "\"char\""}
)  # fmt: skip
_JSON = frozenset({"json", "jsonb"})
_OUTPUT = 64 << 20
_SMALL = 50
"""Pages below which a table is read from its beginning."""

_ERRORS = {
    "42501": "no right to read it",
    "42P01": "it went while it was looked at",
    "55P03": "it was locked",
    "57014": "reading it took too long and was stopped",
    "25006": "reading it would have written",
    "22021": "its text is damaged",
    "22P05": "its text cannot be converted",
    "53200": "the server ran out of memory",
    "XX001": "it is damaged on the server's disk",
    "XX002": "it is damaged on the server's disk",
}
_CODECS = {"UTF8": "utf-8", "LATIN1": "latin-1", "LATIN9": "iso8859-15", "WIN1252": "cp1252", "SQL_ASCII": "utf-8"}

_SESSION = """\
set default_transaction_read_only = on;
set statement_timeout = {statement};
set lock_timeout = {lock};
set row_security = off;
set max_parallel_workers_per_gather = 0;
set jit = off;
"""
_CATALOGUE = """\
select row_to_json(x) from (select current_setting('server_version_num')::int as version,
  current_setting('server_encoding') as encoding) x;
\\echo {word} tables
select row_to_json(x) from (select n.nspname as schema, c.relname as name, c.relkind as kind, c.relpages as pages,
  c.reltuples::bigint as rows, (select array_to_json(array_agg(row_to_json(y))) from (select a.attname as name,
    format_type(case when t.typtype = 'd' then t.typbasetype else t.oid end, null) as type
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) y) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'v', 'f') and n.nspname !~ '^(pg_|information_schema$)'
  and not (row_to_json(c) ->> 'relispartition')::boolean is true order by 1, 2 limit {tables}) x;
\\echo {word} end
"""


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def sample(shell: Shell, port: int, database: str, limits: Limits) -> Samples:
    """Sample every table of `database`. Raises `UnreachableError` where the host does not answer."""
    return sampled(_Session(shell, port, database, limits))


class _Session:
    def __init__(self, shell: Shell, port: int, database: str, limits: Limits) -> None:
        self._shell = shell
        self._port = port
        self._database = database
        self._limits = limits
        self._word = "decant-" + secrets.token_hex(16)
        self._spent = 0.0
        self._codec = "utf-8"
        self._version = 0

    @property
    def late(self) -> bool:
        return self._spent >= self._limits.seconds

    def tables(self) -> tuple[list[Table], Passed] | Samples:
        said = self._ask(_CATALOGUE.format(word=self._word, tables=self._limits.tables + 1))
        parts = {words[0]: body for words, body in said if words}
        if "missing" in parts:
            return Samples(failure="psql is not installed on the host")
        if "gone" in parts:
            return Samples(failure="no PostgreSQL server listens on that port any more")
        if "end" not in parts:
            return self._refused(parts.get("begin", b""))
        try:
            about = json.loads(_json_lines(parts["begin"])[-1])
            rows = [json.loads(line) for line in _json_lines(parts.get("tables", b""))]
            self._codec = _CODECS.get(about["encoding"], "utf-8")
            self._version = int(about["version"])
            return self._described(rows)
        except (ValueError, LookupError, TypeError):
            return Samples(failure="the catalogue's answer could not be understood")

    def _described(self, rows: Sequence[dict[str, object]]) -> tuple[list[Table], Passed]:
        passed = Passed()
        tables: list[Table] = []
        for row in rows[: self._limits.tables]:
            kind = str(row["kind"])
            if kind == "v":
                passed.add("views", "what they show is in tables")
                continue
            if kind == "f":
                passed.add("foreign tables", "their data is on another server")
                continue
            listed = row["columns"] if isinstance(row["columns"], list) else []
            columns = tuple(Column(str(one["name"]), _kind(str(one["type"]))) for one in listed)
            for column in columns:
                if not column.read:
                    passed.add("columns", column.kind)
            rows_about = int(str(row["rows"]))
            table = Table(
                str(row["schema"]),
                str(row["name"]),
                columns,
                rows_about if rows_about >= 0 and kind != "p" else None,
                int(str(row["pages"])),
                partitioned=kind == "p",
            )
            if table.read:
                tables.append(table)
        if len(rows) > self._limits.tables:
            passed.add("tables", f"only the first {self._limits.tables} are looked at")
        return tables, passed

    def rows(self, tables: Sequence[Table]) -> Iterator[Sampled]:
        sql = "".join(
            f"\\echo {self._word} table {number}\n{self._statement(table)};\n"
            for number, table in enumerate(tables)
        )
        said = self._ask(f"{sql}\\echo {self._word} end\n")
        bodies = {int(words[1]): body for words, body in said if len(words) == 2 and words[0] == "table"}
        ended = any(words == ["end"] for words, _ in said)
        for number, table in enumerate(tables):
            if number not in bodies or (number == len(bodies) - 1 and not ended):
                yield Sampled(table, reason="the server's answers ended before it")
            else:
                yield self._understood(table, bodies[number])

    def _statement(self, table: Table) -> str:
        limits = self._limits
        parts = ", ".join(
            f"case when pg_column_size({name}) > {limits.value_bytes} then chr(1) "
            f"else left({_as_text(name, column.kind)}, {limits.value_characters * LONGER.get(column.kind, 1)}) end"
            for column in table.read
            for name in [quoted(column.name)]
        )
        only = "" if table.partitioned else "only "
        share = ""
        if self._version >= 90500 and table.pages > _SMALL and not table.partitioned:
            rows_a_page = max(1.0, (table.rows or 0) / table.pages)
            wanted = max(20, math.ceil(2 * limits.rows / rows_a_page))
            if wanted < table.pages:
                share = f" tablesample system ({100 * wanted / table.pages:.6f})"
        return (
            f"select array_to_json(array[{parts}]::text[]) "  # noqa: S608 - every name is quoted
            f"from {only}{quoted(table.schema)}.{quoted(table.name)}{share} limit {limits.rows}"
        )

    def _understood(self, table: Table, body: bytes) -> Sampled:
        code = _code(body)
        rows: list[list[str | None]] = []
        for line in body.split(b"\n"):
            if not line.startswith(b"["):
                continue
            try:
                row = json.loads(line.decode(self._codec, "replace"), strict=False)
            except ValueError:
                return Sampled(table, reason="the server's answer could not be understood")
            if isinstance(row, list) and len(row) == len(table.read):
                rows.append([None if one is None else str(one) for one in row])
        if code and not rows:
            return Sampled(table, reason=_ERRORS.get(code, f"the server refused it (SQLSTATE {code})"))
        return Sampled(table, rows)

    def _refused(self, body: bytes) -> Samples:
        code = _code(body)
        text = body.decode("utf-8", "replace").lower()
        right = "root, or the role postgres"
        if code == "42501" or any(
            sign in text for sign in ("authentication failed", "permission denied", "no pg_hba")
        ):
            return Samples(
                failure="the server did not let this account in", privilege="" if self._shell.root else right
            )
        if "role" in text and "does not exist" in text:
            return Samples(failure="the server has no role for this account", privilege=right)
        if "does not exist" in text:
            return Samples(failure="the database is there no more")
        if "not currently accepting connections" in text:
            return Samples(failure="the database accepts no connections")
        if "too many" in text or "remaining connection slots" in text:
            return Samples(failure="the server has no connection free")
        return Samples(failure=_ERRORS.get(code, "the server did not answer"))

    def _ask(self, sql: str) -> Sequence[tuple[list[str], bytes]]:
        limits = self._limits
        session = _SESSION.format(statement=limits.statement_seconds * 1000, lock=limits.lock_seconds * 1000)
        text = f"\\o /dev/null\n{session}\\o\n\\echo {self._word} begin\n{sql}"
        seconds = max(10, math.ceil(limits.seconds - self._spent))
        script = f"""\
export PGCONNECT_TIMEOUT=5 PGAPPNAME=decant PGCLIENTENCODING=SQL_ASCII PGPORT={self._port}
export PGDATABASE={shlex.quote(self._database)}
unset PGSERVICE PGOPTIONS PSQL_HISTORY PAGER PSQL_PAGER
for d in /var/run/postgresql /run/postgresql /tmp; do [ -S "$d/.s.PGSQL.$PGPORT" ] && break; done
[ -S "$d/.s.PGSQL.$PGPORT" ] || {{ printf '%s gone\\n' {self._word}; exit 0; }}
command -v psql >/dev/null || {{ printf '%s missing\\n' {self._word}; exit 0; }}
export PGHOST="$d"
c="${{t:+timeout {seconds}}} psql -XAtq -v VERBOSITY=verbose -f - 2>&1"
q={shlex.quote(text)}
printf '%s begin\\n' {self._word}
if [ "$(id -u)" != 0 ]; then printf '%s\\n' "$q" | sh -c "$c"
elif command -v setpriv >/dev/null; then
  printf '%s\\n' "$q" | setpriv --reuid=postgres --regid=postgres --init-groups sh -c "$c"
else printf '%s\\n' "$q" | su postgres -s /bin/sh -c "$c"
fi
"""
        begun = time.monotonic()
        said = self._shell.run(script, seconds + 15, _OUTPUT)
        self._spent += time.monotonic() - begun
        return sections(said.output, self._word)


def _as_text(name: str, kind: str) -> str:
    return f"array_to_string({name}, chr(10))" if kind == "array" else f"{name}::text"


def _kind(type_name: str) -> str:
    base = re.sub(r"\([^)]*\)|\[\]", "", type_name).strip()
    if base in _JSON:
        return "json"
    if base in _TEXT:
        return "array" if type_name.endswith("[]") else "text"
    return f"of type {base}" if base in ("bytea", "oid") else "of a type that holds no text, number or date"


def _code(body: bytes) -> str:
    found = re.search(rb"(?:^|\n)psql:[^\n]*?(?:ERROR|FATAL): +([0-9A-Z]{5}):", body) or re.search(
        rb"(?:^|\n)(?:ERROR|FATAL): +([0-9A-Z]{5}):", body
    )
    return found[1].decode() if found else ""


def _json_lines(body: bytes) -> list[str]:
    return [line.decode("utf-8", "replace") for line in body.split(b"\n") if line.startswith(b"{")]
