"""The end of a move: everything temporary gone from both hosts, every setting as it was; and a look that it is so."""

from estate.records.base import now
from estate.records.move import Residue
from migration import fence
from migration.context import Side
from migration.postgres import access, gate, host_files, publication, roles, seed, settings, slots
from migration.postgres.psql import Server
from migration.postgres.sides import Sides
from migration.postgres.sql import ident, literals


def fold(sides: Sides) -> None:
    """End the flow back; also what is left of the flow forward. Safe to repeat."""
    if not sides.logical:
        return
    for flow in (sides.flow("back"), sides.flow("forward")):
        slots.unsubscribe(sides, flow)
        slots.drop(sides, flow)
        publication.unpublish(sides, flow)


def clean(sides: Sides, keep: Side | None) -> None:
    """See `Mover.clean`."""
    for server in (sides.source, sides.target):
        host_files.install(sides, server)  # an interrupted clean may have taken them already
    if keep is None:
        gate.thaw(sides, sides.source)
    fold(sides)
    if keep is None:
        seed.discard(sides)
        sides.forget(sides.target, "database")
        roles.drop_made(sides)
    if keep is not None:
        kept = sides.server(keep)
        gate.thaw(sides, kept)
        roles.keep_made(sides)
        seed.forget_mark(sides)
        sides.forget(sides.target, "database")
    _close_for_good(sides, keep)
    for server in (sides.source, sides.target):
        _put_back(sides, server)
    for server in (sides.source, sides.target):
        _leave(sides, server)


def forsake(sides: Sides) -> None:
    """Clean the source alone; see `Mover.forsake`."""
    source = sides.source
    if sides.logical:
        slots.unsubscribe(sides, sides.flow("back"))
        slots.drop(sides, sides.flow("forward"))
        publication.unpublish(sides, sides.flow("forward"))
    gate.thaw(sides, source)
    _put_back(sides, source)
    _leave(sides, source)


def _put_back(sides: Sides, server: Server) -> None:
    access.disallow(sides, server)
    publication.restore_identities(sides, server)
    settings.restore(sides, server)


def _leave(sides: Sides, server: Server) -> None:
    """The units and the folder of this move go last."""
    names = sides.names
    server.run(
        f"""systemctl stop {names.seed_unit}.service {names.hold_unit}.service 2>/dev/null || true
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
        for kind, name in [*_in_catalogues(sides, server), *_on_host(sides, server)]
    )


def _close_for_good(sides: Sides, keep: Side | None) -> None:
    """The side that serves no more is closed to applications by privilege; nothing of ours stays in pg_hba.conf."""
    if keep is None:
        gate.retire(sides, sides.target)
    else:
        gate.retire(sides, sides.other(sides.server(keep)))


def _in_catalogues(sides: Sides, server: Server) -> list[tuple[str, str]]:
    found = [("role", name) for name in roles.left(sides, server)]
    flows = literals([sides.flow(direction).name for direction in ("forward", "back")])
    for kind, sql in (
        ("slot", f"SELECT slot_name AS name FROM pg_replication_slots WHERE slot_name IN ({flows})"),
        ("subscription", f"SELECT subname AS name FROM pg_subscription WHERE subname IN ({flows})"),
        (
            "database",
            f"SELECT datname AS name FROM pg_database WHERE datname = {literals([sides.names.database])}",
        ),
    ):
        if server.major >= 10 or kind != "subscription":
            found += [(kind, row["name"]) for row in server.rows(sql)]
    if server.major >= 10:
        found += publication.left(sides, server)
    if server is sides.target and seed.ours(sides, sides.database):
        found.append(("setting", f"{seed.MARK} of {ident(sides.database)}"))
    return found + [("setting", name) for name in settings.changed(sides, server)]


def _on_host(sides: Sides, server: Server) -> list[tuple[str, str]]:
    """Files, units and lines: looked for by the move's own name."""
    tag, hba = sides.names.tag, str(server.facts["hba"])
    script = r"""
        for f in "/var/lib/$1" "/etc/systemd/system/${1}_"* "$2.$1"; do [ ! -e "$f" ] || echo "file $f"; done
        systemctl list-units --all --plain --no-legend "${1}_*" | while read -r unit _; do echo "unit $unit"; done
        grep -o "^# $1 [a-z]* begin" "$2" | while read -r line; do echo "pg_hba $line"; done
    """
    result = server.root.run(["sh", "-c", script, "residue", tag, hba]).must(f"Looking over {server.host.name}")
    return [(kind, name) for kind, _, name in (line.partition(" ") for line in result.text.splitlines())]
