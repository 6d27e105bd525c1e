"""The flow back while a move soaks: what the target takes is brought to the source, until it breaks for good."""

from estate.errors import RefusedError
from estate.records.move import Phase
from migration import machine, seeding
from migration.work import Work


def broken(work: Work) -> str:
    """Empty where the flow back is whole, else what broke it; the move is then BROKEN for good."""
    broke = work.mover.healthy(work.context())
    if broke and work.move.phase is Phase.SOAKING:
        work.enter(Phase.BROKEN, note=f"the flow back broke: {broke}")
    if work.move.phase is Phase.BROKEN:
        return broke or work.move.note or "it broke before"
    return ""


def follow_back(work: Work) -> None:
    """One round of bringing back what was written on the target. Raises `RefusedError` where the flow is broken."""
    broke = broken(work)
    if broke:
        raise RefusedError(
            f"the flow back of {work.move.id} is broken ({broke})",
            f"go on with {machine.next_command(work.move)}",
        )
    seeding.sync(work, "back")
