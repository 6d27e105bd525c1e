"""Proof that a frozen database stands still: its write-ahead log since the freeze, read by the server's own tool.

Nothing is believed of what sessions do or did. Every change of a row or a large object is in the log, whoever made
it; so is the creation of a file for a new or rewritten table. A sequence logs 32 values ahead, so where sequences
stand is kept besides.
"""

from estate.errors import RefusedError
from estate.transport.base import quote
from migration.postgres.host_files import text
from migration.postgres.psql import LONG, Server
from migration.postgres.sides import Sides

_FIRST_USER_OID = 16384
"""Below it are the system's own tables, which vacuum and statistics may write at any time."""


def tool(server: Server) -> str:
    """The reader of the log; it was renamed in version 10."""
    return f"{server.bin}/pg_waldump" if server.major >= 10 else f"{server.bin}/pg_xlogdump"


_SEQUENCES = """(SELECT coalesce(md5(string_agg(concat(schemaname, '.', sequencename, ' ', last_value), ','
                 ORDER BY schemaname, sequencename)), '-') FROM pg_sequences)"""


def mark(sides: Sides, server: Server) -> None:
    """From here on nothing may change."""
    sequences = _SEQUENCES if server.major >= 10 else "'-'"
    reading = f"SELECT {server.wal.format('insert_')}() || ' ' || {sequences};"
    server.run(
        f"""set -eu
        {quote(server.argv(sides.database))} > {sides.names.gate}/since.new
        mv -f {sides.names.gate}/since.new {sides.names.gate}/since""",
        reading.encode(),
    ).must(f"Marking the moment of the freeze on {server.host.name}")


def changes(sides: Sides, server: Server) -> list[str]:
    """Positions of the records that changed the database since the mark, and nothing of what they hold.

    Raises `RefusedError` where that can no longer be told.
    """
    # A transaction that commits synchronously brings all of the log before it to disk, where the reader finds it.
    asked = server.read(
        f"""SET synchronous_commit = on;
        SELECT pg_logical_emit_message(true, 'decant', 'still') \\g /dev/null
        SELECT json_build_object('database', d.oid::bigint, 'until', {server.wal.format("flush_")}(),
                                 'timeline', (SELECT timeline_id FROM pg_control_checkpoint()),
                                 'sequences', {_SEQUENCES if server.major >= 10 else "'-'"},
                                 'nodes', (SELECT string_agg(pg_relation_filenode(c.oid)::text, ' ') FROM pg_class c
                                           WHERE (c.oid >= {_FIRST_USER_OID} OR c.oid = 'pg_largeobject'::regclass)
                                             AND c.relkind IN ('r', 'm', 'S', 't')))
        FROM pg_database d WHERE d.datname = current_database();""",
        sides.database,
    )[0]
    result = server.root.run(
        [
            *("bash", "-c", text("changes.sh"), "changes.sh", f"{sides.names.gate}/since", asked["sequences"]),
            *(tool(server), f"{server.facts['data']}/pg_wal", str(asked["timeline"]), asked["until"]),
            str(asked["database"]),
        ],
        str(asked["nodes"]).encode(),
        timeout=LONG,
    )
    if not result.ok:
        raise RefusedError(
            f"The write-ahead log on {server.host.name} since the freeze cannot be read, so nothing proves that "
            f"{sides.database} stood still",
            "freeze it once more: run the command again",
        )
    return result.text.splitlines()


def prove(sides: Sides, server: Server) -> None:
    """Raise `RefusedError` where anything changed since the mark, or that cannot be told; else move the mark on."""
    found = changes(sides, server)
    if found:
        raise RefusedError(
            f"{len(found)} change(s) reached {sides.database} on {server.host.name} after its freeze, "
            f"the first at {found[0]}",
            "find who can still write there, and freeze it once more",
        )
    mark(sides, server)
