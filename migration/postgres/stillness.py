"""Proof that a frozen database stands still: its write-ahead log since the freeze, read by the server's own tool.

Nothing is believed of what sessions do or did. Every change of a row or a large object is in the log, whoever made
it; so is the creation of a file for a new or rewritten table. A sequence logs 32 values ahead, so where sequences
stand is kept besides.
"""

from typing import Any

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


def marking(server: Server) -> str:
    """SQL whose answer marks the moment: from here on nothing may change."""
    sequences = _SEQUENCES if server.major >= 10 else "'-'"
    return f"SELECT {server.wal.format('insert_')}() || ' ' || {sequences};"


def marking_after(sides: Sides, server: Server, steps: str) -> tuple[str, bytes]:
    """A script that moves the mark on once `steps` are done, and its standard input."""
    since = f"{sides.names.gate}/since"
    script = (
        f"({steps}) </dev/null && {quote(server.argv(sides.database))} > {since}.new && mv -f {since}.new {since}"
    )
    return script, marking(server).encode()


def asking(server: Server) -> str:
    """SQL that asks what `prove` must know. Every transaction before it is brought to disk, where the reader finds it."""
    return f"""SET synchronous_commit = on;
        SELECT pg_logical_emit_message(true, 'decant', 'still') \\g /dev/null
        SELECT json_build_object('database', d.oid::bigint, 'until', {server.wal.format("flush_")}(),
                                 'timeline', (SELECT timeline_id FROM pg_control_checkpoint()),
                                 'sequences', {_SEQUENCES if server.major >= 10 else "'-'"},
                                 'nodes', (SELECT string_agg(pg_relation_filenode(c.oid)::text, ' ') FROM pg_class c
                                           WHERE (c.oid >= {_FIRST_USER_OID} OR c.oid = 'pg_largeobject'::regclass)
                                             AND c.relkind IN ('r', 'm', 'S', 't')))
        FROM pg_database d WHERE d.datname = current_database();"""


def changes(sides: Sides, server: Server, asked: dict[str, Any]) -> list[str]:
    """Positions of the records that changed the database since the mark, and nothing of what they hold.

    Raises `RefusedError` where that can no longer be told.
    """
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


def prove(sides: Sides, server: Server, asked: dict[str, Any]) -> None:
    """Raise `RefusedError` where anything changed since the mark, or that cannot be told. `asked`: see `asking`."""
    found = changes(sides, server, asked)
    if found:
        raise RefusedError(
            f"{len(found)} change(s) reached {sides.database} on {server.host.name} after its freeze, "
            f"the first at {found[0]}",
            "find who can still write there, and freeze it once more",
        )
