"""What a cutover and a rollback share: one side is frozen, drained, compared, and thawed."""

import time
from datetime import timedelta

from estate.errors import RefusedError
from estate.records.base import now
from migration.context import Direction, Side
from migration.seeding import differing, sync
from migration.verify.base import Ahead
from migration.work import Work

PAUSE = 0.2
"""Seconds between two rounds of a drain that has not come to zero."""


def freeze(work: Work, side: Side) -> None:
    """Stop the writes on `side`, with a deadline that the host itself keeps. Safe to repeat."""
    seconds = work.freeze_seconds
    work.say("freeze", f"writes stop on {work.context().side(side).host}; at most {seconds:g} s")
    work.enter_ledger("move.freezing", {"side": side, "deadline_seconds": seconds})
    moment = now()
    work.update(frozen_at=work.move.frozen_at or moment, freeze_deadline=moment + timedelta(seconds=seconds))
    work.mover.freeze(work.context(), side, seconds)


def drain(work: Work, direction: Direction) -> str:
    """Carry over what is left until nothing is. Raises `RefusedError` where the deadline comes too near."""
    while True:
        lag = sync(work, direction)
        if lag.zero:
            return lag.text
        in_time(work)
        time.sleep(PAUSE)


def ahead(work: Work, side: Side) -> None:
    """Compare the bulk while `side` is written to, so that the freeze need not wait for it.

    A freeze that an interrupted attempt left is ended first: what that one had compared is not known any more.
    """
    if not isinstance(work.verifier, Ahead):
        return
    if work.move.frozen_at is not None:
        thaw(work, side)
        work.update(frozen_at=None, freeze_deadline=None)
    work.say("verify", "the bulk, while writes go on")
    work.rest = work.verifier.ahead(work.context())


def stop_watching(work: Work) -> None:
    """End what `ahead` began, on the hosts that answer."""
    work.rest = None
    if isinstance(work.verifier, Ahead):
        work.verifier.forget(work.context())


def prove(work: Work) -> None:
    """Compare both sides while nothing is written. Raises `UnfinishedError` where they differ."""
    work.say("verify")
    rest, work.rest = work.rest, None
    verification = rest.verify(work.context()) if rest else work.verifier.verify(work.context(), frozen=True)
    work.verified(verification)
    if not verification.agrees:
        raise differing(work, verification, "writes go on where they were")
    in_time(work)


def in_time(work: Work) -> None:
    """Raise `RefusedError` where too little of the deadline is left for a switch."""
    deadline = work.move.freeze_deadline
    if deadline is not None and (deadline - now()).total_seconds() < work.least_seconds:
        raise RefusedError(
            f"the freeze of {work.move.workload} ends before the switch could be made safely",
            "set move.freeze_seconds higher, or choose a quieter hour, and run again",
        )


def thaw(work: Work, side: Side) -> float:
    """Let writes go on at `side`; returns for how many seconds they had stopped.

    Once the flow was turned, nothing of it may reach a source that others write to, whatever becomes of the target.
    """
    if side == "source" and work.move.turned:
        work.mover.sever(work.context())
    work.mover.thaw(work.context(), side)
    began = work.move.frozen_at
    seconds = round((now() - began).total_seconds(), 3) if began else 0.0
    work.enter_ledger("move.thawed", {"side": side, "frozen_seconds": seconds})
    return seconds
