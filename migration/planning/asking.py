"""Makes a planner's problem of what is given. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from estate.documents.words import count, day, financial_year, some
from estate.errors import UsageError
from estate.graph import HUB
from estate.records.workload import Workload
from migration.plan import not_moving
from migration.planner.problem import Closed, Problem
from migration.planning.asked import Asked, Given, Kept, Part
from migration.planning.calendar import Slot, hidden, months_on, slots, supposed
from migration.planning.kept import kept
from migration.planning.measured import Paces, told, told_ahead
from migration.planning.parts import jobs, machines, paid_once, parts, talk
from migration.planning.rules import Rules
from migration.planning.stranded import standing, undecided, unfit
from migration.systems import links, shared_services

SLACK = 12
"""Supposed windows beyond those that would just do."""
FURTHER = 12
"""So many months after the horizon are thought of where no plan exists within it."""


def ask(given: Given) -> Asked:
    """The problem of planning anew. What runs or is done on a day that is past is left out of it, and kept.

    Raises `UsageError` where planning.toml names what is not there, or a day that is no window.
    """
    stays = kept(given)
    reasons = not_moving(given.estate)
    moving = [one for one in given.estate.workloads if one.id not in reasons and one.id not in stays.workloads]
    return _asked(given, moving, stays, None)


def ask_of(given: Given, wave_of: Mapping[str, int], days: Mapping[int, Slot]) -> Asked:
    """The problem that a person's own plan answers: its workloads, its waves' days beside the windows of the file.

    `wave_of` is the wave of each workload whose wave has a day, and `days` the window of each such wave.
    """
    moving = [one for one in given.estate.workloads if one.id in wave_of]
    stays = replace(kept(given), waves=(), slots={})
    return _asked(given, moving, stays, wave_of, {slot.day: slot for slot in days.values()})


def _asked(
    given: Given,
    moving: Sequence[Workload],
    stays: Kept,
    wave_of: Mapping[str, int] | None,
    more: Mapping[date, Slot] | None = None,
) -> Asked:
    own = slots(given.planning, given.now)
    if not own:
        weekly = 4  # or a little more
        own = supposed(
            given.today, _enough(given, moving) * weekly // min(given.windows_a_month or weekly, weekly)
        )
        # A pin is given where no windows are: its day is then one to plan with.
        own += [Slot(one.day, None, None) for one in given.planning.pin if one.day >= given.today]
    calendar = {slot.day: slot for slot in _thinned(own, given.windows_a_month)}
    extra = {on: slot for on, slot in stays.slots.items() if on not in calendar}
    longer = {
        on: slot
        for on, slot in {**stays.slots, **(more or {})}.items()
        if on in calendar and _is_longer(slot, calendar[on])
    }
    stays = replace(stays, slots=extra, longer=longer)
    laid = sorted({**calendar, **_shorter(more or {}, calendar), **extra}.values(), key=lambda slot: slot.day)
    found = parts(given, moving, wave_of)
    paces = Paces(given.planning, given.finished)
    counted, notes = jobs(given, found, paces)
    fits = bool(given.planning.window)
    cannot = {} if wave_of else unfit(given, counted, laid, fits, set(_fixed(found, stays.pins)))
    unplanned = {one.id: cannot[name] for name in cannot for one in found[name].workloads}
    found = {name: part for name, part in found.items() if name not in cannot}
    pounds, unpriced = paid_once(given, found, stays.workloads)
    counted = [replace(job, pounds=pounds.get(job.id, 0)) for job in counted if job.id not in cannot]
    apart = {name: f"it cannot be planned: {why}" for name, why in unplanned.items()}
    apart = {**dict.fromkeys(_left(given, found, stays), "plan.toml has it in no wave with a day"), **apart}
    left = standing(given, {*undecided(given, found), *(given.kinds[name].server for name in apart)}, laid)
    rules = Rules(given, found, counted, laid, stays, apart, _spent(stays, pounds))
    constraints = rules.constraints(fits=fits)
    problem = Problem(
        tuple(counted),
        tuple(machines(given, found, left.servers)),
        tuple(slot.window(given.today) for slot in laid),
        tuple(talk(given, found)),
        tuple(constraints),
    )
    spare = [] if wave_of else _after(given, laid)
    if counted and not wave_of and not stays.pins:
        _refuse_late_start(given, laid)

    def wider() -> Problem | None:
        if not spare or not counted:
            return None
        further = Rules(given, found, counted, [*laid, *spare], stays, apart, _spent(stays, pounds))
        horizon = Closed("horizon", _horizon(given), frozenset(), frozenset(slot.id for slot in spare))
        windows = (*problem.windows, *(slot.window(given.today) for slot in spare))
        return replace(problem, windows=windows, constraints=(*further.constraints(fits=fits), horizon))

    faults = [f"{name} cannot be planned: {why}" for name, why in cannot.items()]
    return Asked(
        problem=problem if counted else None,
        parts=found,
        slots={slot.id: slot for slot in laid},
        supposed=not given.planning.window,
        kept=stays,
        unplanned=unplanned,
        standing=left,
        spare={slot.id: slot for slot in spare},
        wider=wider,
        unkept=tuple(rules.unkept),
        observed=bool(given.estate.dependencies),
        durations=(
            *told([(one.kind, given.estate.how(one)) for one in moving], paces, given.planning),
            *told_ahead([(one, given.estate.how(one)) for one in moving if one.id not in apart], given.planning),
        ),
        notes=(
            *stays.notes,
            *_hidden(given),
            *_strangers(given),
            *notes,
            *unpriced,
            *rules.notes,
            *_hubs(given, moving),
            *_unobserved(given, found),
        ),
        faults=(*faults, *rules.faults, *([] if moving else _nothing(given, stays))),
    )


def _shorter(given: Mapping[date, Slot], calendar: Mapping[date, Slot]) -> Mapping[date, Slot]:
    """The windows of a person's plan that planning.toml does not have, or has with more room."""
    return {
        on: slot
        for on, slot in given.items()
        if on not in calendar
        or (slot.start is not None and slot.end is not None and slot.minutes < calendar[on].minutes)
    }


def _is_longer(slot: Slot, given: Slot) -> bool:
    """Whether the window of a plan ends later than the same window of planning.toml."""
    return slot.start == given.start and slot.end is not None and given.end is not None and slot.end > given.end


def _spent(stays: Kept, pounds: Mapping[str, int]) -> Mapping[str, int]:
    """What of each financial year's money went into what has moved already."""
    spent: Counter[str] = Counter()
    for wave in stays.waves:
        if wave.expected is not None:
            spent[financial_year(wave.expected)] += sum(pounds.get(move.workload, 0) for move in wave.moves)
    return spent


def _left(given: Given, found: Mapping[str, Part], stays: Kept) -> list[str]:
    """The workloads that are to move and are in no wave."""
    reasons, placed = not_moving(given.estate), {one.id for part in found.values() for one in part.workloads}
    there = placed | stays.workloads | reasons.keys() | given.states.keys()
    return [one.id for one in given.estate.workloads if one.id not in there]


def _after(given: Given, laid: Sequence[Slot]) -> list[Slot]:
    """The windows that a longer horizon would add."""
    if not given.planning.window:
        return []
    longer = given.planning.model_copy(update={"horizon_months": given.planning.horizon_months + FURTHER})
    last = max(slot.day for slot in laid)
    return [slot for slot in _thinned(slots(longer, given.now), given.windows_a_month) if slot.day > last]


def _refuse_late_start(given: Given, laid: Sequence[Slot]) -> None:
    """A first day that a person wrote is not bent: where no window comes after it, the horizon is too short."""
    first = given.planning.start.day
    if first is None or given.planning.pin or any(slot.day >= first for slot in laid):
        return
    months = (first.year - given.today.year) * 12 + first.month - given.today.month + 2
    raise UsageError(
        f"[start] of planning.toml lets nothing move before {day(first)}, and {_horizon(given)}: "
        "no window lies between",
        f"give horizon_months = {months} or more, or an earlier day",
    )


def _horizon(given: Given) -> str:
    until = months_on(given.today, given.planning.horizon_months)
    return f"nothing is planned after {day(until)} (horizon_months = {given.planning.horizon_months})"


def _thinned(own: Sequence[Slot], most: int | None) -> list[Slot]:
    """The first so many windows of each month; all of them where no number is given."""
    seen: Counter[tuple[int, int]] = Counter()
    found = []
    for slot in sorted(own, key=lambda one: one.day):
        seen[slot.day.year, slot.day.month] += 1
        if most is None or seen[slot.day.year, slot.day.month] <= most:
            found.append(slot)
    return found


def _fixed(found: Mapping[str, Part], pins: Collection[str]) -> list[str]:
    return [name for name, part in found.items() if any(one.id in pins for one in part.workloads)]


def _enough(given: Given, moving: Sequence[Workload]) -> int:
    """So many weekly windows that every workload has a place, with room for what must be apart."""
    weeks = given.planning.horizon_months * 52 // 12
    return max(weeks, 2 * len(moving) // given.planning.capacity.workloads + len(given.planning.before) + SLACK)


def _nothing(given: Given, stays: Kept) -> list[str]:
    """What is said where nothing moves because too little is known; where people decided that, there is no fault."""
    decided = {one.server for one in given.estate.assessments if one.disposition is not None}
    targets = {one.server.id for one in given.estate.targets}
    unknown = [
        one.id
        for one in given.estate.workloads
        if not one.os_owned and one.server not in decided | targets and one.id not in stays.workloads
    ]
    if not unknown:
        return []
    return [
        f"nothing can be planned, as too little is known of the servers of {count(len(unknown), 'workload')}: read "
        "them (`decant discover`) or import what is known of them, then `decant assess`"
    ]


def _hidden(given: Given) -> list[str]:
    days = hidden(given.planning, given.now)
    if not days:
        return []
    return [
        f"two windows of planning.toml fall on {count(len(days), 'day')}, the first on {day(days[0])}: a day has one "
        "window, and the longer of them counts; write one that holds both"
    ]


def _strangers(given: Given) -> list[str]:
    """What is said of names in systems.toml that fit nothing: a system is then planned without that part of it."""
    found = given.estate.strangers
    if not found:
        return []
    return [
        f"systems.toml names {count(len(found), 'workload')} that nobody has found: {some(found, 5)}; see "
        "`decant estate list`"
    ]


def _hubs(given: Given, moving: Sequence[Workload]) -> list[str]:
    """What is said of servers that everything talks with: that they draw nothing into their system."""
    found = shared_services(moving, links(moving, given.estate.dependencies))
    if not found:
        return []
    each = "serves" if len(found) == 1 else "serve"
    return [
        f"{some(found, 5)} {each} more than {HUB} other servers: what talks with such a server is not thereby made one "
        "system with it, and the connection counts as cut where they move in different windows"
    ]


def _unobserved(given: Given, found: Mapping[str, Part]) -> list[str]:
    """What is said where a plan rests on servers that nobody has read, or on no talk at all."""
    leaving = {server for part in found.values() for server in part.servers}
    unread = [one.server.id for one in given.estate.servers if one.server.id in leaving and not one.server.reached]
    notes = []
    if unread and len(unread) == len(leaving):
        notes.append(
            "none of the servers that move was ever read: sizes, dependencies and what is inside are unknown, and the "
            "plan rests on what was imported alone"
        )
    elif unread:
        servers = count(len(unread), "server that moves", "servers that move")
        notes.append(
            f"{servers} {'was' if len(unread) == 1 else 'were'} never read: what talks to what is not known"
        )
    if len(leaving) > 1 and not given.estate.dependencies:
        notes.append("no dependency is known, so nothing says what should move together: run `decant observe`")
    return notes
