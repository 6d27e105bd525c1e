"""Moves one MariaDB database: dumped on one moment of the source, followed by its binary log, turned while it soaks.

The parts are in `migration/mariadb/`.
"""

from estate.errors import RefusedError
from estate.records.move import Description, Lag, Residue
from migration.context import Context, Direction, Side
from migration.mariadb import ending, finish, following, gate, seed, settings, survey
from migration.mariadb.sides import Sides


class MariadbMover:
    """See `Mover`; every method can be repeated after a kill at any point."""

    kind = "mariadb"

    def describe(self, ctx: Context) -> Description:
        """See `Mover.describe`."""
        return survey.describe(Sides(ctx))

    def prepare(self, ctx: Context) -> None:
        """The move's folders, the binary log of both sides, and a target whose gate is shut."""
        sides = Sides(ctx)
        survey.describe(sides)
        for server in (sides.source, sides.target):
            # What could be refused is refused before the first server is touched.
            settings.allowed(sides, server)
        for server in (sides.source, sides.target):
            settings.apply(sides, server)
            gate.install(sides, server)
        gate.shut(sides, sides.target, [], [])

    def seed(self, ctx: Context) -> None:
        """The first copy, then the flow forward."""
        sides = Sides(ctx)
        if seed.seeded(sides) and following.look(sides.target, sides.flow("forward").name) is None:
            seed.discard(sides)
        seed.copy(sides)

    def sync(self, ctx: Context, direction: Direction) -> Lag:
        """Wait a moment for the subscriber; the server does the work itself."""
        sides = Sides(ctx)
        return following.lag(sides.flow(direction))

    def freeze(self, ctx: Context, side: Side, deadline_seconds: float) -> None:
        """See `Mover.freeze`."""
        sides = Sides(ctx)
        gate.freeze(sides, sides.server(side), deadline_seconds)

    def hold(self, ctx: Context, side: Side, least_seconds: float) -> None:
        """See `Mover.hold`."""
        sides = Sides(ctx)
        gate.hold(sides, sides.server(side), least_seconds)

    def finish(self, ctx: Context, direction: Direction) -> None:
        """Where numbers stand, and events."""
        sides = Sides(ctx)
        flow = sides.flow(direction)
        gate.require_closed(sides, flow.publisher)
        finish.events(sides, flow)
        finish.numbers(sides, flow)

    def reverse(self, ctx: Context) -> None:
        """End the flow forward and start the flow back from where the target's own log stands."""
        sides = Sides(ctx)
        gate.require_closed(sides, sides.source)
        gate.require_closed(sides, sides.target)
        following.unsubscribe(sides, sides.flow("forward"))
        back = sides.flow("back")
        following.subscribe(sides, back, *back.publisher.position())

    def healthy(self, ctx: Context) -> str:
        """See `Mover.healthy`."""
        sides = Sides(ctx)
        try:
            return following.broken(sides, sides.flow("back"))
        except RefusedError as error:
            return error.what

    def thaw(self, ctx: Context, side: Side) -> None:
        """See `Mover.thaw`."""
        sides = Sides(ctx)
        gate.thaw(sides, sides.server(side))

    def sever(self, ctx: Context) -> None:
        """See `Mover.sever`."""
        sides = Sides(ctx)
        following.unsubscribe(sides, sides.flow("back"))

    def fold(self, ctx: Context) -> None:
        """See `Mover.fold`."""
        ending.fold(Sides(ctx))

    def still(self, ctx: Context) -> str:
        """See `Mover.still`: by the gate, by who is inside, and by the binary log."""
        sides = Sides(ctx)
        if not seed.ours(sides):
            return ""  # it is removed: what may have that name now is not of this move, and `clean` leaves it
        try:
            gate.require_closed(sides, sides.target)
            gate.prove(sides, sides.target)
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


MOVER = MariadbMover()
