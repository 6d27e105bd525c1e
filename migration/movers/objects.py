"""Moves a file tree from a host to a container of an object store: Azure Blob Storage, or S3.

What is read on the host is sent from the machine that Decant runs on; a block that arrived is not sent again. Until
the switch the container serves nobody. After it, what applications write there is brought back behind the tree's
closed gate, so that a rollback keeps it.
"""

from estate.documents import words
from estate.errors import RefusedError, UnfinishedError, UsageError
from estate.object_names import tree_path
from estate.records.base import now
from estate.records.move import Description, Lag, Residue
from migration import fence
from migration.context import Context, Direction, Side
from migration.files import ending, gate, look
from migration.objects import describing
from migration.objects.back import Back
from migration.objects.forward import Carried, Forward
from migration.objects.sides import NOTE, Both, Counter, both, forget

TRIES = 5
"""Passes of a first copy, before files that change while they are read are left to what follows."""


class ObjectsMover:
    """See `migration.movers.base.Mover`."""

    kind = "objects"

    def describe(self, ctx: Context) -> Description:
        """See `Mover.describe`."""
        sides = both(ctx)
        here = look.look(sides.source)
        if not here.there or not here.folder:
            what = "is a symbolic link or lies behind one, or is no folder" if here.there else "is not there"
            raise UsageError(f"{sides.source.tree} on {sides.source.host.name} {what}", "name the folder itself")
        gate.require_whole(sides.source)
        if here.readonly:
            raise UsageError(
                f"{sides.source.tree} on {sides.source.host.name} is on a read-only file system",
                "mount it for writing",
            )
        ctx.target.run(["true"])
        kept = sides.remote.check()
        _require_empty(sides)
        return describing.describe(sides, describing.require_fit(sides), look.measure(sides.source), kept)

    def prepare(self, ctx: Context) -> None:
        """See `Mover.prepare`."""
        sides = both(ctx)
        source = sides.source
        sides.remote.check()
        # Looked at once more: days may lie between the description and now.
        _require_empty(sides)
        ctx.record(sides.note())
        sides.claim(first=True)
        source.note("directory", source.folder)
        if gate.status(source).word == "none":
            exporters = tuple((one.unit, one.only) for one in look.exporters(source))
            gate.install(source, exporters)

    def seed(self, ctx: Context) -> None:
        """See `Mover.seed`. It goes on where it was: what has arrived, whole files and blocks, is not sent again."""
        sides = both(ctx)
        sides.claim()
        sides.refresh()
        total = ctx.move.description.bytes if ctx.move.description else None
        for _ in range(TRIES):
            if not self._forward(sides, "seed", total).left:
                return

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        """See `Mover.sync`."""
        sides = both(ctx)
        source = sides.source
        sides.claim()
        before = gate.status(source)
        gate.require_whole(source)
        if direction == "back":
            gate.require_closed(source)
            carried = Back(sides.shadow(), sides.remote, sides.index, Counter(ctx, "sync back", None).add).run()
            # Nobody can be kept from writing there: a pass that found nothing is all that can be seen.
            return _lag(carried, still=False)
        if not sides.index.count():
            sides.refresh()
        carried = self._forward(sides, "sync", None)
        still = before.closed and gate.status(source).closed
        if still and carried.left:
            raise UnfinishedError(
                f"{carried.left} files of {source.tree} could not be read though nobody writes",
                "see to these files, and run again",
            )
        return _lag(carried, still)

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        """See `Mover.freeze`. Nobody can be kept out of a container: there it is `hold` that looks for writers."""
        sides = both(ctx)
        sides.claim()
        if side == "source":
            # Learnt beforehand, since it takes a while where there is much.
            sides.refresh()
            gate.freeze(sides.source, ctx.move.epoch, deadline_seconds)

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        """See `Mover.hold`. Of a container: raises `RefusedError` where somebody wrote since the last pass."""
        sides = both(ctx)
        if side == "source":
            gate.hold(sides.source, ctx.move.epoch, least_seconds)
            return
        written = sides.index.differs(sides.remote)
        if written:
            raise RefusedError(
                f"somebody still writes to {sides.store.name} ({', '.join(written[:5])})",
                "stop the applications that use the container, and run again",
            )

    def finish(self, ctx: Context, direction: Direction) -> None:  # noqa: ARG002 - the same both ways
        """Nothing is left for it but to see that the tree is still closed and whole."""
        source = both(ctx).source
        gate.require_closed(source)
        gate.require_whole(source)

    def reverse(self, ctx: Context) -> None:
        """See `Mover.reverse`. The flow back is a pass at each command: nothing is left running."""
        sides = both(ctx)
        sides.claim()
        gate.require_closed(sides.source)

    def healthy(self, ctx: Context) -> str:
        """See `Mover.healthy`."""
        sides = both(ctx)
        if not gate.status(sides.source).closed:
            return f"{sides.source.tree} on {sides.source.host.name} is open to its users"
        if not sides.claimed():
            return f"the mark of this move is gone from {sides.store.name}"
        odd = [held.name for held in sides.remote.listing() if tree_path(held.name) is None]
        return f"objects have names that no file can have: {', '.join(odd[:5])}" if odd else ""

    def thaw(self, ctx: Context, side: Side) -> None:
        """See `Mover.thaw`."""
        if side == "source":
            gate.reopen(both(ctx).source)

    def sever(self, ctx: Context) -> None:
        """See `Mover.sever`. A pass of an older attempt writes behind the fence, which this one raises."""
        both(ctx).source.run("true").must("Ending the flow back")

    def fold(self, ctx: Context) -> None:
        """See `Mover.fold`. Nothing runs that had to be ended."""

    def still(self, ctx: Context) -> str:
        """See `Mover.still`."""
        sides = both(ctx)
        if not sides.claimed():
            return ""
        written = sides.index.differs(sides.remote)
        if not written:
            return ""
        return f"somebody wrote to {sides.store.name} after the last comparison ({', '.join(written[:5])})"

    def clean(self, ctx: Context, keep: Side | None) -> None:
        """See `Mover.clean`."""
        sides = both(ctx)
        if gate.status(sides.source).closed:
            gate.require_whole(sides.source)
        held = sides.remote.head(sides.fence)
        if held is not None and keep is None:
            sides.claim()
            sides.remote.purge(sides.fence)
        if keep == "target" and gate.status(sides.source).word != "none":
            ending.retire(sides.source)
        self._clean_source(sides)
        if held is not None and keep is not None:
            left = sides.remote.head(sides.fence)
            if left is not None:
                sides.remote.delete(sides.fence, left.etag)
        for noted in list(ctx.known()):
            if noted.host == sides.store.name and noted.kind == NOTE:
                ctx.forget(noted)
        forget(ctx)

    def forsake(self, ctx: Context) -> None:
        """See `Mover.forsake`."""
        self._clean_source(both(ctx))
        forget(ctx)

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """See `Mover.residue`."""
        sides = both(ctx)
        host = sides.source.host.name
        left = [Residue(host=host, kind=kind, name=name, at=now()) for kind, name in ending.found(sides.source)]
        return (*left, *([sides.note()] if sides.claimed() else []))

    def _forward(self, sides: Both, task: str, total: int | None) -> Carried:
        counter = Counter(sides.ctx, task, total)
        return Forward(sides.tree(), sides.remote, sides.index, sides.streams, counter.add).run()

    def _clean_source(self, sides: Both) -> None:
        source = sides.source
        gate.reopen(source)
        fence.remove(sides.ctx.source, source.host, sides.ctx.move)
        source.forget()


def _require_empty(sides: Both) -> None:
    if not sides.claimed() and not sides.remote.empty():
        raise RefusedError(
            f"{sides.store.container}/{sides.store.prefix} ({sides.store.name}) holds something else already",
            "see what it is, old versions too; move it away, or give the store another prefix in decant.toml",
        )


def _lag(carried: Carried, still: bool) -> Lag:
    if still or (not carried.changes and not carried.left):
        return Lag(bytes=0, text="none", zero=True)
    text = f"{carried.changes + carried.left} changes, {words.size(carried.bytes)} in the last round"
    return Lag(bytes=carried.bytes, text=text, zero=False)


MOVER = ObjectsMover()
