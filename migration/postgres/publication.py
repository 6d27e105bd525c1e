"""What is published: an explicit list of tables, each with a replica identity that lets its updates pass."""

from migration.postgres.psql import Server
from migration.postgres.sides import Flow, Sides
from migration.postgres.sql import ident, literal, qualified
from migration.postgres.tables import Table, survey

KIND = "replica identity"


def publish(sides: Sides, flow: Flow) -> list[Table]:
    """Set the replica identities, then publish exactly the tables that can be followed. Safe to repeat.

    In this order, because a published table without an identity refuses every UPDATE and DELETE of the application.
    """
    publisher = flow.publisher
    tables = [table for table in survey(publisher, sides.database) if table.followed]
    for table in tables:
        if table.identity_now != table.identity_needed:
            sides.note(publisher, KIND, table.sql, old=table.identity_now, new=table.identity_needed)
            _identify(publisher, sides.database, table.sql, table.identity_needed)
    published = set(published_tables(sides, flow))
    if not _exists(sides, flow):
        sides.note(publisher, "publication", flow.name)
        listed = ", ".join(f"ONLY {table.sql}" for table in tables)
        publisher.do(
            f"CREATE PUBLICATION {ident(flow.name)}{' FOR TABLE ' + listed if listed else ''};", sides.database
        )
    elif published != {table.sql for table in tables}:
        listed = ", ".join(f"ONLY {table.sql}" for table in tables)
        publisher.do(f"ALTER PUBLICATION {ident(flow.name)} SET TABLE {listed};", sides.database)
    return tables


def published_tables(sides: Sides, flow: Flow) -> list[str]:
    """The quoted names of the tables that are published now."""
    rows = flow.publisher.rows(
        f"""SELECT n.nspname AS schema, c.relname AS name
            FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
            JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.pubname = {literal(flow.name)} ORDER BY 1""",
        sides.database,
    )
    return [qualified(row["schema"], row["name"]) for row in rows]


def unpublish(sides: Sides, flow: Flow) -> None:
    """Drop the publication. Safe to repeat."""
    if flow.publisher.exists(sides.database):
        flow.publisher.do(f"DROP PUBLICATION IF EXISTS {ident(flow.name)};", sides.database)
    sides.forget(flow.publisher, "publication", flow.name)


def restore_identities(sides: Sides, server: Server) -> None:
    """Put the noted replica identities back; a table that is gone by now needs nothing."""
    for note in sides.notes(server, KIND):
        if note.name in _changed(sides, server):
            _identify(server, sides.database, note.name, note.old or "DEFAULT")
        sides.ctx.forget(note)


def note_copied_identities(sides: Sides) -> None:
    """The target's tables came with the identities that we set on the source: note what they shall be again."""
    for note in sides.notes(sides.source, KIND):
        sides.note(sides.target, KIND, note.name, old=note.old, new=note.new)


def left(sides: Sides, server: Server) -> list[tuple[str, str]]:
    """Publications of ours, and identities still as we set them: (kind, name)."""
    if not server.exists(sides.database):
        return []
    flows = [sides.flow(direction).name for direction in ("forward", "back")]
    found = [("publication", name) for name in flows if _exists_on(server, sides.database, name)]
    return found + [(KIND, name) for name in _changed(sides, server)]


def _changed(sides: Sides, server: Server) -> set[str]:
    notes = {note.name: note.new for note in sides.notes(server, KIND)}
    if not notes or not server.exists(sides.database):
        return set()
    return {t.sql for t in survey(server, sides.database) if t.sql in notes and t.identity_now == notes[t.sql]}


def _identify(server: Server, database: str, table: str, identity: str) -> None:
    kind, _, index = identity.partition("USING INDEX ")
    wanted = f"USING INDEX {ident(index)}" if index else kind
    # A short wait only: the lock would queue every writer of the live table behind it.
    server.do(f"SET lock_timeout = '10s'; ALTER TABLE ONLY {table} REPLICA IDENTITY {wanted};", database)


def _exists(sides: Sides, flow: Flow) -> bool:
    return _exists_on(flow.publisher, sides.database, flow.name)


def _exists_on(server: Server, database: str, name: str) -> bool:
    return bool(server.rows(f"SELECT 1 AS one FROM pg_publication WHERE pubname = {literal(name)}", database))
