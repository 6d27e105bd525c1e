"""Holds a plan that a person edited against the rules: what it breaks is said, and nothing is refused. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from estate.documents.words import day
from estate.records.plan import Plan, Reached
from migration.planner.problem import Constraint, Deadline, Problem
from migration.planner.schedule import OBJECTIVES
from migration.planning.asked import Asked, Given, Unkept
from migration.planning.asking import ask_of
from migration.planning.calendar import Slot, slots
from migration.planning.evaluation import broken, measures, places
from migration.planning.kept import day_of
from migration.planning.outcome import unknown

_BREAKS = "plan.toml breaks a rule: "


@dataclass(frozen=True)
class Judged:
    """What is to be said of a plan, and what it is worth."""

    warnings: tuple[str, ...]
    reached: tuple[Reached, ...]
    """Without bounds: nobody proved how much better it could be."""
    broken: tuple[str, ...] = ()
    """The rules that it breaks, in words, without those that an accepted change allows it to."""
    late: bool = False
    """Whether a hard deadline, or a partner's last day, is missed, and no accepted change allows it."""


def judge(given: Given, plan: Plan) -> Judged:
    """Hold a plan against every rule of planning.toml."""
    dated = {wave.number: on for wave in plan.waves if (on := day_of(wave)) is not None}
    undated = [wave.number for wave in plan.waves if wave.number not in dated]
    wave_of = {move.workload: wave.number for wave in plan.waves for move in wave.moves if wave.number in dated}
    warnings = [
        f"wave {number} has no day (expected = 2027-01-16), so no rule on days was held against it"
        for number in undated
    ]
    if not wave_of:
        return Judged(tuple(warnings), ())
    given_days = {slot.day for slot in slots(given.planning, given.now)}
    if given_days:
        warnings += [
            f"wave {number} is planned for {day(on)}, "
            + (
                "a window that an accepted change opened: give it in planning.toml too"
                if _opened(plan, on)
                else "which is no window of planning.toml"
            )
            for number, on in dated.items()
            if on not in given_days and on >= given.today
        ]
    asked = asked_of(given, plan)
    if asked is None or asked.problem is None:
        return Judged(tuple(warnings), ())
    found = places(asked, plan)
    worth, left = measures(asked.problem, found), asked.standing.days
    said = (*_said(plan, asked.problem, found), *(_stays(plan, one) for one in asked.unkept))
    return Judged(
        (*warnings, *said),
        tuple(
            Reached.model_validate(
                {
                    "objective": name,
                    "value": worth[name] + (more := left.get(name, 0)),
                    "bound": None,
                    "standing": more,
                    **unknown(asked, name),
                }
            )
            for name in OBJECTIVES
        ),
        broken=tuple(one.removeprefix(_BREAKS) for one in said if one.startswith(_BREAKS)),
        late=any(one.change.words not in plan.changes for one in asked.unkept)
        or any(isinstance(one, Deadline) and not _accepted(plan, one) for one in broken(asked.problem, found)),
    )


def asked_of(given: Given, plan: Plan) -> Asked | None:
    """The problem that a plan as it is answers, its days beside the windows of planning.toml; None where none has one."""
    days = {
        wave.number: Slot(on, wave.window_start, wave.window_end)
        for wave in plan.waves
        if (on := day_of(wave)) is not None
    }
    wave_of = {move.workload: wave.number for wave in plan.waves for move in wave.moves if wave.number in days}
    return ask_of(given, wave_of, days) if wave_of else None


def _stays(plan: Plan, one: Unkept) -> str:
    if one.change.words in plan.changes:
        return f"not by planning.toml, but by an accepted change: {one.change.words}"
    return f"{_BREAKS}{one.rule.words}: {one.why.words}"


def _opened(plan: Plan, on: date) -> bool:
    """Whether a change that a person accepted opens the window of this day."""
    return any(
        change.rpartition(": ")[2].startswith("open ") and on.isoformat() in change for change in plan.changes
    )


def _accepted(plan: Plan, rule: Constraint) -> str:
    """What a person accepted instead of a rule; empty where nothing was."""
    begins = f"{rule.words}: "
    return next((change.removeprefix(begins) for change in plan.changes if change.startswith(begins)), "")


def _said(plan: Plan, problem: Problem, found: dict[str, str]) -> Sequence[str]:
    return [
        f"{one.words}: not by planning.toml, but by an accepted change ({accepted})"
        if (accepted := _accepted(plan, one))
        else f"{_BREAKS}{one.words}"
        for one in broken(problem, found)
    ]
