"""The tables of a database, and what following their changes asks of each."""

from dataclasses import dataclass
from typing import Any

from migration.postgres.psql import Server
from migration.postgres.sql import qualified

USER_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
OF_EXTENSION = """EXISTS (SELECT FROM pg_depend x
    WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e')"""

_SURVEY = f"""
    SELECT n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence, c.relreplident AS identity,
           {OF_EXTENSION} AS of_extension,
           pg_relation_size(c.oid) AS bytes,
           (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a WHERE a.attrelid = c.oid
              AND a.attnum > 0 AND NOT a.attisdropped AND coalesce(to_jsonb(a)->>'attgenerated', '') = '') AS columns,
           (SELECT i.indexrelid::regclass IS NOT NULL FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
               AND i.indisvalid AND i.indimmediate) IS TRUE AS has_key,
           (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND i.indisreplident) AS identity_index,
           (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT i.indisprimary
              AND i.indpred IS NULL AND i.indexprs IS NULL
              AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
                              AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull)
            ORDER BY x.relname LIMIT 1) AS unique_index,
           (SELECT coalesce(json_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum), '[]')
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON b.oid = t.typbasetype
            JOIN pg_type e ON e.oid = CASE WHEN coalesce(b.typcategory, t.typcategory) = 'A'
                                           THEN coalesce(b.typelem, t.typelem) ELSE coalesce(b.oid, t.oid) END
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND e.typtype = 'b'
              AND NOT EXISTS (SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
                              WHERE m.amname IN ('btree', 'hash') AND o.opcdefault
                                AND (o.opcintype = e.oid OR EXISTS (
                                     SELECT FROM pg_cast k WHERE k.castsource = e.oid
                                     AND k.casttarget = o.opcintype AND k.castmethod = 'b' AND k.castcontext = 'i')))
           ) AS incomparable,
           (SELECT coalesce(json_agg(t.tgname ORDER BY 1), '[]') FROM pg_trigger t
            WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')) AS always_triggers
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {USER_SCHEMA}
    ORDER BY 1, 2"""


@dataclass(frozen=True)
class Table:
    """One ordinary table, or one partition."""

    schema: str
    name: str
    persistence: str
    """`p` permanent, `u` unlogged."""
    identity: str
    """Replica identity: `d` by its key, `n` none, `f` the whole row, `i` by an index."""
    of_extension: bool
    bytes: int
    columns: tuple[str, ...]
    """Those that hold data of their own: no generated ones."""
    has_key: bool
    identity_index: str | None
    unique_index: str | None
    """A unique index over columns that are never null: it can serve where there is no key."""
    incomparable: tuple[str, ...]
    """Columns whose type knows no equality."""
    always_triggers: tuple[str, ...]
    """Triggers that fire for replicated changes too."""

    @property
    def sql(self) -> str:
        """Its quoted name."""
        return qualified(self.schema, self.name)

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"{self.schema}.{self.name}"

    @property
    def followed(self) -> bool:
        """Whether its changes flow; an unlogged table has none to follow and is copied inside the freeze."""
        return self.persistence == "p" and not self.of_extension

    @property
    def identity_now(self) -> str:
        """Its replica identity, as ALTER TABLE takes it."""
        if self.identity == "i" and self.identity_index:
            return f"USING INDEX {self.identity_index}"
        return {"n": "NOTHING", "f": "FULL"}.get(self.identity, "DEFAULT")

    @property
    def identity_needed(self) -> str:
        """The replica identity without which an UPDATE or DELETE would fail once the table is published."""
        if self.identity == "f" or (self.identity == "i" and self.identity_index):
            return self.identity_now
        if self.has_key:
            return "DEFAULT"
        return f"USING INDEX {self.unique_index}" if self.unique_index else "FULL"


def survey(server: Server, database: str) -> list[Table]:
    """Every ordinary table of the database, with schemas and names as they are."""
    return [_table(row) for row in server.rows(_SURVEY, database)]


def _table(row: dict[str, Any]) -> Table:
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
    return Table(**fields)
