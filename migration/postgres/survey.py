"""Looking at both sides before a move: what it will do and change, and every reason not to."""

import shlex

from estate.errors import RefusedError, UsageError
from estate.records.move import Description
from migration.postgres import access, describing, roles, seed, settings, stillness
from migration.postgres.sides import Sides
from migration.postgres.sql import literal, literals
from migration.postgres.tables import Table, survey

COPY_BYTES_A_SECOND = 40e6
"""Seen on one two-core machine with both servers on it: 755 MB in 10 to 13 s by dump and restore."""
VERIFY_BYTES_A_SECOND = 100e6
"""Likewise: 755 MB counted and hashed on both sides in 5.6 s."""
FREEZE_SECONDS = 3.0
"""Closing, draining, sequences, comparing what was changed since, turning the flow: seen in the practice estate."""
ROOM = 1.2
"""A restored database needs about what the source has, without its dead rows; a fifth more is asked for."""


def describe(sides: Sides) -> Description:
    """See `Mover.describe`."""
    source, target, database = sides.source, sides.target, sides.database
    _refuse_names(sides)
    if target.version // 10000 < source.version // 10000:
        raise RefusedError(
            f"{target.host.name} runs PostgreSQL {target.major}, older than {source.major} on {source.host.name}",
            "choose a target with the same version or a newer one",
        )
    if not source.exists(database):
        raise UsageError(f"{source.host.name} has no database {database}", "run `decant discover` again")
    _refuse_itself(sides)
    size = int(source.value(f"SELECT pg_database_size({literal(database)})"))
    tables = survey(source, database)
    _refuse_target(sides, size)
    _refuse_hosts(sides)
    _refuse_paths(sides)
    if sides.logical:
        _refuse_tables(tables)
        _refuse_without_room_for_log(sides)
    changes = describing.changes(sides, tables)
    restarts = describing.restarts(sides)
    copying = size / COPY_BYTES_A_SECOND + 5
    verifying = size / VERIFY_BYTES_A_SECOND
    within = _frozen_bytes(sides, tables) / VERIFY_BYTES_A_SECOND if sides.logical else verifying + copying
    frozen = FREEZE_SECONDS + within
    return Description(
        workload=sides.ctx.workload.id,
        target=target.host.name,
        kind="postgres",
        method="logical replication" if sides.logical else "dump and restore inside the freeze",
        steps=describing.steps(sides),
        bytes=size,
        expected_seconds=round(copying + verifying + frozen, 1),
        expected_frozen_seconds=round(frozen, 1),
        rights=tuple(
            f"{server.host.user} on {server.host.name}: root by sudo, to run psql as postgres, "
            "change pg_hba.conf and run units"
            for server in (source, target)
        ),
        changes=changes,
        lasting=describing.lasting(sides),
        stops=describing.stops(sides, frozen),
        restarts=restarts,
        lossless_rollback=sides.logical,
        warnings=tuple(describing.warnings(sides, tables)),
    )


def _frozen_bytes(sides: Sides, tables: list[Table]) -> int:
    """What is copied or compared inside the freeze however little of it was changed."""
    whole = sum(t.bytes for t in tables if t.persistence == "u" or (t.identity_needed == "FULL" and not t.has_key))
    # Large objects are read on both sides to find what was changed, and once more to compare.
    return whole + 2 * int(sides.source.value("SELECT pg_relation_size('pg_largeobject')", sides.database))


def _refuse_names(sides: Sides) -> None:
    if any(c in sides.database for c in "\n\r\0"):
        raise UsageError("the database's name holds a line break", "rename it first")
    if sides.database in ("postgres", "template0", "template1"):
        raise UsageError(f"{sides.database} is the server's own database", "move the council's databases instead")


def _refuse_itself(sides: Sides) -> None:
    """Two hosts of the hosts file may be one machine: a server and its copy differ in when they began."""
    sql = "SELECT (SELECT system_identifier::text FROM pg_control_system()) || ' ' || pg_postmaster_start_time()"
    if sides.source.value(sql) == sides.target.value(sql):
        raise RefusedError(
            f"{sides.source.host.name} and {sides.target.host.name} are one PostgreSQL server",
            "correct the address of one of them in hosts.toml",
        )


def _refuse_without_room_for_log(sides: Sides) -> None:
    """A slot holds write-ahead log back, and a full disk stops every database of its server."""
    # Where no cap is set it is half of what is free: then there must be room for the least.
    held = int(sides.setting("slot_cap_mib", 0)) << 20 or settings.LEAST_CAP
    for server in (sides.source, sides.target):
        free = settings.free_bytes(server, f"{server.facts['data']}/pg_wal")
        if free < 2 * held:
            raise RefusedError(
                f"{server.host.name} has {free >> 20} MiB free where it keeps its write-ahead log, and following changes "
                f"may hold back {held >> 20} MiB of it",
                'make room there, lower move.slot_cap_mib, or set move.method to "dump" to copy inside the freeze',
            )


def _refuse_target(sides: Sides, size: int) -> None:
    target, database = sides.target, sides.database
    if target.exists(database) and not seed.ours(sides, database):
        raise RefusedError(
            f"{target.host.name} has a database {database} already, which this move did not make",
            "rename or drop it there, or choose another target",
        )
    wanted = sides.source.rows("SELECT extname AS name FROM pg_extension", database)
    there = {row["name"] for row in target.rows("SELECT name FROM pg_available_extensions")}
    lacking = sorted(row["name"] for row in wanted if row["name"] not in there)
    if lacking:
        raise RefusedError(
            f"{target.host.name} lacks the extension(s) {', '.join(lacking)}", "install their packages there first"
        )
    free = settings.free_bytes(target, str(target.facts["data"]))
    there_already = int(
        target.value(
            f"""SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database
                WHERE datname IN ({literals((database, sides.names.database))})"""
        )
    )
    if free + there_already < size * ROOM:
        raise RefusedError(
            f"{target.host.name} has {free >> 20} MiB free for PostgreSQL, "
            f"and {database} needs {int(size * ROOM) >> 20} MiB",
            "make room there, or choose another target",
        )
    other = roles.differing(sides)
    if other:
        told = "; ".join(f"{name} ({', '.join(words)})" for name, words in other.items())
        raise RefusedError(
            f"{target.host.name} has roles of the same names with other rights: {told}",
            f"make them alike with ALTER ROLE or GRANT on {target.host.name}, or rename them there, then run again",
        )
    locale = sides.source.rows(
        f"SELECT datcollate, datctype FROM pg_database WHERE datname = {literal(database)}"
    )[0]
    known = {_plain(line) for line in target.root.run(["locale", "-a"]).text.split()}
    for name in sorted({locale["datcollate"], locale["datctype"]}):
        if _plain(name) not in known | {"c", "posix"}:
            raise RefusedError(
                f"{target.host.name} lacks the locale {name}", "add it there (locale-gen), then run again"
            )


def _plain(locale: str) -> str:
    return locale.lower().replace("-", "")


def _refuse_hosts(sides: Sides) -> None:
    for server in (sides.source, sides.target):
        tools = [stillness.tool(server), "systemd-run", "flock", "getent", "ip", "bash"]
        script = (
            f"for t in {' '.join(shlex.quote(t) for t in tools)}; do command -v $t >/dev/null || echo $t; done"
        )
        lacking = server.root.run(["sh", "-c", script]).text.split()
        if lacking:
            raise RefusedError(f"{server.host.name} lacks {', '.join(lacking)}", "install it there first")
        broken = (
            server.rows("SELECT line_number AS line FROM pg_hba_file_rules WHERE error IS NOT NULL")
            if server.major >= 10
            else []
        )
        if broken:
            raise RefusedError(
                f"pg_hba.conf on {server.host.name} has a mistake in line {broken[0]['line']}, so it cannot be reloaded",
                "mend that line first",
            )
    prepared = sides.source.value(
        f"SELECT count(*) FROM pg_prepared_xacts WHERE database = {literal(sides.database)}"
    )
    if prepared:
        raise RefusedError(
            f"{sides.database} has {prepared} prepared transaction(s), which a freeze cannot end",
            "commit them or roll them back (pg_prepared_xacts)",
        )


def _refuse_paths(sides: Sides) -> None:
    """Both servers must answer each other: the flow runs one way first, and the other way while soaking."""
    for server in (sides.source, sides.target):
        other = sides.other(server)
        address = access.address_of(sides, server)
        asked = other.root.run([f"{other.bin}/pg_isready", "-q", "-h", address, "-p", str(server.port), "-t", "5"])
        if not asked.ok and (server is sides.source or sides.logical):
            raise RefusedError(
                f"{other.host.name} cannot reach PostgreSQL on {server.host.name} ({address}, port {server.port})",
                "see listen_addresses there and the firewall between them",
            )


def _refuse_tables(tables: list[Table]) -> None:
    for table in tables:
        if not table.followed:
            continue
        if table.always_triggers:
            raise RefusedError(
                f"trigger {table.always_triggers[0]} of {table.label} fires for replicated changes too, "
                "so its work would be done twice",
                'make it an ordinary one (ALTER TABLE … ENABLE TRIGGER), or set move.method to "dump"',
            )
        if table.identity_needed == "FULL" and table.incomparable:
            raise RefusedError(
                f"{table.label} has no key, and its column {table.incomparable[0]} cannot be compared, "
                "so an UPDATE could not be followed",
                'give it a primary key, or set move.method to "dump"',
            )
