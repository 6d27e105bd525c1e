"""The cutover: compare the bulk, freeze the source, carry over and compare the rest, turn the flow, switch, open the target.

Until `take_over` has been written, whatever goes wrong ends with the source serving again. After it, the target is
the one that serves, and an interrupted cutover is only ever finished forwards.
"""

import time
from typing import Any

from estate import approvals
from estate.errors import DecantError, RefusedError
from estate.records.move import Phase
from migration import frozen
from migration.looking import known_by
from migration.work import Work

ACTION = "cutover"

PATIENCE = 30.0
"""Seconds that are waited for clients to forget an old address, rather than refusing."""


def approved(work: Work) -> dict[str, Any]:
    """See that a second person approved what was described, with a signature that holds now."""
    if work.move.serving == "target":
        return {}
    approval = approvals.require(work.tools.ledger, work.move, ACTION)
    work.update(approved_by=approval.principal)
    return {"by": approval.principal, "entry": approval.entry}


def reachable(work: Work) -> dict[str, Any]:
    """See that the names can be switched, before anything is frozen for it."""
    work.tools.services.check(work.move, known_by(work.tools, work.move.source), work.context().target_host)
    while (left := work.tools.services.wait_seconds(work.move)) > 0:
        if left < PATIENCE:
            work.say("wait", f"{left:.0f} s until no client remembers the old address")
            time.sleep(min(left, 1.0))
            work.pause_point()
            continue
        raise RefusedError(
            f"clients may still remember the old address of {work.move.workload} for {left:.0f} s",
            f"run `decant cutover {work.move.id}` again after that",
        )
    return {}


def ahead(work: Work) -> dict[str, Any]:
    """Compare the bulk while writes go on."""
    if _source_serves_and_flow_is_forward(work):
        frozen.ahead(work, "source")
    return {}


def freeze(work: Work) -> dict[str, Any]:
    """Stop the writes on the source. Not repeated once the flow was turned: `hold` then tells whether it held."""
    if _source_serves_and_flow_is_forward(work):
        frozen.freeze(work, "source")
    return {}


def drain(work: Work) -> dict[str, Any]:
    """Carry over what is left until nothing is."""
    return {"lag": frozen.drain(work, "forward")} if _source_serves_and_flow_is_forward(work) else {}


def finish(work: Work) -> dict[str, Any]:
    """Carry over what the flow does not."""
    if _source_serves_and_flow_is_forward(work):
        work.mover.finish(work.context(), "forward")
    return {}


def prove(work: Work) -> dict[str, Any]:
    """Compare both sides, frozen."""
    if _source_serves_and_flow_is_forward(work):
        frozen.prove(work)
    return {}


def turn(work: Work) -> dict[str, Any]:
    """End the flow forward and start the flow back."""
    if work.move.serving == "source":
        if work.move.frozen_at is None:
            raise RefusedError(
                f"{work.move.source} took writes again after the flow was turned", "start again with `decant move`"
            )
        work.update(turned=True)
        work.mover.reverse(work.context())
    return {}


def hold(work: Work) -> dict[str, Any]:
    """Cancel the freeze's deadline, if enough of it is left, and only where the target and the names answer."""
    if work.move.serving == "source":
        work.context().target.run(["true"])
        work.tools.services.check(work.move, known_by(work.tools, work.move.source), work.context().target_host)
        work.mover.hold(work.context(), "source", work.least_seconds)
    return {}


def take_over(work: Work) -> dict[str, Any]:
    """The point of no return: from here on the target is the one that serves."""
    if work.move.serving == "source":
        work.update(serving="target", freeze_deadline=None, unopened=True)
        work.enter_ledger("move.taken_over", {"serving": "target"})
    return {}


def switch(work: Work) -> dict[str, Any]:
    """Point the names at the target."""
    changes = work.tools.services.to_target(work.move, work.context().target_host)
    told = [{"name": c.name, "before": str(c.before), "after": str(c.after)} for c in changes]
    work.enter_ledger("move.switched", {"names": told})
    return {"names": told}


def open_target(work: Work) -> dict[str, Any]:
    """Let applications write on the target. From its first try on, it may have taken writes."""
    work.context().target.run(["true"])
    work.update(unopened=False)
    seconds = frozen.thaw(work, "target")
    frozen.stop_watching(work)
    work.enter(Phase.SOAKING, frozen_at=None, frozen_seconds=seconds)
    work.anchor()
    return {"frozen_seconds": seconds}


def abandon(work: Work, error: DecantError) -> None:
    """Before the point of no return: let the source serve again, and say why.

    With the flow forward still there the move is READY again. Once it was turned, the target's copy has to be made
    anew, so that is removed and the move starts from its beginning.
    """
    if work.move.serving == "target":
        return
    note = f"cutover given up: {error.what}"
    work.say("thaw", note)
    if work.move.frozen_at is not None:
        frozen.thaw(work, "source")
        work.update(frozen_at=None, freeze_deadline=None)
    frozen.stop_watching(work)
    if work.move.turned:
        work.mover.clean(work.context(), None)
        work.tools.services.settle(work.move, work.context().target_host, work.forget)
        work.leave_no_residue()
        work.enter(Phase.PLANNED, note=note, turned=False, verified=None, lag=None)
    else:
        work.enter(Phase.READY, note=note)
    work.anchor()


def _source_serves_and_flow_is_forward(work: Work) -> bool:
    return work.move.serving == "source" and not work.move.turned
