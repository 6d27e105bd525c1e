"""From nothing to READY: note what will be done, prepare, seed, follow the source until the lag is small, compare once."""

import math
import time
from collections.abc import Sequence
from typing import Any

from estate.canonical import canonical, sha256
from estate.errors import UnfinishedError
from estate.records.move import Description, Lag, Phase
from estate.records.verification import Verification
from migration.context import Direction
from migration.looking import known_by
from migration.work import Work

TRIES = 2
"""Comparisons of a live workload, before differences that are others each time are taken to be in flight."""

ROUNDS = 3
"""Rounds of catching up without the lag shrinking, after which what is left is left to the freeze."""

SHRINKS = 0.5
"""A lag below this share of the least one so far has shrunk: catching up does that, chance seldom."""


def begin(work: Work, description: Description, confirmed: Sequence[str]) -> None:
    """Note with the move, and in the ledger, what it will do; an approval of the same words still holds."""
    digest = sha256(canonical(description))
    approved = work.move.approved_by if digest == work.move.description_sha256 else None
    work.update(
        description=description,
        description_sha256=digest,
        approved_by=approved,
        confirmed=tuple(confirmed),
    )
    work.enter_ledger(
        "move.described", {"description": description, "sha256": digest, "confirmed": list(confirmed)}
    )
    if description.against_plan:
        work.against_plan(description.against_plan)
    work.enter(Phase.PREPARING)


def prepare(work: Work) -> dict[str, Any]:
    """Note and lower the names' time-to-live, and make what the copy needs."""
    work.say("prepare")
    work.tools.services.check(work.move, known_by(work.tools, work.move.source), work.context().target_host)
    work.tools.services.prepare(work.move, work.record, work.forget)
    work.mover.prepare(work.context())
    work.enter(Phase.SEEDING)
    return {}


def seed(work: Work) -> dict[str, Any]:
    """Make the first copy."""
    work.say("seed")
    started = time.monotonic()
    work.mover.seed(work.context())
    expected = work.move.description.bytes if work.move.description else None
    size = work.copied_bytes or work.move.bytes or expected or 0
    seconds = round(time.monotonic() - started, 3)
    work.enter(Phase.SYNCING, bytes=size)
    work.enter_ledger("move.seeded", {"bytes": size, "seconds": seconds})
    return {"bytes": size, "seconds": seconds}


def follow(work: Work) -> dict[str, Any]:
    """Catch up with the source until nothing is left, or what is left no longer shrinks."""
    least: float = math.inf
    rounds = 0
    while True:
        lag = sync(work, "forward")
        shrinks = lag.bytes is not None and lag.bytes < least * SHRINKS
        least = lag.bytes if shrinks and lag.bytes is not None else least
        rounds = 0 if shrinks else rounds + 1
        if lag.zero or rounds == ROUNDS:
            return {"lag": lag.text}


def compare(work: Work) -> dict[str, Any]:
    """Compare the two sides while the source is written to.

    A difference that is there twice, unchanged, is no write in flight: raises `UnfinishedError`.
    """
    seen: set[tuple[str, str, str]] = set()
    for _ in range(TRIES):
        work.pause_point()
        work.say("verify")
        verification = work.verifier.verify(work.context(), frozen=False)
        work.verified(verification)
        if verification.agrees:
            work.enter(Phase.READY)
            work.anchor()
            return {"agrees": True}
        now = {(check.name, check.source, check.target) for check in verification.checks if not check.agrees}
        lasting = seen & now
        if lasting:
            raise differing(work, verification, "they stayed as they were while the source was followed")
        seen = now
        sync(work, "forward")
    work.enter(Phase.READY, note="what differs is in flight; the cutover compares again, frozen")
    work.anchor()
    return {"agrees": False}


def sync(work: Work, direction: Direction) -> Lag:
    """One round of carrying over, noted with the move."""
    work.pause_point()
    lag = work.mover.sync(work.context(), direction)
    work.update(lag=lag)
    work.say("sync" if direction == "forward" else "sync back", "in step" if lag.zero else f"{lag.text} left")
    return lag


def differing(work: Work, verification: Verification, why: str) -> UnfinishedError:
    """The error for a verification that does not agree; it names the first differences."""
    wrong = [check.name for check in verification.checks if not check.agrees]
    shown = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return UnfinishedError(
        f"source and target of {work.move.workload} differ in {shown or 'the whole'}: {why}",
        f"see what `decant moves {work.move.id}` shows of them; mend it at the side that serves, and run again",
    )
