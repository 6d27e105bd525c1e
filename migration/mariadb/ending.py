"""The end of a move: everything temporary gone from both hosts, every setting as it was; and a look that it is so."""

from estate.records.base import now
from estate.records.move import Residue
from migration import fence
from migration.context import Side
from migration.mariadb import access, accounts, following, gate, seed, settings
from migration.mariadb.server import Server
from migration.mariadb.sides import Sides
from migration.mariadb.sql import literals


def fold(sides: Sides) -> None:
    """End the flow back; also what is left of the flow forward. Safe to repeat."""
    following.unsubscribe(sides, sides.flow("back"))
    following.unsubscribe(sides, sides.flow("forward"))


def clean(sides: Sides, keep: Side | None) -> None:
    """See `Mover.clean`."""
    for server in (sides.source, sides.target):
        gate.install(sides, server)  # an interrupted clean may have taken them already
    if keep is None:
        gate.thaw(sides, sides.source)
    fold(sides)
    if keep is None:
        seed.discard(sides)
        accounts.drop_made(sides)
        gate.retire(sides, sides.target)
    else:
        gate.thaw(sides, sides.server(keep))
        accounts.keep_made(sides)
        seed.forget_mark(sides)
        sides.forget(sides.target, "database")
        gate.retire(sides, sides.other(sides.server(keep)))
    for server in (sides.source, sides.target):
        access.disallow(sides, server)
    for server in (sides.source, sides.target):
        settings.restore(sides, server)
        _leave(sides, server)


def forsake(sides: Sides) -> None:
    """Clean the source alone; see `Mover.forsake`."""
    following.unsubscribe(sides, sides.flow("back"))
    gate.thaw(sides, sides.source)
    access.disallow(sides, sides.source)
    settings.restore(sides, sides.source)
    _leave(sides, sides.source)


def _leave(sides: Sides, server: Server) -> None:
    """The units and the folder of this move go last."""
    names = sides.names
    server.run(
        f"""systemctl stop {names.seed_unit}.service 2>/dev/null || true
        systemctl reset-failed '{names.tag}_*' 2>/dev/null || true"""
    ).must(f"Ending the units of {names.tag} on {server.host.name}")
    fence.remove(server.transport, server.host, server.move)
    sides.forget(server, "directory", names.folder)
    sides.forget(server, "unit")


def residue(sides: Sides) -> tuple[Residue, ...]:
    """See `Mover.residue`."""
    return tuple(
        Residue(host=server.host.name, kind=kind, name=name, at=now())
        for server in (sides.source, sides.target)
        for kind, name in [*_in_server(sides, server), *_on_host(sides, server)]
    )


def _in_server(sides: Sides, server: Server) -> list[tuple[str, str]]:
    names = sides.names
    users = literals((names.user, names.copy_user))
    left = server.rows(f"SELECT User FROM mysql.global_priv WHERE User IN ({users})")
    found = [("role", str(row["User"])) for row in left]
    flows = {sides.flow("forward").name, sides.flow("back").name}
    found += [
        ("flow", str(row["Connection_name"]))
        for row in server.rows("SHOW ALL SLAVES STATUS")
        if row["Connection_name"] in flows
    ]
    if server is sides.target and seed.ours(sides):
        found.append(("database", f"{sides.database}, marked as {names.tag}'s"))
    return found


def _on_host(sides: Sides, server: Server) -> list[tuple[str, str]]:
    """Files and units: looked for by the move's own name."""
    script = r"""
        cnf="zz-$1.cnf"
        for f in "/var/lib/$1" "/etc/systemd/system/${1}_"* "/etc/mysql/mariadb.conf.d/$cnf" "/etc/my.cnf.d/$cnf"; do
          [ ! -e "$f" ] || echo "file $f"
        done
        systemctl list-units --all --plain --no-legend "${1}_*" | while read -r unit _; do echo "unit $unit"; done
    """
    result = server.root.run(["sh", "-c", script, "residue", sides.names.tag]).must(
        f"Looking over {server.host.name}"
    )
    return [(kind, name) for kind, _, name in (line.partition(" ") for line in result.text.splitlines())]
