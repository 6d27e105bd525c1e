"""Puts into words what a move of a database will do, change and stop."""

from migration.postgres import roles, settings
from migration.postgres.sides import Sides
from migration.postgres.tables import Table


def restarts(sides: Sides) -> tuple[str, ...]:
    """Servers on which PostgreSQL must be restarted."""
    if not sides.logical:
        return ()
    return tuple(
        server.host.name
        for server in (sides.source, sides.target)
        if any(change.restart for change in settings.needed(sides, server))
    )


def changes(sides: Sides, tables: list[Table]) -> tuple[str, ...]:
    """What is made or changed on either side and put back at the end, whichever end that is."""
    source, target, names = sides.source, sides.target, sides.names
    made = [
        f"{server.host.name}: folder {names.folder}, unit {names.tag}_thaw_…, and, {when}, lines at the top of "
        f"{server.facts['hba']} that refuse {sides.database} to everybody but Decant"
        for server, when in (
            (source, "from the freeze until a rollback or accept"),
            (target, "from preparing until the switch"),
        )
    ]
    made.append(
        f"{source.host.name}: from the freeze until a rollback, nobody has CONNECT on {sides.database} but Decant"
    )
    made.append(f"{source.host.name}: unit {names.hold_unit}, until the copy is whole")
    made.append(f"{target.host.name}: unit {names.seed_unit}, database {names.database} until it is whole")
    made.append(
        f"{source.host.name}: role {names.copy_role} (superuser, from {target.host.name} only, while copying), "
        "lines for it in pg_hba.conf"
    )
    if not sides.logical:
        made.append(f"{source.host.name}: role {names.role} (replication), lines for it in pg_hba.conf")
        return tuple(made)
    for server, direction in ((source, "forward"), (target, "back")):
        flow = sides.flow("forward" if direction == "forward" else "back")
        made.append(
            f"{server.host.name}: role {names.role} (replication), slot and publication {flow.name}; "
            f"subscription {flow.name} on {flow.subscriber.host.name}"
        )
        made += [
            f"{server.host.name}: {change.name} = {change.value}, {change.why}"
            + ("; the old value is in effect after the server's next restart" if change.restart else "")
            for change in settings.needed(sides, server)
        ]
    made.append(
        f"{source.host.name} and {target.host.name}: slot and publication {names.tag}_check, by which the comparison "
        "knows what is changed, from the start of a cutover or rollback until its end"
    )
    made += [
        f"{source.host.name}: replica identity of {t.label} from {t.identity_now} to {t.identity_needed}"
        for t in tables
        if t.followed and t.identity_now != t.identity_needed
    ]
    return tuple(made)


def lasting(sides: Sides) -> tuple[str, ...]:
    """What stays changed, by how the move ends."""
    source, target, database = sides.source.host.name, sides.target.host.name, sides.database
    made = roles.missing(sides)
    found = [
        f"after accept: {database} on {source} keeps its data, and no application has CONNECT on it",
        f"after accept: {database} is on {target}" + (f", with the roles {', '.join(made)}" if made else ""),
    ]
    if sides.logical:
        found.append(
            f"after a rollback: nothing; {database} on {target} is removed"
            + (", with the roles made for it. " if made else ". ")
            + "Where you accept a loss, it is kept, and no application has CONNECT on it"
        )
    else:
        found.append(
            f"after a rollback, which loses what was written on {target}: {database} is kept there, and no application has "
            "CONNECT on it"
        )
    return tuple(found)


def stops(sides: Sides, frozen: float) -> tuple[str, ...]:
    """Who cannot write, or is not served, when, and for how long."""
    source, database = sides.source.host.name, sides.database
    found = [
        f"PostgreSQL on {server}, with every database on it: restarted once while preparing, some seconds"
        for server in restarts(sides)
    ]
    found.append(
        f"{database} on {source}: from the freeze until the switch, about {frozen:.0f} s, nobody is let in "
        "and every session is ended; likewise in a rollback"
    )
    return tuple(found)


def warnings(sides: Sides, tables: list[Table]) -> list[str]:
    """What a person should know before signing."""
    source, database = sides.source, sides.database
    found = []
    if sides.logical:
        found.append(
            "A change of definitions (DDL) on the source is not followed: leave tables as they are until accept"
        )
        if source.major == 10:
            found.append("PostgreSQL 10 does not replicate TRUNCATE: let no application use it until cutover")
        slow = [t.label for t in tables if t.followed and t.identity_needed == "FULL" and t.bytes > 1 << 26]
        if slow:
            found.append(
                "Without a key each UPDATE or DELETE is found by reading the whole table, and if it is written to, all "
                f"of it is compared inside the freeze: {', '.join(slow)}"
            )
    else:
        found.append("There is no way back without loss: what is written on the target after cutover stays there")
    unlogged = [t.label for t in tables if t.persistence == "u"]
    if unlogged and sides.logical:
        found.append(f"Unlogged tables are copied whole inside the freeze: {', '.join(unlogged)}")
    if not source.facts["tls"]:
        found.append(f"PostgreSQL on {source.host.name} has no TLS: rows cross the network in the clear")
    extension = [t.label for t in tables if t.of_extension]
    if extension:
        found.append(
            f"Tables of extensions are made by them, and their changes are not followed: {', '.join(extension)}"
        )
    foreign = source.rows("SELECT relname AS name FROM pg_class WHERE relkind = 'f' ORDER BY 1", database)
    if foreign:
        found.append(f"Foreign tables still point where they did: {', '.join(row['name'] for row in foreign)}")
    other = (
        source.rows("SELECT pubname AS name FROM pg_publication WHERE pubname !~ '^decant_'", database)
        if source.major >= 10
        else []
    )
    if other:
        found.append(f"Publications are not copied: {', '.join(row['name'] for row in other)}")
    spaces = source.rows(
        """SELECT DISTINCT t.spcname AS name FROM pg_tablespace t, pg_class c
           WHERE c.reltablespace = t.oid AND t.spcname !~ '^pg_'""",
        database,
    )
    if spaces:
        found.append(f"Tablespaces are not kept: {', '.join(row['name'] for row in spaces)}")
    return found


def steps(sides: Sides) -> tuple[str, ...]:
    """What is done, in order."""
    source, target = sides.source.host.name, sides.target.host.name
    if not sides.logical:
        return (
            f"copy the roles and try the copy once while {source} serves",
            f"freeze {sides.database} on {source}, dump and restore it to {target}, compare both sides",
            "switch; there is no flow back",
            f"accept: everything temporary goes, and {sides.database} on {source} is closed",
        )
    return (
        f"prepare both servers: roles, pg_hba.conf, a publication on {source}",
        f"copy {sides.database} to {target} on the snapshot of a replication slot, indexes last",
        "follow the changes",
        f"compare everything while {source} serves",
        f"freeze {sides.database} on {source} under a deadline; drain; copy sequences and large objects; compare what was "
        "changed since",
        f"turn the flow round, switch, open {target}; {source} follows it until accept",
        f"accept: everything temporary goes, and {sides.database} on {source} is closed",
        f"or roll back: freeze {sides.database} on {target}, drain, compare, switch; then remove the copy on {target}",
    )
