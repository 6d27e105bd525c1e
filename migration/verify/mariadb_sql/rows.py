"""Rows compared by digest: whole tables first; only where one differs, bucket by bucket down to the keys.

A row's digest is of its values as bytes, each with its length before it. A table's is the count and the sum of 60 bits
of its rows' digests, which no order of reading changes and which finds a row too many as well as one changed. A bucket
holds the rows whose key has the same first bits of its own digest; without a key, the whole row is the key.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from migration.verify.mariadb_sql.session import ident, literal

BUCKETS = 1024
MOST_ROWS = 200_000
"""Rows of differing buckets that are looked at one by one; more are only said to differ."""
NAMED = 10
"""Keys that are named in a report; only whole numbers are, as others may be a person's."""
_NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_APPROXIMATE = frozenset({"float", "double"})
_SHAPES = frozenset(
    {
        *("geometry", "point", "linestring", "polygon", "multipoint"),
        *("multilinestring", "multipolygon", "geometrycollection"),
    }
)

LIST = """
    SELECT JSON_OBJECT('name', t.TABLE_NAME,
        'columns', (SELECT GROUP_CONCAT(CONCAT(c.DATA_TYPE, ' ', c.COLUMN_NAME) ORDER BY c.ORDINAL_POSITION SEPARATOR '\\n')
            FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE() AND c.TABLE_NAME = t.TABLE_NAME),
        'key', (SELECT GROUP_CONCAT(s.COLUMN_NAME ORDER BY s.SEQ_IN_INDEX SEPARATOR '\\n')
            FROM information_schema.STATISTICS s
            WHERE s.TABLE_SCHEMA = DATABASE() AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY'))
    FROM information_schema.TABLES t
    WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SEQUENCE') ORDER BY t.TABLE_NAME"""


@dataclass(frozen=True)
class Table:
    """One table that is on both sides, with the columns that both have."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """Type and name."""
    key: tuple[str, ...]
    """Empty where there is none."""

    @property
    def _row(self) -> str:
        return _digest(self.columns)

    @property
    def _key(self) -> str:
        return _digest(tuple(c for c in self.columns if c[1] in self.key) if self.key else self.columns)

    @property
    def _shown(self) -> str:
        """The key itself where it is of whole numbers."""
        types = {name: kind for kind, name in self.columns}
        if not self.key or any(types.get(name) not in _NUMBERS for name in self.key):
            return "NULL"
        return f"CONCAT_WS(', ', {', '.join(map(ident, self.key))})"

    def whole(self) -> str:
        """A SELECT of its count and digest."""
        return (
            f"SELECT JSON_OBJECT('name', {literal(self.name)}, 'rows', COUNT(*), "
            f"'digest', CAST(COALESCE(SUM({_bits(self._row)}), 0) AS CHAR)) FROM {ident(self.name)}"
        )

    def buckets(self) -> str:
        """A SELECT of count and digest of each bucket."""
        return f"""SELECT JSON_OBJECT('bucket', b, 'rows', n, 'digest', CAST(d AS CHAR)) FROM (
                   SELECT {_bits(self._key)} MOD {BUCKETS} AS b, COUNT(*) AS n, SUM({_bits(self._row)}) AS d
                   FROM {ident(self.name)} GROUP BY 1) x"""

    def within(self, buckets: list[int]) -> str:
        """A SELECT of the digests of key and row in some buckets, with the key itself where it may be named."""
        return f"""SELECT JSON_OBJECT('key', {self._key}, 'row', {self._row}, 'shown', {self._shown})
                   FROM {ident(self.name)} WHERE {_bits(self._key)} MOD {BUCKETS} IN ({", ".join(map(str, buckets))})"""


@dataclass(frozen=True)
class Difference:
    """How one table differs: keys with their rows' digests on either side, and the key itself where it may be named."""

    rows: frozenset[tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]]
    uncounted: bool = False
    """Too many rows to look at each."""

    @property
    def lasting(self) -> bool:
        """Whether there is any."""
        return self.uncounted or bool(self.rows)

    def text(self, table: Table) -> str:
        """For people."""
        if self.uncounted:
            return f"more than {MOST_ROWS:,} rows lie where the sides differ"
        missing = extra = changed = 0
        for _, here, there in self.rows:
            ours, theirs = Counter(dict(here)), Counter(dict(there))
            lacking, more = (ours - theirs).total(), (theirs - ours).total()
            both = min(lacking, more) if table.key else 0
            changed, missing, extra = changed + both, missing + lacking - both, extra + more - both
        said = f"{changed} row(s) differ, {missing} only on the source, {extra} only on the target"
        keys = sorted((key.partition(" ")[2] for key, _, _ in self.rows), key=lambda key: (len(key), key))
        named = [key for key in keys if key]
        if not named:
            return said
        more_keys = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        return f"{said}; {', '.join(table.key)}: {'; '.join(named[:NAMED])}{more_keys}"


def tables(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> list[Table]:
    """The tables that both sides have, each with the columns that both have."""
    others = {row["name"]: row for row in there}
    found = []
    for row in here:
        other = others.get(row["name"])
        if other is None:
            continue
        shared = set(other["columns"].split("\n"))
        columns = tuple(
            (kind, name) for kind, _, name in (c.partition(" ") for c in row["columns"].split("\n") if c in shared)
        )
        key = tuple((row["key"] or "").split("\n")) if row["key"] and row["key"] == other["key"] else ()
        found.append(Table(row["name"], columns, key))
    return found


def differing_buckets(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> tuple[list[int], int]:
    """The buckets whose count or digest is not the same, and the most rows that either side has in them."""
    ours, theirs = ({row["bucket"]: (row["rows"], row["digest"]) for row in side} for side in (here, there))
    differ = sorted(bucket for bucket in set(ours) | set(theirs) if ours.get(bucket) != theirs.get(bucket))
    counts = [sum(side.get(bucket, (0, ""))[0] for bucket in differ) for side in (ours, theirs)]
    return differ, max(counts)


def differing_rows(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> Difference:
    """Which keys do not have the same rows."""
    ours, theirs = _by_key(here), _by_key(there)
    return Difference(
        frozenset(
            (key, _frozen(ours.get(key)), _frozen(theirs.get(key)))
            for key in set(ours) | set(theirs)
            if ours.get(key) != theirs.get(key)
        )
    )


def _digest(columns: tuple[tuple[str, str], ...]) -> str:
    """The digest of some columns of a row. A number before each value keeps what is in it from passing for another."""
    parts = []
    for kind, name in columns:
        value = ident(name)
        if kind in _APPROXIMATE:
            value = f"({value} + 0e0)"  # a float alone is written with six digits only
        elif kind in _SHAPES:
            value = f"ST_AsWKB({value})"
        elif kind == "bit":
            value = f"({value} + 0)"
        value = f"CAST({value} AS BINARY)"
        parts.append(f"COALESCE(CONCAT(LENGTH({value}), ':', {value}), 'N')")
    return f"MD5(CONCAT({', '.join(parts)}))"


def _bits(digest: str) -> str:
    return f"CAST(CONV(LEFT({digest}, 15), 16, 10) AS UNSIGNED)"


def _by_key(side: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in side:
        found.setdefault(f"{row['key']} {row['shown'] or ''}", Counter())[row["row"]] += 1
    return found


def _frozen(rows: Counter[str] | None) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(rows.items())) if rows else ()
