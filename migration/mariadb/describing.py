"""Puts into words what a move of a MariaDB database will do, change and stop."""

from typing import TYPE_CHECKING

from migration.mariadb import accounts, settings
from migration.mariadb.sides import Sides

if TYPE_CHECKING:
    from migration.mariadb.survey import Table


def restarts(sides: Sides) -> tuple[str, ...]:
    """Servers on which MariaDB must be restarted."""
    return tuple(
        server.host.name
        for server in (sides.source, sides.target)
        if any(change.restart for change in settings.needed(sides, server))
    )


def changes(sides: Sides) -> tuple[str, ...]:
    """What is made or changed on either side and put back at the end, whichever end that is."""
    source, target, names = sides.source, sides.target, sides.names
    own = ", ".join(one.label for one in accounts.own(source, sides.database)) or "none"
    made = [
        f"{source.host.name}: from the freeze until a rollback, accounts locked ({own}) and events disabled",
        f"{target.host.name}: the same accounts, locked until the switch; unit {names.seed_unit} while it is copied",
        f"{source.host.name}: account {names.copy_user} (reads {sides.database}, from {target.host.name}, while copying)",
    ]
    for server, direction in ((source, "forward"), (target, "back")):
        flow = sides.flow("forward" if direction == "forward" else "back")
        made.append(
            f"{server.host.name}: account {names.user} (reads the binary log); on {flow.subscriber.host.name} replication "
            f"connection {flow.name}, of {sides.database} alone"
        )
        made.append(
            f"{server.host.name}: folder {names.folder}, unit {names.tag}_thaw_…, {settings.file_of(sides, server)}"
        )
        made += [
            f"{server.host.name}: {change.name} from {change.old} to {change.value}, {change.why}"
            + ("; the old value is in effect after the server's next restart" if change.restart else "")
            for change in settings.needed(sides, server)
        ]
    return tuple(made)


def lasting(sides: Sides) -> tuple[str, ...]:
    """What stays changed, by how the move ends."""
    source, target, database = sides.source, sides.target, sides.database
    made = accounts.missing(sides)
    found = [
        f"after accept: {database} on {source.host.name} keeps its data; its accounts stay locked and its events disabled",
        f"after accept: {database} is on {target.host.name}"
        + (f", with the accounts {', '.join(made)}" if made else ""),
        f"after a rollback: {database} on {target.host.name} is removed"
        + (", with the accounts made for it. " if made else ". ")
        + "Where you accept a loss, it is kept, and its accounts stay locked",
    ]
    found += [
        f"{server.host.name}: the files of the binary log (mariadb-bin.…) that were written meanwhile"
        for server in (source, target)
        if any(change.name == "log_bin" for change in settings.needed(sides, server))
    ]
    return tuple(found)


def stops(sides: Sides, frozen: float) -> tuple[str, ...]:
    """Who cannot write, or is not served, when, and for how long."""
    source, database = sides.source.host.name, sides.database
    return (
        *(
            f"MariaDB on {server}, with every database on it: restarted once while preparing, some seconds"
            for server in restarts(sides)
        ),
        f"every database of MariaDB on {source}: writes wait while the copy begins, some seconds at most "
        "(FLUSH TABLES WITH READ LOCK, given up after 5 s where a long statement is in its way)",
        f"{database} on {source}: from the freeze until the switch, about {frozen:.0f} s, its accounts are locked "
        "and every session is killed; likewise in a rollback",
    )


def warnings(sides: Sides, found: "list[Table]") -> tuple[str, ...]:
    """What a person should know before signing."""
    source, target = sides.source, sides.target
    said = [
        "The way back runs from a newer server to an older one where their versions differ: it is watched, and breaks where "
        "the older one does not know what the newer one writes"
        if source.version != target.version
        else "",
        "A change of definitions flows only where it is made with this database as the current one (USE)",
        "A server that is killed while it follows may stop the flow, which is then noticed: a copy begins anew, and "
        "a soak is broken",
    ]
    plain = [table.name for table in found if table.engine != "InnoDB"]
    if plain:
        said.append(f"Tables without transactions are copied while the source is held still: {', '.join(plain)}")
    slow = [table.name for table in found if not table.has_key and table.rows]
    if slow:
        said.append(f"Without a key each UPDATE or DELETE is found by reading the whole table: {', '.join(slow)}")
    people = [one.label for one in accounts.of(source, sides.database) if one.administers and not one.locked]
    if people:
        said.append(
            f"{', '.join(people)} on {source.host.name} may write to every database and is not locked out by a freeze; "
            "a write of theirs is found in the binary log before the switch, which is then refused. After it none is found"
        )
    said += [
        f"MariaDB on {server.host.name} has no TLS: rows cross the network in the clear"
        for server in (source, target)
        if not server.tls
    ]
    return tuple(filter(None, said))


def steps(sides: Sides) -> tuple[str, ...]:
    """What is done, in order."""
    source, target, database = sides.source.host.name, sides.target.host.name, sides.database
    return (
        "prepare both servers: the binary log, by rows; accounts for the flow",
        f"copy {database} to {target} by several dumps of one moment, then views, triggers, routines and accounts",
        "follow the changes by the binary log",
        f"freeze {database} on {source} under a deadline; drain; copy events and where numbers stand; compare",
        f"turn the flow round, switch, open {target}; {source} follows it until accept",
        f"accept: everything temporary goes, and {database} on {source} is closed",
        f"or roll back: freeze {database} on {target}, drain, compare, switch; then remove the copy on {target}",
    )
