"""What people decided of one move before it is made: in the plan, and by overrides. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from estate.documents.words import count, moment
from estate.errors import RefusedError
from estate.records.move import Move, Phase
from estate.records.plan import Plan, PlannedMove, Wave

_SERVES_THERE = frozenset({Phase.SOAKING, Phase.BROKEN, Phase.ACCEPTING, Phase.ACCEPTED})


@dataclass(frozen=True)
class Decided:
    """The plan that holds, and why workloads of some servers stay, by the server's name."""

    plan: Plan | None = None
    staying: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Word:
    """What was decided, in lines for people; what of it a move contradicts; and what they should look at."""

    says: tuple[str, ...]
    against: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def consult(decided: Decided, draft: Move, moves: Sequence[Move], at: datetime) -> Word:
    """What was decided of the workload that `draft` would move; `moves` are all that there are."""
    staying = decided.staying.get(draft.source)
    stays = (f"{draft.source}: {staying}",) if staying else ()
    if decided.plan is None:
        return Word(("there is no plan", *stays), stays)
    found = _place(decided.plan, draft.workload)
    if found is None:
        reason = decided.plan.not_moving.get(draft.workload)
        if reason is None:
            said = "the plan does not know it yet: run `decant plan`"
            return Word((said, *stays), stays, (said,))
        said = f"the plan does not move it: {reason}"
        return Word((said, *stays), (said, *stays))
    wave, planned = found
    says = f"wave {wave.number} ({wave.name}), to {planned.target or 'a target yet to be said'}{_window(wave)}"
    elsewhere = planned.target not in {None, draft.target}
    against = (f"the plan moves it to {planned.target}",) if elsewhere else ()
    outside = outside_window(decided, draft.workload, at)
    late = (f"{outside}: it is copied all the same, and the cutover waits for the window",) if outside else ()
    return Word((says, *stays), (*against, *stays), (*_too_early(decided.plan, wave, moves), *late))


def outside_window(decided: Decided, workload: str, at: datetime) -> str:
    """How `at` lies outside the window of the workload's wave; empty where it does not, or no window is planned."""
    found = _place(decided.plan, workload) if decided.plan else None
    if found is None:
        return ""
    wave, _ = found
    early = wave.window_start is not None and at < wave.window_start
    late = wave.window_end is not None and at > wave.window_end
    return f"the window of wave {wave.number} is{_window(wave).removeprefix(',')}" if early or late else ""


def require(what: str, against: Sequence[str], reason: str) -> None:
    """Raise `RefusedError` where something is against what was decided and no `reason` is given."""
    if against and not reason.strip():
        raise RefusedError(
            f"{what} is against what was decided: {'; '.join(against)}",
            "change plan.toml (or overrides.toml and `decant assess`) and run `decant plan`, "
            "or say why not with --against-plan REASON, which goes into the ledger",
        )


def _place(plan: Plan, workload: str) -> tuple[Wave, PlannedMove] | None:
    its = ((wave, move) for wave in plan.waves for move in wave.moves if move.workload == workload)
    return next(its, None)


def _window(wave: Wave) -> str:
    parts = [
        f"{word} {moment(at)}"
        for word, at in (("from", wave.window_start), ("until", wave.window_end))
        if at is not None
    ]
    return f", {' '.join(parts)}" if parts else ""


def _too_early(plan: Plan, wave: Wave, moves: Sequence[Move]) -> list[str]:
    """What should have moved before; of what Decant does not move itself, it cannot tell."""
    there = {move.workload for move in moves if move.phase in _SERVES_THERE}
    before = [move for earlier in plan.waves if earlier.number < wave.number for move in earlier.moves]
    waiting = [move.workload for move in before if move.how == "decant" and move.workload not in there]
    others = sum(move.how != "decant" for move in before)
    found = []
    if waiting:
        found.append(f"out of order: not cut over yet of earlier waves: {', '.join(waiting)}")
    if others:
        found.append(
            f"{count(others, 'workload')} of earlier waves move without Decant: see for yourself that they have"
        )
    return found
