"""Samples of a MariaDB or MySQL database, by its client over the local socket, read-only.

There is no sampling by block: a table with a whole-number key is read in slices spread over the key, others from
their beginning. Where rows are long on average, fewer are read, so that no more than a few MiB are touched. The
client prints tab-separated rows with its own escapes; of an error only the number is kept.
"""

import math
import re
import secrets
import shlex
import time
from collections.abc import Iterator, Sequence

from inventory.personal.places import hidden
from inventory.personal.sample import LONGER, Column, Limits, Passed, Sampled, Samples, Table, sampled
from inventory.personal.shell import Shell, sections

_TEXT = frozenset(
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "smallint", "mediumint", "int", "bigint",
     "decimal", "date", "datetime", "timestamp"}
)  # fmt: skip
_WHOLE = frozenset({"smallint", "mediumint", "int", "bigint"})
_OUTPUT = 64 << 20
_TOUCHED = 16 << 20
"""Bytes of rows that one table's sample may touch, by the server's own average."""
_SLICES = 4

_ERRORS = {
    "1142": "no right to read it",
    "1143": "no right to read it",
    "1146": "it went while it was looked at",
    "1205": "it was locked",
    "1969": "reading it took too long and was stopped",
    "3024": "reading it took too long and was stopped",
    "1034": "it is damaged on the server's disk",
    "1030": "it is damaged on the server's disk",
    "1356": "it refers to something that is there no more",
    "1054": "a column went while it was looked at",
}
_REFUSED = frozenset({"1044", "1045", "1698", "1130"})


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A string for SQL, which no mode of the server reads otherwise."""
    return f"x'{text.encode().hex()}'"


def sample(shell: Shell, database: str, limits: Limits) -> Samples:
    """Sample every table of `database`. Raises `UnreachableError` where the host does not answer."""
    return sampled(_Session(shell, database, limits))


class _Session:
    def __init__(self, shell: Shell, database: str, limits: Limits) -> None:
        self._shell = shell
        self._database = database
        self._limits = limits
        self._word = "decant-" + secrets.token_hex(16)
        self._spent = 0.0
        self._errors: dict[int, str] = {}
        self._refusal = ""

    @property
    def late(self) -> bool:
        return self._spent >= self._limits.seconds

    def tables(self) -> tuple[list[Table], Passed] | Samples:
        name = literal(self._database)
        said = self._ask(
            f"select {self._mark('tables')};\n"  # noqa: S608 - the name is a hexadecimal literal
            # Hexadecimal names survive any character set, tab and newline.
            "select hex(convert(table_name using utf8)), table_type, table_rows, avg_row_length from "
            f"information_schema.tables where table_schema = convert({name} using utf8) order by table_name "
            f"limit {self._limits.tables + 1};\n"
            f"select {self._mark('columns')};\n"
            "select hex(convert(table_name using utf8)), hex(convert(column_name using utf8)), data_type, column_key, "
            f"numeric_precision is not null from information_schema.columns "
            f"where table_schema = convert({name} using utf8) order by table_name, ordinal_position;\n"
            f"select {self._mark('end')};\n"
        )
        parts = {words[0]: body for words, body in said if words}
        if "missing" in parts:
            return Samples(failure="neither the mariadb nor the mysql client is installed on the host")
        if "gone" in parts:
            return Samples(failure="no MariaDB or MySQL server listens on a socket any more")
        if "end" not in parts:
            code = self._refusal
            if code in _REFUSED:
                right = "" if self._shell.root else "root"
                return Samples(failure="the server did not let this account in", privilege=right)
            return Samples(
                failure=f"the server did not answer (error {code})" if code else "the server did not answer"
            )
        try:
            return self._described(_rows(parts["tables"]), _rows(parts["columns"]))
        except (ValueError, LookupError, TypeError):
            return Samples(failure="the catalogue's answer could not be understood")

    def _described(
        self, tables: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]
    ) -> tuple[list[Table], Passed]:
        passed = Passed()
        if len(tables) > self._limits.tables:
            passed.add("tables", f"only the first {self._limits.tables} are looked at")
        by_table: dict[str, list[tuple[Column, bool]]] = {}
        for name, title, kind, key, _ in columns:
            whole = key == "PRI" and kind in _WHOLE
            by_table.setdefault(name, []).append((Column(_name(title), _kind(kind)), whole))
        keys = {name: sum(key == "PRI" for one, _, _, key, _ in columns if one == name) for name in by_table}
        found = []
        for name, sort, rows, average in tables[: self._limits.tables]:
            if "TABLE" not in sort and "VIEW" not in sort:
                passed.add(f"table {hidden(_name(name))}", "the server could not describe it: locked or damaged")
                continue
            if sort != "BASE TABLE":
                passed.add("views", "what they show is in tables")
                continue
            listed = by_table.get(name, [])
            for column, _ in listed:
                if not column.read:
                    passed.add("columns", column.kind)
            table = Table(
                "",
                _name(name),
                tuple(column for column, _ in listed),
                int(rows) if rows.isdigit() else None,
                row_bytes=int(average) if average.isdigit() else 0,
                key=next((column.name for column, whole in listed if whole and keys[name] == 1), ""),
            )
            if table.read:
                found.append(table)
        return found, passed

    def rows(self, tables: Sequence[Table]) -> Iterator[Sampled]:
        asked = {
            number: self._statement(table) for number, table in enumerate(tables) if table.row_bytes <= _TOUCHED
        }
        lines: dict[int, int] = {}
        sql = ""
        for number, one in asked.items():
            # The client writes errors past its own output, ahead of it or after: their line says whose they are.
            start = sql.count("\n")
            sql += f"select {self._mark(f'table {number}')};\n{one};\n"
            lines.update(dict.fromkeys(range(start, sql.count("\n")), number))
        said = self._ask(f"{sql}select {self._mark('end')};\n")
        wrong = {lines[line]: code for line, code in self._errors.items() if line in lines}
        bodies = {int(words[1]): body for words, body in said if len(words) == 2 and words[0] == "table"}
        ended = any(words == ["end"] for words, _ in said)
        last = max(bodies, default=-1)
        for number, table in enumerate(tables):
            if number not in asked:
                yield Sampled(table, reason="its rows are too long to be sampled without burdening the server")
            elif number not in bodies or (number == last and not ended):
                yield Sampled(table, reason="the server's answers ended before it")
            else:
                yield self._understood(table, bodies[number], wrong.get(number, ""))

    def _statement(self, table: Table) -> str:
        limits = self._limits
        rows = max(1, min(limits.rows, _TOUCHED // max(1, table.row_bytes)))
        parts = ", ".join(
            f"case when length({name}) > {limits.value_bytes} then char(1) else left({name}, "
            f"{limits.value_characters * LONGER.get(column.kind, 1)}) end"
            for column in table.read
            for name in [quoted(column.name)]
        )
        where = f"{quoted(self._database)}.{quoted(table.name)}"
        if not table.key or (table.rows or 0) <= 2 * rows:
            return f"select {parts} from {where} limit {rows}"  # noqa: S608 - every name is quoted
        key, each = quoted(table.key), math.ceil(rows / _SLICES)
        bounds = f"(select min({key}) + (max({key}) - min({key})) * {{}} / {_SLICES} from {where})"  # noqa: S608
        return " union all ".join(
            f"(select {parts} from {where} where {key} >= {bounds.format(number)} "  # noqa: S608
            f"and {key} {'<' if number < _SLICES - 1 else '<='} {bounds.format(number + 1)} order by {key} limit {each})"
            for number in range(_SLICES)
        )

    def _understood(self, table: Table, body: bytes, code: str) -> Sampled:
        width = len(table.read)
        rows = [[None if value == "NULL" else value for value in row] for row in _rows(body) if len(row) == width]
        if code and not rows:
            return Sampled(table, reason=_ERRORS.get(code, f"the server refused it (error {code})"))
        return Sampled(table, rows)

    def _mark(self, words: str) -> str:
        return f"'{self._word} {words}'"

    def _ask(self, sql: str) -> Sequence[tuple[list[str], bytes]]:
        limits = self._limits
        text = f"""\
set session transaction read only;
set session max_statement_time = {limits.statement_seconds};
set session max_execution_time = {limits.statement_seconds * 1000};
set session lock_wait_timeout = {limits.lock_seconds};
set session innodb_lock_wait_timeout = {limits.lock_seconds};
select {self._mark("begin")};
{sql}"""
        seconds = max(10, math.ceil(limits.seconds - self._spent))
        script = f"""\
for s in /var/run/mysqld/mysqld.sock /run/mysqld/mysqld.sock /var/run/mysql/mysql.sock /var/lib/mysql/mysql.sock \\
  /tmp/mysql.sock; do [ -S $s ] && break; done
[ -S $s ] || {{ printf '%s gone\\n' {self._word}; exit 0; }}
for c in mariadb mysql ''; do command -v "$c" >/dev/null 2>&1 && break; done
[ "$c" ] || {{ printf '%s missing\\n' {self._word}; exit 0; }}
printf '%s begin\\n' {self._word}
printf '%s\\n' {shlex.quote(text)} | ${{t:+timeout {seconds}}} "$c" --connect-timeout=5 -S $s --skip-tee -A -f -q -n -N -B \\
  --default-character-set=utf8
"""
        begun = time.monotonic()
        said = self._shell.run(script, seconds + 15, _OUTPUT)
        self._spent += time.monotonic() - begun
        before = text[: text.index(sql)].count("\n") + 1
        self._errors = {
            int(line) - before: code.decode()
            for code, line in re.findall(rb"ERROR (\d+) \([^)\n]*\) at line (\d+)", said.errors)
        }
        self._refusal = _code(said.errors)
        return sections(said.output, self._word)


def _kind(data_type: str) -> str:
    if data_type == "json":
        return "json"
    if data_type in _TEXT:
        return "text"
    return (
        "of type blob"
        if "blob" in data_type or "binary" in data_type
        else "of a type that holds no text, number or date"
    )


def _code(body: bytes) -> str:
    found = re.search(rb"(?:^|\n)ERROR (\d+)", body)
    return found[1].decode() if found else ""


def _rows(body: bytes) -> list[list[str]]:
    lines = body.decode("utf-8", "replace").split("\n")
    return [
        [_plain(value) for value in line.split("\t")] for line in lines if line and not line.startswith("ERROR ")
    ]


def _plain(text: str) -> str:
    return re.sub(r"\\([tn0\\])", lambda found: {"t": "\t", "n": "\n", "0": "\0", "\\": "\\"}[found[1]], text)


def _name(text: str) -> str:
    return bytes.fromhex(text).decode("utf-8", "replace")
