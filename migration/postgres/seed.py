"""The first copy: a unit on the target's host that runs on when Decant dies, and is watched from here."""

import shlex
import time

from estate.errors import RefusedError, UnfinishedError
from estate.progress import Step
from estate.transport.base import quote
from migration.postgres import access, gate, holding, slots
from migration.postgres.host_files import put, text
from migration.postgres.parts import parts
from migration.postgres.psql import LONG, MAINTENANCE
from migration.postgres.sides import Sides
from migration.postgres.sql import ident, literal

MARK = "decant.move"
"""A setting of the target's database that says whose it is, and whether it is whole: `TAG seeding`, `TAG seeded`."""
POLL_SECONDS = 0.5
MOST_JOBS = 8

PATIENCE = 900
"""Seconds for which the unit waits by itself for a source that cannot be reached."""


def seeded(sides: Sides) -> bool:
    """Whether the target has the database, whole and ours."""
    return mark(sides, sides.database) == f"{sides.names.tag} seeded"


def mark(sides: Sides, database: str) -> str | None:
    """What the mark on a database of the target says; None where it bears none or is not there."""
    found = sides.target.value(
        f"""SELECT substr(c, {len(MARK) + 2}) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase,
                   unnest(s.setconfig) AS c
            WHERE d.datname = {literal(database)} AND s.setrole = 0 AND c LIKE {literal(MARK + "=%")}"""
    )
    return None if found is None else str(found)


def ours(sides: Sides, database: str) -> bool:
    """Whether a database of the target bears this move's mark."""
    return (mark(sides, database) or "").split(" ")[0] == sides.names.tag


def copy(sides: Sides) -> None:
    """Copy the database, or find that it is being copied and wait, or that it has been; or go on with what was cut off.

    Raises `UnfinishedError` with the unit's own last words where it failed, `UnreachableError` where the source is away.
    """
    for server in (sides.source, sides.target):
        server.run(":").must(f"Taking over on {server.host.name}")  # from here on an older attempt changes nothing
    if seeded(sides):
        return
    if not _running(sides) and _phase(sides) != "done":
        if not _can_go_on(sides):
            discard(sides)
            holding.begin(sides)
        _start(sides, holding.wait(sides))
    _watch(sides)
    _name(sides)


def discard(sides: Sides) -> None:
    """Throw away what this move copied, which its mark tells: its units, its slot, its database.

    Raises `RefusedError` where applications may have been let into it.
    """
    target, names = sides.target, sides.names
    target.run(
        f"""systemctl stop {names.seed_unit}.service 2>/dev/null || true
        systemctl reset-failed {names.seed_unit}.service 2>/dev/null || true
        rm -rf {names.work}/seed"""
    ).must(f"Ending an older seed on {target.host.name}")
    sides.forget(target, "unit", names.seed_unit)
    holding.end(sides)
    flow = sides.flow("forward")
    slots.unsubscribe(sides, flow)
    if sides.logical:
        slots.drop(sides, flow)
    if target.exists(names.database):
        _drop_database(sides, names.database)
    if ours(sides, sides.database):
        if gate.status(sides, target).word not in ("shut", "held"):
            raise RefusedError(
                f"{sides.database} on {target.host.name} has served, so it is not removed",
                "see `decant moves` for where this move stands",
            )
        _drop_database(sides, sides.database)


def _drop_database(sides: Sides, database: str) -> None:
    sides.target.do(
        f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {literal(database)};
            DROP DATABASE IF EXISTS {ident(database)};""",
        timeout=600,
    )
    sides.forget(sides.target, "database", database)


def forget_mark(sides: Sides) -> None:
    """The database is the target's own from now on."""
    if ours(sides, sides.database):
        sides.target.do(f"ALTER DATABASE {ident(sides.database)} RESET {MARK};")


def _can_go_on(sides: Sides) -> bool:
    """Whether the snapshot of a copy that was cut off is held still."""
    snapshot = holding.snapshot(sides)
    conf = sides.target.root.run(["cat", f"{sides.names.work}/seed/seed.conf"]).text
    return bool(snapshot) and f"SNAPSHOT={shlex.quote(snapshot)}\n" in conf


def _start(sides: Sides, snapshot: str) -> None:
    """Start the unit, or start it anew where an earlier one stopped."""
    target, names, flow = sides.target, sides.names, sides.flow("forward")
    access.begin_copy(sides, flow)
    sides.note(target, "database", names.database)
    sides.note(target, "unit", names.seed_unit)
    cpus = int(target.root.run(["nproc"]).must("Counting processors").text)
    conf = {
        "BIN": target.bin,
        "PORT": target.port,
        "NEW": names.database,
        "JOBS": sides.setting("parallel", min(max(cpus, 2), MOST_JOBS)),
        "SOURCE": access.to_publisher(sides, flow, names.copy_role),
        "SNAPSHOT": snapshot,
        "LARGE_OBJECTS": sides.source.value("SELECT count(*) FROM pg_largeobject_metadata", sides.database),
        "PATIENCE": PATIENCE,
    }
    files = {
        "seed.conf": "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in conf.items()),
        "create.sql": _create(sides),
        "parts.sql": parts(sides),
        **{name: text(name) for name in ("seed.sh", "copy.sh", "copy_part.sh")},
    }
    folder = f"{names.work}/seed"
    target.run(
        f"""set -eu
        umask 077
        mkdir -p {folder}
        cd {folder}
        {put(files)}
        echo starting > phase
        chown -R postgres: {folder}
        systemd-run --quiet --collect --unit={names.seed_unit}.service --uid=postgres \\
            --property=KillMode=control-group /bin/bash {folder}/seed.sh"""
    ).must(f"Starting the seed on {target.host.name}")


_PROVIDERS = {"c": "", "i": " LOCALE_PROVIDER icu ICU_LOCALE", "b": " LOCALE_PROVIDER builtin BUILTIN_LOCALE"}


def _create(sides: Sides) -> str:
    """SQL that makes the empty database like the source's: closed from its first moment, and marked."""
    # PostgreSQL 17 renamed the column, and has a provider of its own besides.
    locale = "d.datlocale" if sides.source.major >= 17 else "d.daticulocale"
    collation = (
        f"d.datlocprovider, {locale} AS locale,"
        if sides.source.major >= 15
        else "'c' AS datlocprovider, NULL AS locale,"
    )
    row = sides.source.rows(
        f"""SELECT pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype, {collation}
                   pg_get_userbyid(d.datdba) AS owner
            FROM pg_database d WHERE datname = {literal(sides.database)}"""
    )[0]
    new = ident(sides.names.database)
    provider = _PROVIDERS[row["datlocprovider"]]
    if provider:
        provider = f"{provider} {literal(row['locale'])}"
    return f"""DROP DATABASE IF EXISTS {new};
        CREATE DATABASE {new} TEMPLATE template0 OWNER {ident(row["owner"])}
            ENCODING {literal(row["encoding"])}
            LC_COLLATE {literal(row["datcollate"])} LC_CTYPE {literal(row["datctype"])}{provider};
        REVOKE CONNECT ON DATABASE {new} FROM PUBLIC, {ident(row["owner"])};
        ALTER DATABASE {new} SET {MARK} = {literal(sides.names.tag + " seeding")};
"""


def _watch(sides: Sides) -> None:
    """Wait for the unit's end, reporting how much has come across."""
    names, target = sides.names, sides.target
    total = int(sides.source.value(f"SELECT pg_database_size({literal(sides.database)})"))
    task = f"seed {sides.database}"
    deadline = time.monotonic() + LONG
    while _running(sides):
        if time.monotonic() > deadline:
            raise RefusedError(
                f"the seed on {target.host.name} is still running after {LONG / 3600:g} hours", "see it there"
            )
        size = target.value(
            f"SELECT pg_database_size(datname) FROM pg_database WHERE datname = {literal(names.database)}"
        )
        sides.ctx.progress(Step(task, min(int(size or 0), total), total, "bytes", _phase(sides)))
        time.sleep(POLL_SECONDS)
    if _phase(sides) != "done":
        log = target.root.run(["cat", f"{names.work}/seed/seed.log"], limit=1 << 20).text.splitlines()
        said = [
            line.split("ERROR:")[-1].split("FATAL:")[-1].strip()
            for line in log
            if "ERROR:" in line or "FATAL:" in line
        ]
        sides.source.value("SELECT 1")  # where the source is away, that is what happened
        raise UnfinishedError(
            f"the seed on {target.host.name} ended while {_phase(sides) or 'starting'} "
            f"({said[-1][:300] if said else 'it was ended'})",
            "mend that and run the command again: it goes on where it stopped",
        )
    sides.forget(target, "unit", names.seed_unit)
    holding.end(sides)
    access.end_copy(sides, sides.source)
    sides.ctx.progress(Step(task, total, total, "bytes", "done"))


def _name(sides: Sides) -> None:
    """Give the whole database its real name and its settings, and mark it whole."""
    target, names = sides.target, sides.names
    if target.exists(names.database):
        sides.note(target, "database", sides.database)
        target.do(
            f"""SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {literal(names.database)};
                ALTER DATABASE {ident(names.database)} RENAME TO {ident(sides.database)};"""
        )
        sides.forget(target, "database", names.database)
    folder = f"{names.work}/seed"
    # pg_restore only gives these with the CREATE DATABASE; what is wanted stands between two comments.
    target.run(
        f"""set -eu
        cd {folder}
        {target.bin}/pg_restore --create --section=pre-data -f - definitions.dump | awk '
            /^-- Name: .*; Type: / {{ on = /; Type: DATABASE PROPERTIES;/ || /^-- Name: DATABASE .*; Type: COMMENT;/ }}
            /^\\\\(connect|unrestrict|restrict)/ {{ on = 0 }}
            on' > properties.sql
        exec {quote(target.argv(MAINTENANCE))} < properties.sql"""
    ).must(f"Giving the database its settings on {target.host.name}")
    target.do(f"ALTER DATABASE {ident(sides.database)} SET {MARK} = {literal(names.tag + ' seeded')};")
    target.run(f"rm -rf {folder}").must("Removing the seed's files")


def _running(sides: Sides) -> bool:
    state = sides.target.root.run(["systemctl", "is-active", f"{sides.names.seed_unit}.service"]).text.strip()
    return state in ("active", "activating", "deactivating", "reloading")


def _phase(sides: Sides) -> str:
    return sides.target.root.run(["cat", f"{sides.names.work}/seed/phase"]).text.strip()
