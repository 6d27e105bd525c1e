"""Looking at both sides before a move: what it will do and change, and every reason not to."""

import shlex
from dataclasses import dataclass

from estate.errors import RefusedError, UsageError
from estate.records.move import Description
from migration.mariadb import access, accounts, describing, seed, settings
from migration.mariadb.server import whole
from migration.mariadb.sides import Sides
from migration.mariadb.sql import literal

COPY_BYTES_A_SECOND = 10e6
"""Assumed for a dump and its load on two cores; the load writes every index as it goes."""
FREEZE_SECONDS = 5.0
VERIFY_BYTES_A_SECOND = 40e6
"""Assumed for both sides hashed at once."""
ROOM = 1.5
"""Of the size of the source's tables and indexes: a load fills pages less well, and the log needs room besides."""
HOT_ROWS = 200_000
"""A table without a key is read whole for each row that changes: beyond this many it could not follow."""
MOST_LOCKED = 256 << 20
"""Bytes without transactions: they are copied while the source is held still."""
_SYSTEM = ("mysql", "information_schema", "performance_schema", "sys")


@dataclass(frozen=True)
class Table:
    """One table of the source, as far as a move must know it."""

    name: str
    engine: str
    rows: int
    bytes: int
    has_key: bool


def tables(sides: Sides) -> list[Table]:
    """Every ordinary table of the source."""
    found = sides.source.rows(
        f"""SELECT t.TABLE_NAME AS name, t.ENGINE AS engine, COALESCE(t.TABLE_ROWS, 0) AS row_count,
                   COALESCE(t.DATA_LENGTH, 0) + COALESCE(t.INDEX_LENGTH, 0) AS bytes,
                   EXISTS (SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA
                           AND s.TABLE_NAME = t.TABLE_NAME AND s.NON_UNIQUE = 0 GROUP BY s.INDEX_NAME
                           HAVING SUM(s.NULLABLE = 'YES') = 0) AS has_key
            FROM information_schema.TABLES t
            WHERE t.TABLE_SCHEMA = {literal(sides.database)} AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY 1"""
    )
    return [
        Table(str(r["name"]), str(r["engine"]), whole(r, "row_count"), whole(r, "bytes"), r["has_key"] == "1")
        for r in found
    ]


def describe(sides: Sides) -> Description:
    """See `Mover.describe`."""
    source, target, database = sides.source, sides.target, sides.database
    _refuse_names(database)
    if target.version < source.version:
        raise RefusedError(
            f"{target.host.name} runs MariaDB {target.number_of_version}, older than {source.number_of_version} "
            f"on {source.host.name}",
            "choose a target with the same version or a newer one",
        )
    if not source.exists(database):
        raise UsageError(f"{source.host.name} has no database {database}", "run `decant discover` again")
    _refuse_itself(sides)
    _refuse_hosts(sides)
    found = tables(sides)
    _refuse_tables(sides, found)
    size = seed.size_of(sides)
    _refuse_target(sides, size)
    _refuse_accounts(sides)
    _refuse_events(sides)
    copying = size / COPY_BYTES_A_SECOND + 5
    frozen = FREEZE_SECONDS + size / VERIFY_BYTES_A_SECOND
    return Description(
        workload=sides.ctx.workload.id,
        target=target.host.name,
        kind="mariadb",
        method="dump of one moment, then replication by the binary log",
        steps=describing.steps(sides),
        bytes=size,
        expected_seconds=round(copying + frozen, 1),
        expected_frozen_seconds=round(frozen, 1),
        rights=tuple(
            f"{server.host.user} on {server.host.name}: root by sudo, to run mariadb as its administrator, "
            "write a file of settings and run units"
            for server in (source, target)
        ),
        changes=describing.changes(sides),
        lasting=describing.lasting(sides),
        stops=describing.stops(sides, frozen),
        restarts=describing.restarts(sides),
        lossless_rollback=True,
        warnings=describing.warnings(sides, found),
    )


def _refuse_names(database: str) -> None:
    if any(c in database for c in "\n\r\t\0,\\'\"` ") or database.startswith("#"):
        raise UsageError(
            f"the name of database {database!r} holds what a replication filter cannot take", "rename it first"
        )
    if database in _SYSTEM:
        raise UsageError(f"{database} is the server's own database", "move the council's databases instead")


def _refuse_itself(sides: Sides) -> None:
    """Two hosts of the hosts file may be one machine: a server and its copy differ in when they began."""
    sql = "SELECT CONCAT(@@server_uid, ' ', @@hostname, ' ', @@pid_file, ' ', @@port)"
    if sides.source.value(sql) == sides.target.value(sql):
        raise RefusedError(
            f"{sides.source.host.name} and {sides.target.host.name} are one MariaDB server",
            "correct the address of one of them in hosts.toml",
        )


def _refuse_hosts(sides: Sides) -> None:
    tools = ["mariadb", "systemd-run", "flock", "getent", "ip", "bash", "base64"]
    for server in (sides.source, sides.target):
        wanted = [*tools, "mariadb-dump"] if server is sides.target else tools
        script = f"for t in {' '.join(map(shlex.quote, wanted))}; do command -v $t >/dev/null || echo $t; done"
        lacking = server.root.run(["sh", "-c", script]).text.split()
        if lacking:
            raise RefusedError(f"{server.host.name} lacks {', '.join(lacking)}", "install it there first")
        other = sides.other(server)
        address = access.address_of(sides, server)
        port = server.facts["port"]
        asked = other.root.run(["timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"])
        if not asked.ok:
            raise RefusedError(
                f"{other.host.name} cannot reach MariaDB on {server.host.name} ({address}, port {port})",
                "see bind-address there and the firewall between them",
            )
        settings.file_of(sides, server)
    ours = {sides.flow("forward").name, sides.flow("back").name}
    follows = [r for r in sides.source.rows("SHOW ALL SLAVES STATUS") if r["Connection_name"] not in ours]
    foreign = [r for r in follows if not str(r["Connection_name"]).startswith("decant_")]
    if foreign:
        raise RefusedError(
            f"MariaDB on {sides.source.host.name} is itself a replica, so a freeze cannot stop what is written to it",
            "move the server that it follows, or end its replication first",
        )
    if sides.source.rows("XA RECOVER"):
        raise RefusedError(
            f"MariaDB on {sides.source.host.name} has prepared XA transactions, which a freeze cannot end",
            "commit them or roll them back (XA RECOVER)",
        )


def _refuse_tables(sides: Sides, found: list[Table]) -> None:
    hot = [table.name for table in found if not table.has_key and table.rows > HOT_ROWS]
    if hot:
        raise RefusedError(
            f"{', '.join(hot)} of {sides.database} has no key and many rows, so its changes could not be followed in time",
            "give it a primary key (ALTER TABLE … ADD COLUMN … AUTO_INCREMENT PRIMARY KEY), and run again",
        )
    plain = [table for table in found if table.engine not in seed.TRANSACTIONAL]
    strange = [f"{t.name} ({t.engine})" for t in plain if t.engine not in ("MyISAM", "Aria")]
    if strange:
        raise RefusedError(
            f"{', '.join(strange)} of {sides.database} has an engine that is not moved",
            "make it InnoDB (ALTER TABLE … ENGINE = InnoDB), and run again",
        )
    locked = sum(table.bytes for table in plain)
    if locked > MOST_LOCKED:
        raise RefusedError(
            f"{locked >> 20} MiB of {sides.database} are without transactions, and would be copied with every write held up",
            f"make the largest of them InnoDB ({', '.join(t.name for t in plain[:5])}), and run again",
        )


def _refuse_target(sides: Sides, size: int) -> None:
    target, database = sides.target, sides.database
    if target.exists(database) and not seed.ours(sides):
        raise RefusedError(
            f"{target.host.name} has a database {database} already, which this move did not make",
            "rename or drop it there, or choose another target",
        )
    used = sides.source.rows(
        f"""SELECT DEFAULT_COLLATION_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {literal(database)}
            UNION SELECT TABLE_COLLATION FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = {literal(database)} AND TABLE_COLLATION IS NOT NULL
            UNION SELECT COLLATION_NAME FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = {literal(database)} AND COLLATION_NAME IS NOT NULL"""
    )
    names = {str(row["name"]) for row in used}
    field, view = (
        ("FULL_COLLATION_NAME", "COLLATION_CHARACTER_SET_APPLICABILITY")
        if target.version >= (10, 10)
        else ("COLLATION_NAME", "COLLATIONS")
    )
    known = {str(row["name"]) for row in target.rows(f"SELECT {field} AS name FROM information_schema.{view}")}
    lacking = sorted(
        name for name in names if name not in known and name.replace("utf8_", "utf8mb3_") not in known
    )
    if lacking:
        raise RefusedError(
            f"MariaDB on {target.host.name} lacks the collation(s) {', '.join(lacking)}",
            f"convert what uses them on {sides.source.host.name} (ALTER TABLE … CONVERT TO …), or choose another target",
        )
    if target.variable("lower_case_table_names") != sides.source.variable("lower_case_table_names"):
        raise RefusedError(
            f"{target.host.name} treats capitals in names of tables otherwise than {sides.source.host.name}",
            "set lower_case_table_names alike on a target that holds nothing yet",
        )
    free = settings.free_bytes(target)
    if free < size * ROOM and not seed.ours(sides):
        raise RefusedError(
            f"{target.host.name} has {free >> 20} MiB free for MariaDB, and {database} needs {int(size * ROOM) >> 20} MiB",
            "make room there, or choose another target",
        )


def _refuse_accounts(sides: Sides) -> None:
    source, target = sides.source, sides.target
    for one in accounts.of(source, sides.database):
        if one.locked or one.administers:
            continue
        if one.is_role:
            raise RefusedError(
                f"role {one.user} on {source.host.name} has rights on {sides.database}, and rights by roles are not moved",
                "grant them to the accounts themselves, take them from the role, and run again",
            )
        if one.writes_everywhere:
            raise RefusedError(
                f"{one.label} on {source.host.name} may write to every database from elsewhere: no freeze would keep it out",
                f"give it rights on what it uses alone (GRANT … ON {sides.database}.*), or lock it, and run again",
            )
        if one.elsewhere:
            raise RefusedError(
                f"{one.label} on {source.host.name} has rights on {sides.database} and on other databases, which a freeze "
                "would shut it out of as well",
                "give its applications an account for each database, and run again",
            )
    other = accounts.differing(sides)
    if other:
        raise RefusedError(
            f"{target.host.name} has accounts of the same names that are not the same: {', '.join(other)}",
            f"make them alike (ALTER USER, GRANT, REVOKE), or drop them on {target.host.name}, then run again",
        )
    made = set(accounts.missing(sides))
    definers = source.rows(
        f"""SELECT DEFINER AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {literal(sides.database)}
            UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {literal(sides.database)}
            UNION SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {literal(sides.database)}
            UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {literal(sides.database)}"""
    )
    there = {str(r["name"]) for r in target.rows("SELECT CONCAT(User, '@', Host) AS name FROM mysql.global_priv")}
    lacking = sorted({str(row["name"]) for row in definers} - there - made)
    if lacking:
        raise RefusedError(
            f"{target.host.name} lacks the account(s) {', '.join(lacking)}, in whose name views, triggers or routines of "
            f"{sides.database} run",
            "make them there, or change their DEFINER on the source, and run again",
        )


def _refuse_events(sides: Sides) -> None:
    if not accounts.events(sides.source, sides.database):
        return
    here, there = (server.variable("event_scheduler") for server in (sides.source, sides.target))
    if here != there and not seed.ours(sides):
        raise RefusedError(
            f"the event scheduler is {here} on {sides.source.host.name} and {there} on {sides.target.host.name}, "
            f"so the events of {sides.database} would not run as they did",
            f"set event_scheduler = {here} on {sides.target.host.name}, in its settings as well, and run again",
        )
