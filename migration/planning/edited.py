"""Holds a plan that a person edited against the rules: what it breaks is said, and nothing is refused. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from estate.documents.words import day, moment
from estate.records.plan import Plan, Reached
from migration.planner.problem import Deadline
from migration.planner.schedule import OBJECTIVES
from migration.planner.wording import change_of
from migration.planning.accepted import excuse, lengthens
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

    def of(self, plan: Plan) -> Plan:
        """The plan with what was judged of it, and without changes that nobody accepted."""
        accepted = {one.words for one in plan.accepted}
        changes = tuple(words for words in plan.changes if words in accepted)
        return plan.model_copy(update={"reached": self.reached, "broken": self.broken, "changes": changes})


def judge(given: Given, plan: Plan) -> Judged:
    """Hold a plan against every rule of planning.toml. Of its changes, only those in `accepted` excuse anything."""
    dated = {wave.number: on for wave in plan.waves if (on := day_of(wave)) is not None}
    undated = [wave.number for wave in plan.waves if wave.number not in dated]
    warnings = [
        f"wave {number} has no day (expected = 2027-01-16), so no rule on days was held against it"
        for number in undated
    ]
    accepted = {one.words for one in plan.accepted}
    warnings += [
        f"plan.toml lists a change of the rules that nobody accepted, so it excuses nothing: {words}"
        for words in plan.changes
        if words not in accepted
    ]
    own = {slot.day: slot for slot in slots(given.planning, given.now)}
    outside = list(_outside(given, plan, dated, own)) if own else []
    warnings += [told for told, is_broken in outside if not is_broken]
    asked = asked_of(given, plan)
    found = places(asked, plan)
    said = [f"{_BREAKS}{told}" for told, is_broken in outside if is_broken]
    late = any(one.change.words not in accepted for one in asked.unkept)
    said += [_stays(plan, one) for one in asked.unkept]
    reached: tuple[Reached, ...] = ()
    needs: dict[str, str] = {}
    if asked.problem is not None:
        worth, left = measures(asked.problem, found), asked.standing.days
        reached = tuple(
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
        )
        for rule in broken(asked.problem, found):
            by = excuse(plan.accepted, rule, asked.problem, found, given.today)
            late = late or (isinstance(rule, Deadline) and not by)
            if by:
                said.append(f"{rule.words}: not by planning.toml, but by an accepted change ({by})")
            else:
                said.append(f"{_BREAKS}{rule.words}")
                needs[said[-1]] = change_of(asked.problem, rule, found).words.removeprefix(f"{rule.words}: ")
    told = [f"{one}. To let it stand: {needs[one]}" if one in needs else one for one in said]
    return Judged(
        (*warnings, *told),
        reached,
        broken=tuple(one.removeprefix(_BREAKS) for one in said if one.startswith(_BREAKS)),
        late=late,
    )


def _outside(
    given: Given, plan: Plan, dated: Mapping[int, date], own: Mapping[date, Slot]
) -> Iterator[tuple[str, bool]]:
    """What lies outside the windows of planning.toml, and whether that breaks a rule: no accepted change allows it."""
    for wave in plan.waves:
        on = dated.get(wave.number)
        if on is None or on < given.today:
            continue
        window = own.get(on)
        if window is None:
            if _opened(plan, on):
                opened = "a window that an accepted change opened: give it in planning.toml too"
                yield f"wave {wave.number} is planned for {day(on)}, {opened}", False
            else:
                yield f"wave {wave.number} is planned for {day(on)}, which is no window of planning.toml", True
        elif window.start and window.end and wave.window_start and wave.window_end:
            begins, ends = wave.window_start < window.start, wave.window_end > window.end
            if begins or (ends and not _lengthened(plan, on)):
                yield (
                    f"wave {wave.number} has a window from {moment(wave.window_start)} to {moment(wave.window_end)}, and "
                    f"that of planning.toml is from {moment(window.start)} to {moment(window.end)}",
                    True,
                )


def asked_of(given: Given, plan: Plan) -> Asked:
    """The problem that a plan as it is answers, its days beside the windows of planning.toml."""
    days = {
        wave.number: Slot(on, wave.window_start, wave.window_end)
        for wave in plan.waves
        if (on := day_of(wave)) is not None
    }
    wave_of = {move.workload: wave.number for wave in plan.waves for move in wave.moves if wave.number in days}
    return ask_of(given, wave_of, days)


def _stays(plan: Plan, one: Unkept) -> str:
    if one.change.words in {each.words for each in plan.accepted}:
        return f"not by planning.toml, but by an accepted change: {one.change.words}"
    return f"{_BREAKS}{one.rule.words}: {one.why.words}"


def _opened(plan: Plan, on: date) -> bool:
    """Whether a change that a person accepted opens the window of this day."""
    return any(
        one.words.rpartition(": ")[2].startswith("open ") and on.isoformat() in one.words for one in plan.accepted
    )


def _lengthened(plan: Plan, on: date) -> bool:
    """Whether a change that a person accepted makes the window of this day longer."""
    return any(lengthens(one, on.isoformat()) for one in plan.accepted)
