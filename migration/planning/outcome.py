"""What the planner answered, as a plan for people. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from estate.records.plan import Conflict, Plan, PlannedMove, Reached, Wave
from estate.records.workload import Workload
from migration.plan import PLAN_ID, not_moving, proposed_targets, wave_name, with_crossing
from migration.planner.problem import Fits, Pilot
from migration.planner.schedule import OBJECTIVES, Impossible, Measure, Schedule
from migration.planning import accepted
from migration.planning.asked import Asked, Given
from migration.planning.parts import pressing


def plan_of(given: Given, asked: Asked, answer: Schedule | None, impossible: Impossible | None = None) -> Plan:
    """The plan of a schedule, with what is kept in front; every other workload is in `not_moving`, with the reason.

    `impossible` says which rules were changed for it. Without an answer nothing is planned but what is kept.
    """
    solved = _waves(given, asked, answer.windows, longer(asked, impossible)) if answer else []
    numbered = [
        wave.model_copy(update={"number": number}) for number, wave in enumerate([*asked.kept.waves, *solved], 1)
    ]
    placed = {move.workload for wave in numbered for move in wave.moves}
    staying = {name: why for name, why in not_moving(given.estate).items() if name not in placed}
    unplanned = {name: f"it cannot be planned: {why}" for name, why in asked.unplanned.items()}
    return Plan(
        id=PLAN_ID,
        waves=with_crossing(numbered, given.estate.links),
        not_moving={**staying, **unplanned},
        reached=worth(asked, measured(asked, answer)),
        conflicts=conflicts(impossible),
        changes=tuple(change.words for change in impossible.changes) if impossible else (),
        accepted=(
            *(accepted.of(change, given.today) for change in (impossible.changes if impossible else ())),
            *accepted.kept(given.before, asked.kept.longer),
        ),
        at=given.now,
    )


def worth(asked: Asked, measures: Sequence[Measure]) -> tuple[Reached, ...]:
    """What a schedule is worth as a plan keeps it: what is in no wave makes it no better, and is counted with it."""
    found = []
    for one in measures:
        more = asked.standing.days.get(one.name, 0)
        about = {"objective": one.name, "value": one.value + more, "bound": one.bound + more, "standing": more}
        found.append(Reached.model_validate({**about, **unknown(asked, one.name)}))
    return tuple(found)


def unknown(asked: Asked, objective: str) -> Mapping[str, object]:
    """What is said of dependencies cut where none was observed: nothing is known of them, and nothing proved."""
    return {"unknown": True, "bound": None} if objective == "cut" and not asked.observed else {}


def measured(asked: Asked, answer: Schedule | None) -> Sequence[Measure]:
    """Of an answer; and nothing by itself where nothing can be planned, but of what stands in no wave."""
    if answer is not None:
        return answer.measures
    alone = asked.problem is None and asked.standing.servers
    return [Measure(name, 0, 0) for name in OBJECTIVES] if alone else ()


def conflicts(impossible: Impossible | None) -> tuple[Conflict, ...]:
    """Every set of rules that cannot hold together, in words."""
    if impossible is None:
        return ()
    return tuple(Conflict(rules=tuple(one.words for one in held)) for held in impossible.conflicts)


def longer(asked: Asked, impossible: Impossible | None) -> Mapping[str, datetime]:
    """By window that is longer than planning.toml has it, by the least change or as it is kept: when it then ends."""
    minutes = {job.id: job.minutes for job in asked.problem.jobs} if asked.problem else {}
    found = {slot.id: slot.end for slot in asked.kept.longer.values() if slot.end is not None}
    for change in impossible.changes if impossible else ():
        if not isinstance(change.instead, Fits):
            continue
        for window in change.instead.longer:
            slot = asked.slots.get(window) or asked.spare[window]
            if slot.start is not None and slot.end is not None:
                ends = slot.start.astimezone(UTC) + timedelta(minutes=minutes[change.instead.job])
                found[window] = max(found.get(window, slot.end), ends.astimezone(slot.end.tzinfo))
    return found


def _waves(given: Given, asked: Asked, windows: Mapping[str, str], ends: Mapping[str, datetime]) -> list[Wave]:
    held: dict[str, list[str]] = defaultdict(list)
    for job, window in windows.items():
        held[window].append(job)
    moving = [one for part in asked.parts.values() for one in part.workloads]
    targets = proposed_targets(moving, given.estate)
    before = {move.workload: move for wave in (given.before.waves if given.before else ()) for move in wave.moves}
    rules = asked.problem.constraints if asked.problem else ()
    pilot = {window for one in rules if isinstance(one, Pilot) for window in one.windows}
    made = []
    for window in sorted(held):
        slot = asked.slots.get(window) or asked.spare[window]
        jobs = sorted(held[window])
        made.append(
            Wave(
                number=0,
                name=wave_name(jobs),
                expected=slot.day,
                window_start=slot.start,
                window_end=ends.get(window, slot.end),
                pilot=window in pilot,
                moves=tuple(
                    _move(given, asked, job, one, targets[one.id], before.get(one.id))
                    for job in jobs
                    for one in asked.parts[job].workloads
                ),
            )
        )
    return made


def _move(
    given: Given, asked: Asked, job: str, workload: Workload, target: str | None, before: PlannedMove | None
) -> PlannedMove:
    state = given.states.get(workload.id, "planned")
    stays = before is not None and (before.pinned or state != "planned")
    return PlannedMove.model_validate(
        {
            "workload": workload.id,
            "target": (before.target if before is not None and stays else None) or target,
            "bytes": workload.bytes,
            "how": given.estate.how(workload),
            "why": "; ".join(short(given, asked, job, workload)),
            "pinned": before is not None and before.pinned,
            "state": state,
        }
    )


def short(given: Given, asked: Asked, job: str, workload: Workload) -> Sequence[str]:
    """Why a workload is where it is, as far as it fits into a line."""
    words = []
    others = [one.id for one in asked.parts[job].workloads if one.id != workload.id]
    if workload.system and others:
        words.append(f"with the system {workload.system}")
    elif others:
        # Nobody has confirmed that they belong together: they use each other, or one server.
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        words.append(f"proposed together with {others[0]}{more}")
    return [*words, *pressing(given, workload.server)]


def last_day(plan: Plan) -> date | None:
    """The day of the last wave; None where no wave has one."""
    return max((wave.expected for wave in plan.waves if wave.expected), default=None)
