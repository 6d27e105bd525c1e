"""The rollback: a cutover backwards, which keeps what was written on the target.

Until `give_back` has been written, whatever goes wrong ends with the target serving again. After it, the source is
the one that serves, and an interrupted rollback is only ever finished.

The target's copy goes at the end, so that no real data stays behind; where writes on it may be lost, it is kept.

A target that has taken over and was never opened has taken no write: the source is then simply opened again. One
that is out of reach is passed over only where a person accepted the loss.
"""

from typing import Any

from estate.errors import DecantError, HostKeyError, UnreachableError
from estate.records.base import now
from estate.records.move import Phase
from estate.records.verification import Verification
from migration import frozen
from migration.looking import known_by
from migration.work import Work


def reachable(work: Work) -> dict[str, Any]:
    """See that the source answers, and the names can be switched, before anything is frozen for it."""
    if work.move.serving == "target":
        work.context().source.run(["true"])
    if not work.move.unopened:
        work.tools.services.check(work.move, known_by(work.tools, work.move.source), work.context().target_host)
    return {}


def out_of_reach(work: Work) -> str:
    """Why the target cannot be reached; empty where it can. Raises `HostKeyError` where another host answers."""
    try:
        work.context().target.run(["true"])
    except HostKeyError:
        raise
    except UnreachableError as away:
        return away.what
    return ""


def ahead(work: Work) -> dict[str, Any]:
    """Compare the bulk while the target is written to."""
    if _to_be_kept(work):
        frozen.ahead(work, "target")
    return {}


def freeze(work: Work) -> dict[str, Any]:
    """Stop the writes on the target."""
    if _to_be_frozen(work):
        frozen.freeze(work, "target")
    return {}


def drain(work: Work) -> dict[str, Any]:
    """Bring back what is left until nothing is; not from a broken flow whose loss a person accepted."""
    return {"lag": frozen.drain(work, "back")} if _to_be_kept(work) else {}


def finish(work: Work) -> dict[str, Any]:
    """Bring back what the flow does not."""
    if _to_be_kept(work):
        work.mover.finish(work.context(), "back")
    return {}


def prove(work: Work) -> dict[str, Any]:
    """Compare both sides, frozen."""
    if _to_be_kept(work):
        frozen.prove(work)
    return {}


def hold(work: Work) -> dict[str, Any]:
    """Cancel the freeze's deadline, if enough of it is left."""
    if _to_be_frozen(work):
        work.mover.hold(work.context(), "target", work.least_seconds)
    return {}


def give_back(work: Work) -> dict[str, Any]:
    """The point of no return: from here on the source is the one that serves."""
    if work.move.serving == "target":
        work.update(serving="source", frozen_at=work.move.frozen_at or now(), freeze_deadline=None)
        work.enter_ledger("move.given_back", {"serving": "source", "loss_accepted": work.move.loss_accepted})
    return {}


def switch(work: Work) -> dict[str, Any]:
    """Make the names stand for what they stood for. Where the target never opened, the source need not wait for it."""
    if work.move.unopened:
        open_source(work)
    changes = work.tools.services.to_source(work.move, work.context().target_host)
    told = [{"name": c.name, "before": str(c.before), "after": str(c.after)} for c in changes]
    work.enter_ledger("move.switched_back", {"names": told})
    return {"names": told}


def open_source(work: Work) -> dict[str, Any]:
    """Let applications write on the source again."""
    if work.move.frozen_at is None:
        return {}
    seconds = frozen.thaw(work, "source")
    work.update(frozen_at=None, frozen_seconds=seconds)
    return {"frozen_seconds": seconds}


def judge_copy(work: Work) -> dict[str, Any]:
    """Decide what becomes of the target's copy: it is removed only where the source surely has all of it.

    Decided anew until it is gone, since somebody may write on it meanwhile; once it is to be kept, it is.
    """
    if not work.move.copy_kept:
        work.update(copy_kept=_to_be_spared(work))
    return {"copy_kept": work.move.copy_kept}


def tidy(work: Work) -> dict[str, Any]:
    """End the flow back, remove the target's copy or close it, remove what is temporary, put every setting back."""
    work.say("clean up")
    if work.move.loss_accepted and (lost := out_of_reach(work)):
        return _tidy_without_target(work, lost)
    frozen.stop_watching(work)
    work.mover.fold(work.context())
    judge_copy(work)  # ending the flow takes its time
    kept = work.move.copy_kept
    work.mover.clean(work.context(), "source" if kept else None)
    work.tools.services.settle(work.move, work.context().target_host, work.forget)
    work.leave_no_residue()
    note = ""
    if kept:
        work.enter_ledger("move.copy_kept", {"host": work.move.target, "why": kept})
        note = (
            f"{work.move.target} keeps its copy, real data closed to applications ({kept}): see what of it is needed, "
            "and remove it there by hand"
        )
    else:
        work.enter_ledger("move.copy_removed", {"host": work.move.target, "verification": work.move.verification})
    work.enter(Phase.ROLLED_BACK, note=note)
    work.anchor()
    return {}


def abandon(work: Work, error: DecantError) -> None:
    """Before the point of no return: let the target serve again, unless it never did yet, and say why."""
    if work.move.serving == "source":
        return
    note = f"rollback given up: {error.what}"
    if work.move.unopened:
        work.enter(Phase.CUTTING_OVER, note=note, loss_accepted=False)
        return
    work.say("thaw", note)
    if work.move.frozen_at is not None:
        frozen.thaw(work, "target")
    frozen.stop_watching(work)
    phase = Phase.BROKEN if work.move.loss_accepted else Phase.SOAKING
    work.enter(phase, note=note, frozen_at=None, freeze_deadline=None, loss_accepted=False)
    work.anchor()


def _to_be_spared(work: Work) -> str:
    """Why the target's copy has to stay; empty where the source was compared with it, and has all of it."""
    if work.move.loss_accepted:
        return "a person accepted that writes are lost, and they are there"
    seen = work.tools.store.get(Verification, work.move.verification) if work.move.verification else None
    if seen is None or not (seen.agrees and seen.frozen):
        return "no comparison of both sides, frozen, has agreed"
    return work.mover.still(work.context())


def _tidy_without_target(work: Work, lost: str) -> dict[str, Any]:
    """End on the source alone. What is noted of the target stays noted, and is said."""
    frozen.stop_watching(work)
    work.mover.forsake(work.context())
    work.tools.services.settle(work.move, work.context().target_host, work.forget)
    work.enter_ledger("move.target_forsaken", {"host": work.move.target, "why": lost})
    note = (
        f"{work.move.target} was out of reach ({lost}) and keeps all that it has of this move, real data too: see that "
        f"it serves nobody should it come back, and remove by hand what `decant moves {work.move.id} --residue` then shows"
    )
    work.enter(Phase.ROLLED_BACK, note=note)
    work.anchor()
    return {"lost": lost}


def _to_be_kept(work: Work) -> bool:
    return work.move.serving == "target" and not work.move.loss_accepted and not work.move.unopened


def _to_be_frozen(work: Work) -> bool:
    if work.move.serving == "source" or work.move.unopened:
        return False
    return not (work.move.loss_accepted and out_of_reach(work))
