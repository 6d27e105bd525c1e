"""Rows compared by digest: whole tables first; only where one differs, bucket by bucket down to the rows.

A row's digest is of its text under fixed settings. A table's is the count and the sum of its rows' digests, which no
order of reading changes and which finds a row too many as well as one changed. A bucket holds the rows whose key
has the same last bits of its own digest, so no collation has a say in where a bucket ends; without a key, the whole
row is the key. Of rows only digests leave the server, and the keys of those that are looked at one by one.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from migration.verify.postgresql.server import Row, ident, literal

BUCKET_ROWS = 500
MOST_BUCKETS = 1 << 17
MOST_ROWS = 200_000
"""Rows of differing buckets that are looked at one by one; more are counted by bucket only."""
MOST_NAMED = 10
"""Keys of rows that differ which are named for each table."""
_PLAIN = r"(smallint|integer|bigint|oid|uuid|date|boolean|numeric.*|timestamp.*)"
"""Types of keys that say nothing of a person; others are named by their digest."""

FAST = "hashtextextended({}, 0)"
SURE = "('x' || substr(md5({}), 1, 16))::bit(64)::bigint"
"""For servers before version 11, and wherever the two servers do not hash alike."""

LIST = """
    SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence,
           pg_relation_filenode(c.oid)::bigint AS file,
           greatest(c.reltuples, pg_relation_size(c.oid) / 256)::bigint AS about,
           c.relreplident = 'f' OR x.indexrelid IS NOT NULL AS told,
           (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
           (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = '') AS sent,
           (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                'safe', t.typnamespace = 'pg_catalog'::regnamespace OR t.typtype = 'e')
                            ORDER BY array_position(k.indkey::int2[], a.attnum)), '[]')
            FROM pg_index k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.indkey)
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE k.indexrelid = coalesce(x.indexrelid, p.indexrelid)) AS key,
           coalesce((SELECT e.extcondition[array_position(e.extconfig, c.oid)] FROM pg_extension e
                     WHERE c.oid = ANY (e.extconfig)), '') AS condition,
           EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)) AS of_extension
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_index p ON p.indrelid = c.oid AND p.indisprimary AND p.indisvalid
    LEFT JOIN pg_index x ON x.indrelid = c.oid AND x.indisvalid
        AND CASE c.relreplident WHEN 'd' THEN x.indisprimary WHEN 'i' THEN x.indisreplident ELSE false END
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                       AND e.deptype = 'e')
           OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
    ORDER BY 1, 2"""
"""Ordinary tables and partitions. Of an extension's tables, the rows that are not its own.

`told`: a change of a row says which row it was. `sent`: the columns of a change, in its order. `file` changes when a
table is emptied or written anew.
"""

Key = tuple[str, ...]
"""The values of a row's key, as texts."""


@dataclass(frozen=True)
class Column:
    """A column of a key."""

    name: str
    type: str
    safe: bool
    """Its type, and how that is compared, are PostgreSQL's own: rows can be looked up by it."""


@dataclass(frozen=True)
class Table:
    """One table that is on both sides, with the columns that both have."""

    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[Column, ...]
    """Empty where there is none."""
    condition: str
    logged: bool
    told: bool
    """The server's log of changes tells of this table on both sides, and of which row."""
    about: int = 0
    """How many rows it may have."""

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    def _from(self) -> str:
        return f"FROM ONLY {ident(self.schema)}.{ident(self.name)} t {self.condition}"

    def _row(self, hashing: str) -> str:
        return hashing.format(_text(self.columns))

    def _bucket_of(self, hashing: str) -> str:
        return hashing.format(_text([column.name for column in self.key] or self.columns))

    @property
    def by_key(self) -> bool:
        """Whether rows can be looked up one by one."""
        return bool(self.key) and all(column.safe for column in self.key)

    @property
    def buckets(self) -> int:
        """How many buckets it is compared in, a power of two."""
        return 1 << min(max(self.about // BUCKET_ROWS, 1).bit_length() - 1, MOST_BUCKETS.bit_length() - 1)

    def whole(self, hashing: str) -> str:
        """A SELECT of its count and digest."""
        return f"""SELECT {literal(self.label)} AS name, count(*) AS rows, coalesce(sum({self._row(hashing)}), 0)::text
                   AS digest {self._from()}"""

    def in_buckets(self, hashing: str) -> str:
        """A SELECT of count and digest of each bucket."""
        return f"""SELECT {literal(self.label)} AS name, k & {self.buckets - 1} AS bucket, count(*) AS rows,
                          sum(r)::text AS digest
                   FROM (SELECT {self._bucket_of(hashing)} AS k, {self._row(hashing)} AS r {self._from()}) x GROUP BY 2"""

    def within(self, hashing: str, buckets: Iterable[int]) -> str:
        """A SELECT of the key and the row's digest, of the rows in some buckets. Without a key, a digest is the key."""
        key = self._key() if self.key else 'json_build_array("decant k"::text)'
        return f"""SELECT {literal(self.label)} AS name, {key} AS key, "decant r"::text AS row
                   FROM (SELECT *, {self._bucket_of(hashing)} AS "decant k", {self._row(hashing)} AS "decant r"
                         {self._from()}) t
                   WHERE "decant k" & {self.buckets - 1} = ANY (ARRAY[{", ".join(map(str, buckets))}]::bigint[])"""

    def by_keys(self, hashing: str, keys: Iterable[Key]) -> str:
        """A SELECT of the same of the rows with these keys, which must be `by_key`."""
        columns = list(zip(*keys, strict=True))
        given = ", ".join(
            f"ARRAY[{', '.join(map(literal, values))}]::{column.type}[]"
            for column, values in zip(self.key, columns, strict=True)
        )
        names = ", ".join(f"v{number}" for number in range(len(self.key)))
        same = " AND ".join(f"t.{ident(column.name)} = v.v{number}" for number, column in enumerate(self.key))
        table = f"{ident(self.schema)}.{ident(self.name)}"
        return f"""SELECT {literal(self.label)} AS name, {self._key()} AS key, {self._row(hashing)}::text AS row
                   FROM unnest({given}) AS v({names}) JOIN ONLY {table} t ON {same}"""

    def named(self, key: Key) -> str:
        """A row for people: by the values of its key, or, where these could be about a person, by their digest."""
        return ", ".join(
            f"{column.name} = {value}"
            if re.fullmatch(_PLAIN, column.type)
            else f"md5({column.name}) = {_md5(value)}"
            for column, value in zip(self.key, key, strict=True)
        )

    def _key(self) -> str:
        return f"json_build_array({', '.join(f't.{ident(column.name)}::text' for column in self.key)})"


Side = dict[Key, Counter[str]]
"""The digests of rows, by key."""


@dataclass(frozen=True)
class Difference:
    """How one table differs; each entry is a key with the digests of its rows on either side."""

    buckets: int
    rows: frozenset[tuple[Key, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]]
    uncounted: bool = False
    """Too many rows to look at each."""

    def text(self, table: Table) -> str:
        """For people: how many rows differ, and which."""
        if self.uncounted:
            return f"rows differ in {self.buckets} of {table.buckets} chunks, too many to name"
        if not table.key:
            missing, extra = _counts(self.rows)
            return f"{missing} row(s) only on the source, {extra} only on the target"
        lacking = sorted(key for key, here, there in self.rows if here and not there)
        extra_keys = sorted(key for key, here, there in self.rows if there and not here)
        changed = sorted(key for key, here, there in self.rows if here and there)
        return "; ".join(
            f"{len(keys)} row(s) {what}{_some(table, keys)}"
            for keys, what in (
                (changed, "differ"),
                (lacking, "only on the source"),
                (extra_keys, "only on the target"),
            )
            if keys
        )


def tables(here: list[Row], there: list[Row]) -> list[Table]:
    """The tables that both sides have, each with the columns that both have."""
    others = {(row["schema"], row["name"]): row for row in there}
    return [
        Table(
            row["schema"],
            row["name"],
            tuple(c for c in row["columns"] if c in other["columns"]),
            tuple(Column(**column) for column in row["key"]) if row["key"] == other["key"] else (),
            row["condition"],
            row["persistence"] == "p",
            bool(row["told"] and other["told"] and not row["of_extension"] and row["persistence"] == "p"),
            max(row["about"], other["about"]),
        )
        for row in here
        if (other := others.get((row["schema"], row["name"])))
    ]


def differing_buckets(here: list[Row], there: list[Row]) -> list[int]:
    """The buckets whose count or digest is not the same."""
    ours, theirs = ({row["bucket"]: (row["rows"], row["digest"]) for row in side} for side in (here, there))
    return sorted(bucket for bucket in set(ours) | set(theirs) if ours.get(bucket) != theirs.get(bucket))


def differing_rows(here: list[Row], there: list[Row], buckets: int) -> Difference:
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


def _md5(value: str) -> str:
    """As the server's own md5 of a text gives it."""
    return hashlib.md5(value.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _text(columns: Iterable[str]) -> str:
    return f"ROW({', '.join(f't.{ident(column)}' for column in columns)})::text"


def _by_key(side: list[Row]) -> Side:
    found: Side = {}
    for row in side:
        found.setdefault(tuple(row["key"]), Counter())[row["row"]] += 1
    return found


def _frozen(rows: Counter[str] | None) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(rows.items())) if rows else ()


def _some(table: Table, keys: list[Key]) -> str:
    shown = "; ".join(table.named(key) for key in keys[:MOST_NAMED])
    return f" ({shown}{f' and {len(keys) - MOST_NAMED} more' if len(keys) > MOST_NAMED else ''})"


def _counts(
    rows: frozenset[tuple[Key, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]],
) -> tuple[int, int]:
    missing = extra = 0
    for _, here, there in rows:
        ours, theirs = Counter(dict(here)), Counter(dict(there))
        missing += (ours - theirs).total()
        extra += (theirs - ours).total()
    return missing, extra
