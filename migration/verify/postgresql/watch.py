"""The verifier's own watch over one side: a replication slot and a publication that tell which rows were changed.

The slot's log of changes is taken apart on the server, and only the keys of changed rows leave it. It is read here and
by nothing else, so a change that the copy does not carry is seen all the same. Whoever changed the row: on the side
that follows, the changes that were taken up are told as well, and so is everything else that wrote there.
"""

from collections.abc import Mapping, Sequence

from estate.records.base import now
from estate.records.move import Residue
from migration import fence
from migration.context import Context
from migration.verify.postgresql.rows import Key, Table
from migration.verify.postgresql.server import MAINTENANCE, Row, Server, ident, literal

MOST_CHANGES = 100_000
"""Changes that are read at once: the server holds them in its memory, or in files of its own, meanwhile."""
SLOT, PUBLICATION = "slot", "publication"
_LOCK = "SET lock_timeout = '10s'; SET statement_timeout = '240s';"
"""A slot begins once the transactions that are open have ended."""

# A message of the plugin pgoutput: what was done, in which table, then the row as it was, or its key (O or K), then the
# row as it is (N). A row is the number of its columns and then each: n nothing, u unchanged and not sent, t a text with
# its length. A state of the recursion is where the next column of a message begins.
_KEYS = """
    WITH RECURSIVE keyed (rel, many, places, last) AS (VALUES {tables}),
    message AS (
        SELECT row_number() OVER () AS n, get_byte(c.data, 0) AS op, c.data
        FROM pg_logical_slot_get_binary_changes({slot}, {upto}, {most}, 'proto_version', '1',
                                                'publication_names', {publication}) c
    ),
    change AS (
        SELECT m.n, m.op, m.data, {rel} AS rel, get_byte(m.data, 6) * 256 + get_byte(m.data, 7) AS many
        FROM message m WHERE m.op IN (68, 73, 85)
    ),
    state (n, op, rel, data, many, places, last, part, col, at) AS (
        SELECT c.n, c.op, c.rel, c.data, k.many, k.places, k.last, get_byte(c.data, 5), 0, 8
        FROM change c JOIN keyed k ON k.rel = c.rel AND k.many = c.many WHERE k.places IS NOT NULL
      UNION ALL
        SELECT s.n, s.op, s.rel, s.data, s.many, s.places, s.last,
               CASE WHEN s.col + 1 = s.many THEN get_byte(s.data, s.past) ELSE s.part END,
               CASE WHEN s.col + 1 = s.many THEN 0 ELSE s.col + 1 END,
               CASE WHEN s.col + 1 = s.many THEN s.past + 3 ELSE s.past END
        FROM (SELECT w.*, w.at + CASE get_byte(w.data, w.at) WHEN 116 THEN 5 + {length} ELSE 1 END AS past
              FROM state w) s
        WHERE CASE WHEN s.col + 1 < s.many THEN s.col < s.last OR (s.op = 85 AND s.part <> 78)
                   ELSE s.op = 85 AND s.part <> 78 END
    ),
    part AS (
        SELECT w.rel, bool_and(get_byte(w.data, w.at) = 116) AS told,
               json_agg(CASE get_byte(w.data, w.at) WHEN 116 THEN
                   convert_from(substring(w.data FROM w.at + 6 FOR {length}), 'UTF8') END
                   ORDER BY array_position(w.places, w.col))::text AS key
        FROM state w WHERE w.col = ANY (w.places) GROUP BY w.rel, w.n, w.part
    )
    SELECT p.rel, p.told, CASE WHEN p.told THEN p.key::json END AS key
    FROM (SELECT DISTINCT rel, told, key FROM part) p
    UNION ALL
    SELECT u.rel, false, NULL FROM (SELECT DISTINCT rel FROM change c WHERE NOT EXISTS (
        SELECT FROM keyed k WHERE k.rel = c.rel AND k.many = c.many AND k.places IS NOT NULL)) u
    UNION ALL
    SELECT (get_byte(m.data, o)::bigint << 24) + (get_byte(m.data, o + 1) << 16)
                    + (get_byte(m.data, o + 2) << 8) + get_byte(m.data, o + 3), false, NULL
    FROM message m, generate_series(6, length(m.data) - 4, 4) AS o WHERE m.op = 84
    UNION ALL
    SELECT 0, false, to_json(count(*)) FROM message"""
_REL = """((get_byte(m.data, 1)::bigint << 24) + (get_byte(m.data, 2) << 16) + (get_byte(m.data, 3) << 8)
          + get_byte(m.data, 4))"""
_LENGTH = """((get_byte(w.data, w.at + 1) << 24) + (get_byte(w.data, w.at + 2) << 16) + (get_byte(w.data, w.at + 3) << 8)
              + get_byte(w.data, w.at + 4))"""

Changed = dict[str, set[Key] | None]
"""Keys of changed rows by the table's label; None where the table as a whole must be looked at."""


class Watch:
    """The watch over one server."""

    def __init__(self, ctx: Context, server: Server) -> None:
        self._ctx = ctx
        self.server = server
        self.name = f"{fence.tag(ctx.move.id)}_check"

    def begin(self, tables: Sequence[Table]) -> None:
        """Watch from here on: make the publication and, after it, the slot. What an earlier attempt made goes first.

        Only tables whose changes tell the row are published: of any other an UPDATE would fail from then on.
        """
        self.end()
        self._ctx.record(self._note(PUBLICATION))
        self._ctx.record(self._note(SLOT))
        listed = ", ".join(f"ONLY {ident(t.schema)}.{ident(t.name)}" for t in tables if t.told)
        name = ident(self.name)
        self.server.do(
            f"""{_LOCK} CREATE PUBLICATION {name}{" FOR TABLE " + listed if listed else ""};
            SELECT pg_create_logical_replication_slot({literal(self.name)}, 'pgoutput') \\g /dev/null"""
        )

    def end(self) -> None:
        """Stop watching. Safe to repeat; changes nothing where nothing is there."""
        if self.left():
            self.server.do(
                f"""SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                    WHERE slot_name = {literal(self.name)} AND active_pid IS NOT NULL \\g /dev/null
                SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
                    WHERE slot_name = {literal(self.name)} \\g /dev/null
                {_LOCK} DROP PUBLICATION IF EXISTS {ident(self.name)};"""
            )
        for kind in (SLOT, PUBLICATION):
            self._ctx.forget(self._note(kind))

    def left(self) -> tuple[Residue, ...]:
        """What of it is there."""
        name = literal(self.name)
        found = self.server.rows(
            f"""SELECT EXISTS (SELECT FROM pg_database WHERE datname = {literal(self.server.database)}) AS database,
                       EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = {name}) AS slot""",
            MAINTENANCE,
        )[0]
        kinds = [SLOT] if found["slot"] else []
        if found["database"] and self.server.major >= 10:
            there = self.server.rows(f"SELECT 1 AS one FROM pg_publication WHERE pubname = {name}")
            kinds += [PUBLICATION] if there else []
        return tuple(self._note(kind) for kind in kinds)

    def position(self) -> str:
        """A SELECT of how far the log of this server is written, and how far others who follow it have confirmed."""
        return f"""SELECT pg_current_wal_flush_lsn()::text AS upto,
                          (SELECT min(confirmed_flush_lsn)::text FROM pg_replication_slots
                           WHERE slot_type = 'logical' AND database = current_database() AND active
                             AND slot_name <> {literal(self.name)}) AS followed"""

    def changes(self, listed: Mapping[str, Row], most: int | None = None) -> str:
        """A SELECT that takes the changes since it was last asked, for `changed`; at least `most` of them, or all.

        `listed` are this server's tables by label.
        """
        tables = ", ".join(_keyed(row) for row in listed.values()) or "(0::bigint, 0, NULL::int[], 0)"
        return _KEYS.format(
            tables=tables,
            slot=literal(self.name),
            publication=literal(self.name),
            upto="NULL" if most else "pg_current_wal_flush_lsn()",
            most=most or "NULL",
            length=_LENGTH,
            rel=_REL,
        )

    def _note(self, kind: str) -> Residue:
        return Residue(host=self.server.host.name, kind=kind, name=self.name, at=now())


def changed(listed: Mapping[str, Row], rows: Sequence[Row]) -> tuple[Changed, int]:
    """What `Watch.changes` answered: the changed rows, and how many messages there were."""
    labels = {row["oid"]: label for label, row in listed.items()}
    found: Changed = {}
    count = 0
    for row in rows:
        if row["rel"] == 0:
            count = int(row["key"])
        elif (label := labels.get(row["rel"])) is None:
            continue
        elif not row["told"]:
            found[label] = None
        elif (keys := found.setdefault(label, set())) is not None:
            keys.add(tuple(row["key"]))
    return found, count


def joined(one: Changed, other: Changed) -> Changed:
    """Both; `one` is changed and given back."""
    for label, keys in other.items():
        have = one.setdefault(label, set())
        if have is None or keys is None:
            one[label] = None
        else:
            have |= keys
    return one


def _keyed(row: Row) -> str:
    """Where the columns of the key stand among those of a change."""
    places = [row["sent"].index(column["name"]) for column in row["key"] if column["name"] in row["sent"]]
    if not places or len(places) < len(row["key"]) or not all(column["safe"] for column in row["key"]):
        return f"({row['oid']}::bigint, {len(row['sent'])}, NULL::int[], 0)"
    return f"({row['oid']}::bigint, {len(row['sent'])}, ARRAY{places}::int[], {max(places)})"
