"""Moves one PostgreSQL database: seeded on a slot's snapshot, followed, turned round while it soaks.

Where the source does not allow that (before version 10, or its operator allows no restart), it is dumped and
restored inside the freeze instead, and there is no flow back. The parts are in `migration/postgres/`.
"""

from estate.errors import RefusedError
from estate.records.move import Description, Lag, Residue
from migration.context import Context, Direction, Side
from migration.postgres import (
    access,
    ending,
    finish,
    following,
    gate,
    host_files,
    publication,
    roles,
    seed,
    settings,
    slots,
    stillness,
    survey,
)
from migration.postgres.sides import Sides, together


class PostgresMover:
    """See `Mover`; every method can be repeated after a kill at any point."""

    kind = "postgres"

    def describe(self, ctx: Context) -> Description:
        """See `Mover.describe`."""
        return survey.describe(Sides(ctx))

    def prepare(self, ctx: Context) -> None:
        """Settings, access, roles, a target that is closed, and what is published."""
        sides = Sides(ctx)
        survey.describe(sides)
        forward = sides.flow("forward")
        if sides.logical:
            settings.apply(sides, sides.source)
            settings.apply(sides, sides.target)
        host_files.install(sides, sides.source)
        host_files.install(sides, sides.target)
        access.allow(sides, forward)
        gate.shut(sides, sides.target, _privileges(sides))
        with access.copying(sides, forward):
            roles.copy(sides)
        if sides.logical:
            publication.publish(sides, forward)

    def seed(self, ctx: Context) -> None:
        """The first copy, then the subscription. Without a flow it is a trial: `finish` copies again, frozen."""
        sides = Sides(ctx)
        forward = sides.flow("forward")
        if sides.logical and seed.seeded(sides):
            slot = slots.look(forward)
            if slot is None or slot.lost:
                seed.discard(sides)
        seed.copy(sides)
        if sides.logical:
            slots.subscribe(sides, forward)
            # The way back is made ready now, outside the freeze; its slot, which holds log back, when the flow turns.
            publication.note_copied_identities(sides)
            access.allow(sides, sides.flow("back"))
            publication.publish(sides, sides.flow("back"))

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        """Wait a moment for the subscriber; the server does the work itself."""
        sides = Sides(ctx)
        if not sides.logical:
            return Lag(bytes=0, text="nothing is followed: the copy is made inside the freeze", zero=True)
        return following.lag(sides, sides.flow(direction))

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        """See `Mover.freeze`."""
        sides = Sides(ctx)
        gate.freeze(sides, sides.server(side), deadline_seconds)

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        """See `Mover.hold`."""
        sides = Sides(ctx)
        gate.hold(sides, sides.server(side), least_seconds)

    def finish(self, ctx: Context, direction: Direction) -> None:
        """Sequences, large objects, unlogged tables, materialized views; or the whole copy, where nothing flows."""
        sides = Sides(ctx)
        flow = sides.flow(direction)
        if sides.logical:
            finish.all_of_it(sides, flow)
        else:
            gate.require_closed(sides, flow.publisher)
            if direction == "back":
                raise RefusedError(
                    f"{sides.database} has no flow back: what was written on {flow.publisher.host.name} stays there",
                    "accept that loss to roll back all the same",
                )
            seed.discard(sides)
            seed.copy(sides)
            finish.all_of_it(sides, flow)

    def reverse(self, ctx: Context) -> None:
        """End the flow forward and start the flow back, whose way was made ready by `seed`."""
        sides = Sides(ctx)
        if sides.logical:
            slots.turn(sides)
        else:
            gate.require_closed(sides, sides.source)

    def healthy(self, ctx: Context) -> str:
        """See `Mover.healthy`."""
        sides = Sides(ctx)
        if not sides.logical:
            return f"{sides.database} was moved by dump and restore: nothing flows back"
        return following.broken(sides, sides.flow("back"))

    def thaw(self, ctx: Context, side: Side) -> None:
        """See `Mover.thaw`."""
        sides = Sides(ctx)
        ended, back = sides.flow("forward"), sides.flow("back")
        turned = sides.noted(back.subscriber, "subscription", back.name)
        if side == "target" and turned and sides.noted(ended.publisher, "slot", ended.name):
            # The slot of the flow that was ended holds log back on the source; the freeze need not wait for its end.
            together(lambda: gate.unlock(sides, sides.target), lambda: slots.remove(ended))
            sides.forget(ended.publisher, "slot", ended.name)
            gate.forget(sides, sides.target)
        else:
            gate.thaw(sides, sides.server(side))

    def sever(self, ctx: Context) -> None:
        """See `Mover.sever`."""
        sides = Sides(ctx)
        if sides.logical:
            slots.unsubscribe(sides, sides.flow("back"))

    def fold(self, ctx: Context) -> None:
        """See `Mover.fold`."""
        ending.fold(Sides(ctx))

    def still(self, ctx: Context) -> str:
        """See `Mover.still`: by the gate, by who is inside, and by the write-ahead log."""
        sides = Sides(ctx)
        if not seed.ours(sides, sides.database):
            return ""  # it is removed: what may have that name now is not of this move, and `clean` leaves it
        try:
            asked = gate.require_closed(sides, sides.target, stillness.asking(sides.target))
            stillness.prove(sides, sides.target, asked[0])
        except RefusedError as error:
            return error.what
        return ""

    def clean(self, ctx: Context, keep: Side | None) -> None:
        """See `Mover.clean`."""
        ending.clean(Sides(ctx), keep)

    def forsake(self, ctx: Context) -> None:
        """See `Mover.forsake`."""
        ending.forsake(Sides(ctx))

    def residue(self, ctx: Context) -> tuple[Residue, ...]:
        """See `Mover.residue`."""
        return ending.residue(Sides(ctx))


def _privileges(sides: Sides) -> str | None:
    """The source's privileges on the database as they were before any freeze: the target's, once it opens."""
    noted = sides.noted(sides.source, "privilege", f"CONNECT on {sides.database}")
    if noted is not None:
        return noted.old
    return gate.privileges(sides, sides.source)


MOVER = PostgresMover()
