"""What no flow of changes carries: sequences, large objects, unlogged tables, materialized views."""

import shlex
from typing import Any

from migration.postgres import access, gate
from migration.postgres.psql import LONG
from migration.postgres.sides import Flow, Sides, together
from migration.postgres.sql import conninfo, ident, literal
from migration.postgres.tables import OF_EXTENSION, USER_SCHEMA, survey

PAGE = 2048
"""Bytes of a large object in one row of pg_largeobject (LOBLKSIZE)."""

BATCH = 1000
"""Large objects copied at once."""

_LARGE_OBJECTS = f"""
    SELECT 'large object' AS kind, m.oid::bigint AS oid, pg_get_userbyid(m.lomowner) AS owner,
           (SELECT coalesce(json_agg(json_build_array(
                       CASE WHEN a.grantee <> 0 THEN pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable)
                   ORDER BY a.grantee = 0, pg_get_userbyid(a.grantee), a.privilege_type), '[]')
            FROM aclexplode(m.lomacl) a WHERE a.grantee <> m.lomowner) AS grants,
           obj_description(m.oid, 'pg_largeobject') AS comment,
           coalesce((SELECT md5(max(pageno) || ':' || max(length(data)) FILTER (WHERE last) || ':' ||
                     coalesce(string_agg(pageno || md5(whole), ',' ORDER BY pageno) FILTER (WHERE whole <> blank), ''))
              FROM (SELECT pageno, data, pageno = max(pageno) OVER () AS last,
                           substr(data || blank, 1, {PAGE}) AS whole, blank
                    FROM pg_largeobject, (SELECT decode(repeat('00', {PAGE}), 'hex') AS blank) b
                    WHERE loid = m.oid) pages), '') AS digest
    FROM pg_largeobject_metadata m ORDER BY 2"""
"""Digests take a missing page, and a page of zeros, for the same: both read as zeros."""


_UNLOGGED = f"""
    SELECT 'unlogged' AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND {USER_SCHEMA} AND NOT {OF_EXTENSION} LIMIT 1"""
_SEQUENCES = f"""
    SELECT format('SELECT json_build_object(''kind'', ''sequence'', ''name'', %L, ''value'', last_value, ''called'', '
                  'is_called) FROM %s', q.name, q.name)
    FROM (SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND {USER_SCHEMA}) q \\gexec"""
_VIEWS = f"""FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'm' AND c.relispopulated AND {USER_SCHEMA} AND NOT {OF_EXTENSION}"""
_REFRESH = f"""SELECT format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname) {_VIEWS}
    ORDER BY c.oid \\gexec"""
"""In the order they were made."""
_PUBLISHER = f"""SELECT row_to_json(q) FROM ({_LARGE_OBJECTS}) q;
    SELECT row_to_json(q) FROM ({_UNLOGGED}) q;
    {_SEQUENCES}"""
_SUBSCRIBER = f"""SELECT row_to_json(q) FROM ({_LARGE_OBJECTS}) q;
    SELECT json_build_object('kind', 'view') {_VIEWS} LIMIT 1;"""


def all_of_it(sides: Sides, flow: Flow) -> None:
    """Carry everything over that no flow does. What is to be done is read in one session on each side.

    Raises `RefusedError`, with nothing done, where the publisher is not closed.
    """
    theirs, mine = together(
        lambda: gate.require_closed(sides, flow.publisher, _PUBLISHER),
        lambda: flow.subscriber.read(_SUBSCRIBER, sides.database, LONG),
    )
    if _of(theirs, "unlogged"):
        unlogged(sides, flow)
    large_objects(sides, flow, _of(theirs, "large object"), _of(mine, "large object"))
    setting = "".join(
        f"SELECT setval({literal(v['name'])}, {int(v['value'])}, {'true' if v['called'] else 'false'}) \\g /dev/null\n"
        for v in _of(theirs, "sequence")
    )
    if setting or _of(mine, "view"):
        flow.subscriber.do(f"{_REFRESH}\nBEGIN;\n{setting}COMMIT;", sides.database, LONG)


def _of(said: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in said if row["kind"] == kind]


def large_objects(sides: Sides, flow: Flow, there: list[dict[str, Any]], here: list[dict[str, Any]]) -> None:
    """Copy the large objects that differ and unlink those that are gone."""
    theirs, mine = ({row["oid"]: row for row in side} for side in (there, here))
    changed = sorted(oid for oid, row in theirs.items() if oid not in mine or mine[oid]["digest"] != row["digest"])
    gone = sorted(set(mine) - set(theirs))
    mine = {oid: mine[oid] for oid in set(mine) - set(changed)}  # those are made anew, without a dress
    dressed = [row for oid, row in theirs.items() if oid not in mine or _dress(mine[oid]) != _dress(row)]
    if changed:
        with access.copying(sides, flow) as publisher:
            for start in range(0, len(changed), BATCH):
                _copy_pages(sides, flow, publisher, changed[start : start + BATCH])
    if gone:
        flow.subscriber.do("".join(f"SELECT lo_unlink({oid});\n" for oid in gone), sides.database)
    if dressed:
        flow.subscriber.do("\n".join(_dressing(row, mine.get(row["oid"])) for row in dressed), sides.database)


def unlogged(sides: Sides, flow: Flow) -> int:
    """Copy every unlogged table whole; returns how many there are."""
    tables = [t for t in survey(flow.publisher, sides.database) if t.persistence == "u" and not t.of_extension]
    if not tables:
        return 0
    emptied = ", ".join(f"ONLY {table.sql}" for table in tables)
    flow.subscriber.do(f"TRUNCATE {emptied};", sides.database)
    with access.copying(sides, flow) as publisher:
        for table in tables:
            what = f"{table.sql} ({', '.join(ident(column) for column in table.columns)})"
            into = f"COPY {what} FROM STDIN"
            _pipe(
                flow,
                [publisher, f"COPY {what} TO STDOUT"],
                [_local(sides, flow), "SET session_replication_role = replica", into],
            )
    return len(tables)


def _copy_pages(sides: Sides, flow: Flow, publisher: str, oids: list[int]) -> None:
    chosen = ", ".join(str(oid) for oid in oids)
    _pipe(
        flow,
        [publisher, f"COPY (SELECT loid, pageno, data FROM pg_largeobject WHERE loid IN ({chosen})) TO STDOUT"],
        [
            _local(sides, flow),
            "BEGIN",
            "CREATE TEMP TABLE page (loid oid, pageno int, data bytea) ON COMMIT DROP",
            "COPY page FROM STDIN",
            f"SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid IN ({chosen})",
            f"SELECT lo_create(o::oid) FROM unnest(ARRAY[{chosen}]::bigint[]) o",
            f"SELECT lo_put(loid, pageno::bigint * {PAGE}, data) FROM page",
            "COMMIT",
        ],
    )


def _pipe(flow: Flow, reading: list[str], writing: list[str]) -> None:
    """From one psql to another on the subscriber's host, in pieces that never stop at this machine."""
    base = "psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=terse"

    def psql(parts: list[str]) -> str:
        return " ".join([base, "-d", shlex.quote(parts[0]), *(f"-c {shlex.quote(p)}" for p in parts[1:])])

    pipe = f"set -o pipefail; {psql(reading)} | {psql(writing)} >/dev/null"
    flow.subscriber.run(
        f"exec runuser -u postgres -- env PGAPPNAME=decant bash -c {shlex.quote(pipe)}", timeout=LONG
    ).must(f"Copying inside the freeze to {flow.subscriber.host.name}")


def _local(sides: Sides, flow: Flow) -> str:
    return conninfo(port=flow.subscriber.port, dbname=sides.database)


def _dress(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["owner"], row["grants"], row["comment"]


def _dressing(row: dict[str, Any], before: dict[str, Any] | None) -> str:
    """SQL that gives a large object its owner, grants and comment."""
    oid = int(row["oid"])

    def grantee(name: str | None) -> str:
        return "PUBLIC" if name is None else ident(name)

    held = {grantee(name) for name, _, _ in (before or {}).get("grants", [])}
    return "\n".join(
        [
            f"ALTER LARGE OBJECT {oid} OWNER TO {ident(row['owner'])};",
            *(f"REVOKE ALL ON LARGE OBJECT {oid} FROM {name};" for name in sorted(held)),
            *(
                f"GRANT {privilege} ON LARGE OBJECT {oid} TO {grantee(name)}{' WITH GRANT OPTION' if option else ''};"
                for name, privilege, option in row["grants"]
            ),
            f"COMMENT ON LARGE OBJECT {oid} IS {literal(row['comment']) if row['comment'] else 'NULL'};",
        ]
    )
