"""The two other ends of a move: accepted, and cancelled before the target ever served."""

from typing import Any

from estate.records.move import Phase
from migration import frozen
from migration.work import Work


def tidy_accepted(work: Work) -> dict[str, Any]:
    """End the flow back for good; the target serves, the source's data stays as it is, closed to applications."""
    work.say("clean up")
    frozen.stop_watching(work)
    work.mover.clean(work.context(), "target")
    work.tools.services.settle(work.move, work.context().target_host, work.forget)
    work.leave_no_residue()
    work.enter(Phase.ACCEPTED)
    work.anchor()
    return {}


def release_source(work: Work) -> dict[str, Any]:
    """Let the source serve, where an interrupted cutover had frozen it."""
    if work.move.frozen_at is not None:
        frozen.thaw(work, "source")
        work.update(frozen_at=None, freeze_deadline=None)
    return {}


def tidy_cancelled(work: Work) -> dict[str, Any]:
    """Remove what was copied and what is temporary, and put every setting back."""
    work.say("clean up")
    frozen.stop_watching(work)
    work.mover.clean(work.context(), None)
    work.tools.services.settle(work.move, work.context().target_host, work.forget)
    work.leave_no_residue()
    work.enter(Phase.CANCELLED)
    work.anchor()
    return {}
