"""Proof that a frozen database stands still: its write-ahead log since the freeze, read by the server's own tool.

Nothing is believed of what sessions do or did. Every change of a row, a sequence or a large object is in the log,
whoever made it; so is the creation of a file for a new or rewritten table.
"""

import shlex

from estate.errors import RefusedError
from migration.postgres.host_files import text
from migration.postgres.psql import LONG, Server
from migration.postgres.sides import Sides
from migration.postgres.sql import literal

_FIRST_USER_OID = 16384
"""Below it are the system's own tables, which vacuum and statistics may write at any time."""


def tool(server: Server) -> str:
    """The reader of the log; it was renamed in version 10."""
    return f"{server.bin}/pg_waldump" if server.major >= 10 else f"{server.bin}/pg_xlogdump"


def mark(sides: Sides, server: Server) -> None:
    """From here on nothing may change."""
    lsn = server.lsn("insert_")
    server.run(f"echo {shlex.quote(lsn)} > {sides.names.gate}/since").must("Marking the moment of the freeze")


def marked(sides: Sides, server: Server) -> str:
    """The position of the mark, empty where there is none."""
    return server.root.run(["sh", "-c", f"cat {sides.names.gate}/since 2>/dev/null || true"]).text.strip()


def changes(sides: Sides, server: Server, since: str) -> list[str]:
    """Records that changed the database after a position: one line each, without any data."""
    rows = server.rows(
        f"""SELECT d.oid::bigint AS database,
                   (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline,
                   {server.wal.format("insert_")}()::text AS now
            FROM pg_database d WHERE d.datname = {literal(sides.database)}"""
    )
    files = server.rows(
        f"""SELECT pg_relation_filenode(oid)::bigint AS node FROM pg_class
            WHERE (oid >= {_FIRST_USER_OID} OR oid = 'pg_largeobject'::regclass) AND pg_relation_filenode(oid) IS NOT NULL
              AND relkind IN ('r', 'm', 'S', 't')""",
        sides.database,
    )
    database, until = rows[0]["database"], rows[0]["now"]
    if until == since:
        return []
    result = server.root.run(
        [
            *("runuser", "-u", "postgres", "--", "bash", "-c", text("changes.sh"), "changes.sh"),
            *(
                tool(server),
                f"{server.facts['data']}/pg_wal",
                str(rows[0]["timeline"]),
                since,
                until,
                str(database),
            ),
        ],
        " ".join(str(row["node"]) for row in files).encode(),
        timeout=LONG,
    )
    if not result.ok:
        raise RefusedError(
            f"The write-ahead log on {server.host.name} since the freeze cannot be read, so nothing proves that "
            f"{sides.database} stood still",
            "freeze it once more: run the command again",
        )
    return result.text.split("\n")[:-1]


def prove(sides: Sides, server: Server) -> None:
    """Raise `RefusedError` where anything changed since the mark, or that can no longer be told; else move the mark on."""
    since = marked(sides, server)
    if not since:
        raise RefusedError(f"{sides.database} on {server.host.name} has not been frozen", "freeze it first")
    found = changes(sides, server, since)
    if found:
        raise RefusedError(
            f"{len(found)} change(s) reached {sides.database} on {server.host.name} after its freeze, the first at {found[0]}",
            "find who can still write there, and freeze it once more",
        )
    mark(sides, server)
