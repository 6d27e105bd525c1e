"""Moves a file tree from host to host by rsync over SSH, between the two hosts themselves.

The target pulls; its tree stays closed until the switch. After it the target pushes what changed back into the
source's tree, behind that one's closed gate, so that a rollback keeps what was written since.
"""

from estate.documents import words
from estate.errors import RefusedError, UsageError
from estate.records.move import Description, Lag, Residue
from migration.context import Context, Direction, Side
from migration.files import access, describing, ending, gate, look, owners, rounds, transfer
from migration.files.sides import Place, q, sides, together
from migration.files.streams import groups

SPARE = 1.05
"""How much more room than the tree takes must be free."""


class FilesMover:
    """See `migration.movers.base.Mover`."""

    kind = "files"

    def describe(self, ctx: Context) -> Description:
        """See `Mover.describe`."""
        both = sides(ctx)
        source, target = both.source, both.target
        here, there = look.look(source), look.look(target)
        _check_source(source, here)
        if gate.status(target).word != "shut":
            _check_target(target, there)
        size = look.measure(source)
        _check_room(target, there, size)
        mapped = _map_owners(source, target)
        account = access.login(source)
        if not look.reaches(target, source):
            raise RefusedError(
                f"{target.host.name} would pull from {source.host.address} port {source.host.port}, and does not reach it",
                "let it through between the two, and run again",
            )
        return describing.describe(both, size, account, mapped.as_numbers)

    def prepare(self, ctx: Context) -> None:
        """See `Mover.prepare`."""
        both = sides(ctx)
        for place in (both.source, both.target):
            place.note("directory", place.folder)
        target = both.target
        if gate.status(target).word != "shut":
            # Looked at once more: days may lie between the description and now.
            _check_target(target, look.look(target))
            target.run(ending.KEEP_TOP.format(folder=q(target.gate), tree=q(target.tree))).must(
                f"Noting what {target.tree} was on {target.host.name}"
            )
            gate.install(target, _units(target))
            gate.shut(target)
        if gate.status(both.source).word == "none":
            gate.install(both.source, _units(both.source))
        owners.keep(target, _map_owners(both.source, target).as_numbers)
        access.prepare(both)

    def seed(self, ctx: Context) -> None:
        """See `Mover.seed`."""
        both = sides(ctx)
        target = both.target
        if target.read(f"[ -e {q(target.work)}/seeded ]").ok:
            return
        total = ctx.move.description.bytes if ctx.move.description else None
        if not transfer.running(target, "seed"):
            access.point(both, "forward")
            began = both.source.read("date +%s").must(f"Reading the clock of {both.source.host.name}").stdout
            streams = int(ctx.settings.get("parallel", 2))
            transfer.start(target, "seed", "forward", {"began": began, **groups(both.source, streams)})
        transfer.watch(both, "seed", f"seed {ctx.workload.name}", total)
        target.run(f"cd {q(target.work)} && cp seed/began since_forward && : >seeded").must(
            "Noting the first copy"
        )
        transfer.stop(target, "seed")

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        """See `Mover.sync`."""
        return rounds.forward(sides(ctx)) if direction == "forward" else rounds.back(sides(ctx))

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        """See `Mover.freeze`."""
        place = sides(ctx).at(side)
        gate.freeze(place, ctx.move.epoch, deadline_seconds)

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        """See `Mover.hold`."""
        gate.hold(sides(ctx).at(side), ctx.move.epoch, least_seconds)

    def finish(self, ctx: Context, direction: Direction) -> None:  # noqa: ARG002 - the same both ways
        """Nothing is left for it: a pass over a frozen tree carries everything, times of folders included."""
        both = sides(ctx)
        together(lambda: gate.require_closed(both.source), lambda: gate.require_closed(both.target))
        together(lambda: gate.require_whole(both.source), lambda: gate.require_whole(both.target))

    def reverse(self, ctx: Context) -> None:
        """See `Mover.reverse`."""
        both = sides(ctx)
        gate.require_closed(both.source)
        target = both.target
        transfer.stop(target, "seed", "sync")
        target.run(f"cd {q(target.work)} && [ -e since ] || date +%s >since").must(
            "Noting when the flow back began"
        )
        access.point(both, "back")
        transfer.keep_going_back(both)

    def healthy(self, ctx: Context) -> str:
        """See `Mover.healthy`."""
        return ending.healthy(sides(ctx))

    def thaw(self, ctx: Context, side: Side) -> None:
        """See `Mover.thaw`."""
        gate.reopen(sides(ctx).at(side))

    def sever(self, ctx: Context) -> None:
        """See `Mover.sever`."""
        ending.sever(sides(ctx).source)

    def fold(self, ctx: Context) -> None:
        """See `Mover.fold`."""
        both = sides(ctx)
        transfer.stop(both.target, "back", "sync")
        # Shut only for a copy that is kept: of any other it must still be seen, until it is removed, that it was opened.
        if ctx.move.copy_kept and gate.status(both.target).word not in ("shut", "held", "none"):
            gate.shut(both.target)

    def still(self, ctx: Context) -> str:
        """See `Mover.still`."""
        target = sides(ctx).target
        # The gate's folder is the last to go: without it, after a judgement, there is nothing left to remove.
        if ending.removed(target) or (ctx.move.copy_kept == "" and gate.status(target).word == "none"):
            return ""
        try:
            gate.require_closed(target)
        except RefusedError as error:
            return error.what
        return ""

    def clean(self, ctx: Context, keep: Side | None) -> None:
        """See `Mover.clean`."""
        ending.clean(sides(ctx), keep)

    def forsake(self, ctx: Context) -> None:
        """See `Mover.forsake`."""
        ending.forsake(sides(ctx))

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """See `Mover.residue`."""
        return ending.residue(sides(ctx))


def _check_source(source: Place, seen: look.Seen) -> None:
    if not seen.there or not seen.folder:
        what = "is a symbolic link or lies behind one, or is no folder" if seen.there else "is not there"
        raise UsageError(f"{source.tree} on {source.host.name} {what}", "name the folder itself")
    _check_mounts(source, seen)


def _check_mounts(place: Place, seen: look.Seen) -> None:
    if seen.below:
        raise UsageError(
            f"Other file systems are mounted inside {place.tree} on {place.host.name} ({', '.join(seen.below[:5])})",
            "move each as a tree of its own, or unmount it",
        )
    if seen.readonly:
        raise UsageError(
            f"{place.tree} on {place.host.name} is on a read-only file system", "mount it for writing"
        )


def _check_target(target: Place, seen: look.Seen) -> None:
    if seen.there and not seen.folder:
        raise RefusedError(
            f"{target.tree} on {target.host.name} is no folder of its own", "name another place, or clear it away"
        )
    if not seen.empty:
        raise RefusedError(
            f"{target.tree} on {target.host.name} holds something else already",
            "see what it is; move it away or choose another target, and run again",
        )
    _check_mounts(target, seen)


def _check_room(target: Place, seen: look.Seen, size: look.Measure) -> None:
    if size.allocated * SPARE > seen.free_bytes:
        raise RefusedError(
            f"{target.host.name} has {words.size(seen.free_bytes)} free for {target.tree},"
            f" and {words.size(int(size.allocated * SPARE))} are needed",
            "make room there, or choose another target",
        )
    if seen.free_inodes is not None and size.entries * SPARE > seen.free_inodes:
        raise RefusedError(
            f"{target.host.name} has room for {seen.free_inodes} more files, and {int(size.entries * SPARE)} are needed",
            "use a file system with more inodes there",
        )


def _map_owners(source: Place, target: Place) -> owners.Mapped:
    mapped = owners.mapped(source, target)
    if mapped.problems:
        raise RefusedError(
            f"Owners of {source.tree} do not stand for the same ones on {target.host.name}: "
            f"{'; '.join(mapped.problems[:20])}",
            "make these users and groups there, each with a number of its own, and run again",
        )
    return mapped


def _units(place: Place) -> tuple[tuple[str, bool], ...]:
    return tuple((exporter.unit, exporter.only) for exporter in look.exporters(place))


MOVER = FilesMover()
