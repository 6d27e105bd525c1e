"""Rows compared by digest: whole tables first; only where one differs, bucket by bucket down to the rows.

A row's digest is of its text under fixed settings. A table's is the count and the sum of its rows' digests, which no
order of reading changes and which finds a row too many as well as one changed. A bucket holds the rows whose key
has the same last bits of its own digest, so no collation has a say in where a bucket ends; without a key, the whole
row is the key. Digests leave the server, never a value.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from migration.postgres.sql import ident, literal, qualified

BUCKETS = 1024
MOST_ROWS = 200_000
"""Rows of differing buckets that are looked at one by one; more are counted by bucket only."""

FAST = "hashtextextended({}, 0)"
SURE = "('x' || substr(md5({}), 1, 16))::bit(64)::bigint"
"""For servers before version 11, and wherever the two servers do not hash alike."""

LIST = """
    SELECT n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence,
           (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
           (SELECT coalesce(json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)), '[]')
            FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
           coalesce((SELECT x.extcondition[array_position(x.extconfig, c.oid)] FROM pg_extension x
                     WHERE c.oid = ANY (x.extconfig)), '') AS condition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                       AND e.deptype = 'e')
           OR EXISTS (SELECT FROM pg_extension x WHERE c.oid = ANY (x.extconfig)))
    ORDER BY 1, 2"""
"""Ordinary tables and partitions. Of an extension's tables, the rows that are not its own."""


@dataclass(frozen=True)
class Table:
    """One table that is on both sides, with the columns that both have."""

    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    """Empty where there is none."""
    condition: str
    logged: bool

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    def _from(self) -> str:
        return f"FROM ONLY {qualified(self.schema, self.name)} t {self.condition}"

    def _row(self, hashing: str) -> str:
        return hashing.format(_text(self.columns))

    def _bucket_of(self, hashing: str) -> str:
        return hashing.format(_text(self.key or self.columns))

    def whole(self, hashing: str) -> str:
        """A SELECT of its count and digest."""
        return f"""SELECT {literal(self.label)} AS name, count(*) AS rows, coalesce(sum({self._row(hashing)}), 0)::text
                   AS digest {self._from()}"""

    def buckets(self, hashing: str) -> str:
        """A SELECT of count and digest of each bucket."""
        return f"""SELECT k & {BUCKETS - 1} AS bucket, count(*) AS rows, sum(r)::text AS digest
                   FROM (SELECT {self._bucket_of(hashing)} AS k, {self._row(hashing)} AS r {self._from()}) x GROUP BY 1"""

    def within(self, hashing: str, buckets: list[int]) -> str:
        """A SELECT of the digests of key and row, as texts, in some buckets."""
        chosen = ", ".join(str(bucket) for bucket in buckets)
        return f"""SELECT k::text AS key, r::text AS row
                   FROM (SELECT {self._bucket_of(hashing)} AS k, {self._row(hashing)} AS r {self._from()}) x
                   WHERE k & {BUCKETS - 1} IN ({chosen})"""


@dataclass(frozen=True)
class Difference:
    """How one table differs; each entry is a key's digest with the digests of its rows on either side."""

    buckets: int
    rows: frozenset[tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]]
    uncounted: bool = False
    """Too many rows to look at each."""

    def text(self, keyed: bool) -> str:
        """For people."""
        where = f"in {self.buckets} of {BUCKETS} chunks"
        if self.uncounted:
            return f"rows differ {where}"
        if not keyed:
            missing, extra = _counts(self.rows)
            return f"{missing} row(s) only on the source, {extra} only on the target, {where}"
        lacking = sum(1 for _, here, there in self.rows if here and not there)
        extra = sum(1 for _, here, there in self.rows if there and not here)
        changed = len(self.rows) - lacking - extra
        return f"{changed} row(s) differ, {lacking} only on the source, {extra} only on the target, {where}"


def tables(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> list[Table]:
    """The tables that both sides have, each with the columns that both have."""
    others = {(row["schema"], row["name"]): row for row in there}
    return [
        Table(
            row["schema"],
            row["name"],
            tuple(c for c in row["columns"] if c in others[key]["columns"]),
            tuple(row["key"]) if row["key"] == others[key]["key"] else (),
            row["condition"],
            row["persistence"] == "p",
        )
        for row in here
        if (key := (row["schema"], row["name"])) in others
    ]


def differing_buckets(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> list[int]:
    """The buckets whose count or digest is not the same."""
    ours, theirs = ({row["bucket"]: (row["rows"], row["digest"]) for row in side} for side in (here, there))
    return sorted(bucket for bucket in set(ours) | set(theirs) if ours.get(bucket) != theirs.get(bucket))


def differing_rows(here: list[dict[str, Any]], there: list[dict[str, Any]], buckets: int) -> Difference:
    """Which keys do not have the same rows."""
    ours, theirs = _by_key(here), _by_key(there)
    return Difference(
        buckets,
        frozenset(
            (key, _frozen(ours.get(key)), _frozen(theirs.get(key)))
            for key in set(ours) | set(theirs)
            if ours.get(key) != theirs.get(key)
        ),
    )


def _text(columns: tuple[str, ...]) -> str:
    return f"ROW({', '.join(f't.{ident(column)}' for column in columns)})::text"


def _by_key(side: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in side:
        found.setdefault(row["key"], Counter())[row["row"]] += 1
    return found


def _frozen(rows: Counter[str] | None) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(rows.items())) if rows else ()


def _counts(
    rows: frozenset[tuple[str, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]],
) -> tuple[int, int]:
    missing = extra = 0
    for _, here, there in rows:
        ours, theirs = Counter(dict(here)), Counter(dict(there))
        missing += (ours - theirs).total()
        extra += (theirs - ours).total()
    return missing, extra
