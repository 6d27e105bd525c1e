"""The first copy: a unit on the target's host that runs on when Decant dies, and is watched from here."""

import shlex
import time
from collections.abc import Iterable

from estate.errors import RefusedError, UnfinishedError
from estate.progress import Step
from migration.mariadb import access, accounts, exact, following, gate
from migration.mariadb.server import LONG, whole
from migration.mariadb.sides import Sides
from migration.mariadb.sql import ident, literal

POLL_SECONDS = 0.5
MOST_JOBS = 8
TRANSACTIONAL = ("InnoDB",)


def mark(sides: Sides) -> str:
    """What the target's database says of itself, in its comment: `TAG seeding`, `TAG seeded`."""
    return (
        sides.target.value(
            f"SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {literal(sides.database)}"
        )
        or ""
    )


def seeded(sides: Sides) -> bool:
    """Whether the target has the database, whole and ours."""
    return mark(sides) == f"{sides.names.tag} seeded"


def ours(sides: Sides) -> bool:
    """Whether the target's database is of this move."""
    return mark(sides).split(" ")[0] == sides.names.tag


def copy(sides: Sides) -> None:
    """Copy the database and follow it from there, or find that it is being copied, or has been.

    Raises `UnfinishedError` with the unit's own last words where it failed.
    """
    for server in (sides.source, sides.target):
        server.run(":").must(f"Taking over on {server.host.name}")  # from here on an older attempt changes nothing
    if seeded(sides):
        return
    if not _running(sides) and _phase(sides) != "done":
        discard(sides)
        _start(sides)
    _watch(sides)
    gate.shut(sides, sides.target, accounts.copy(sides), [], anew=True)
    file, position = _read(sides, "position").split()
    following.subscribe(sides, sides.flow("forward"), file, int(position))
    _comment(sides, f"{sides.names.tag} seeded")
    sides.target.run(f"rm -rf {sides.names.work}").must("Removing the seed's files")
    access.drop(sides, sides.source, sides.names.copy_user)
    sides.forget(sides.target, "unit", sides.names.seed_unit)


def discard(sides: Sides) -> None:
    """Throw away what this move copied, which its mark tells. Raises `RefusedError` where it may have served."""
    target, names = sides.target, sides.names
    target.run(
        f"""systemctl stop {names.seed_unit}.service 2>/dev/null || true
        systemctl reset-failed {names.seed_unit}.service 2>/dev/null || true
        rm -rf {names.work}"""
    ).must(f"Ending an older seed on {target.host.name}")
    sides.forget(target, "unit", names.seed_unit)
    following.unsubscribe(sides, sides.flow("forward"))
    if ours(sides):
        if gate.status(sides, target).word not in ("shut", "held"):
            raise RefusedError(
                f"{sides.database} on {target.host.name} has served, so it is not removed",
                "see `decant moves` for where this move stands",
            )
        target.do(f"DROP DATABASE IF EXISTS {ident(sides.database)};", timeout=600)
    sides.forget(target, "database", sides.database)


def forget_mark(sides: Sides) -> None:
    """The database is the target's own from now on, with the comment that the source's has."""
    if ours(sides):
        comment = sides.source.value(
            f"SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {literal(sides.database)}"
        )
        _comment(sides, comment or "")


def _comment(sides: Sides, comment: str) -> None:
    sides.target.do(f"ALTER DATABASE {ident(sides.database)} COMMENT = {literal(comment)};")


def _start(sides: Sides) -> None:
    source, target, names = sides.source, sides.target, sides.names
    login = access.begin_copy(sides, sides.flow("forward"))
    tables = source.rows(
        f"""SELECT TABLE_NAME, TABLE_TYPE, ENGINE, COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0) AS bytes
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = {literal(sides.database)} ORDER BY bytes DESC"""
    )
    cpus = int(target.root.run(["nproc"]).must("Counting processors").text)
    exactly = exact.selects(source, sides.database)
    jobs = int(sides.setting("parallel", min(max(cpus, 2), MOST_JOBS)))
    groups: list[list[str]] = [[] for _ in range(jobs)]
    sizes = [0] * jobs
    views = []
    locked: dict[str, str] = {}
    floating: dict[str, str] = {}
    for table in tables:
        name = str(table["TABLE_NAME"])
        if table["TABLE_TYPE"] == "VIEW":
            views.append(name)
        elif table["ENGINE"] not in TRANSACTIONAL:
            locked[name] = exactly.get(name, "")
        elif name in exactly:
            floating[name] = exactly[name]
        else:
            least = sizes.index(min(sizes))
            groups[least].append(name)
            sizes[least] += whole(table, "bytes") + 1
    conf = {"DATABASE": sides.database, "COPY_USER": names.copy_user}
    contents = {
        "seed.conf": "".join(f"{key}={shlex.quote(value)}\n" for key, value in conf.items()),
        "seed.sh": gate.text("seed.sh"),
        "plain": _names([name for name, select in locked.items() if not select]),
        "plain.sql": _script(locked.values()),
        "exact": _names([*floating, *(name for name, select in locked.items() if select)]),
        **({f"group_{jobs}": "", f"group_{jobs}.sql": _script(floating.values())} if floating else {}),
        "views": _names(sorted(views)),
        **{f"group_{number}": _names(group) for number, group in enumerate(groups) if group},
    }
    made = source.rows(
        f"""SELECT DEFAULT_CHARACTER_SET_NAME AS charset, DEFAULT_COLLATION_NAME AS collation
            FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {literal(sides.database)}"""
    )[0]
    sides.note(target, "database", sides.database)
    target.do(
        f"""CREATE DATABASE {ident(sides.database)} CHARACTER SET {made["charset"]} COLLATE {made["collation"]}
              COMMENT {literal(names.tag + " seeding")};"""
    )
    sides.note(target, "unit", names.seed_unit)
    # The password comes by the script's input alone.
    target.run(
        f"""set -eu
        umask 077
        mkdir -p {names.work}
        cd {names.work}
        cat >copy.cnf
        {gate.put(contents)}
        echo starting >phase
        systemd-run --quiet --collect --unit={names.seed_unit}.service --property=KillMode=control-group \\
            /bin/bash {names.work}/seed.sh""",
        login.option_file.encode(),
    ).must(f"Starting the seed on {target.host.name}")


def _names(names: list[str]) -> str:
    return "".join(f"{name}\0" for name in names)


def _script(selects: Iterable[str]) -> str:
    return "".join(f"{select};\n" for select in selects if select)


def size_of(sides: Sides) -> int:
    """Bytes that the source's database takes, by the server's own figures."""
    return _bytes(sides, "source")


def _bytes(sides: Sides, side: str) -> int:
    server = sides.source if side == "source" else sides.target
    return server.number(
        f"""SELECT COALESCE(SUM(COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)), 0)
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = {literal(sides.database)}"""
    )


def _watch(sides: Sides) -> None:
    """Wait for the unit's end, reporting how much has come across."""
    target = sides.target
    total = size_of(sides)
    task = f"seed {sides.database}"
    deadline = time.monotonic() + LONG
    while _running(sides):
        if time.monotonic() > deadline:
            raise RefusedError(
                f"the seed on {target.host.name} is still running after {LONG / 3600:g} hours", "see it there"
            )
        sides.ctx.progress(Step(task, min(_bytes(sides, "target"), total), total, "bytes", _phase(sides)))
        time.sleep(POLL_SECONDS)
    if _phase(sides) != "done":
        said = [
            line for line in _read(sides, "seed.log").splitlines() if line.startswith(("ERROR", "mariadb-dump:"))
        ]
        sides.source.value("SELECT 1")  # where the source is away, that is what happened
        raise UnfinishedError(
            f"the seed on {target.host.name} ended while {_phase(sides) or 'starting'} "
            f"({said[-1][:300] if said else 'it was ended'})",
            "mend that and run the command again: it begins afresh",
        )
    sides.ctx.progress(Step(task, total, total, "bytes", "done"))


def _running(sides: Sides) -> bool:
    state = sides.target.root.run(["systemctl", "is-active", f"{sides.names.seed_unit}.service"]).text.strip()
    return state in ("active", "activating", "deactivating", "reloading")


def _phase(sides: Sides) -> str:
    return _read(sides, "phase").strip()


def _read(sides: Sides, name: str) -> str:
    return sides.target.root.run(["cat", f"{sides.names.work}/{name}"], limit=1 << 20).text
