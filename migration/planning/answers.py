"""Has the planner solve a problem, and keeps a plan that is as good as the new one.

Import it late: the planner takes over a second to load.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from estate.progress import Progress, silent
from estate.records.plan import Plan
from migration.planner.problem import Problem
from migration.planner.schedule import OBJECTIVES, Impossible, Measure, Schedule
from migration.planner.solve import solve
from migration.planning.asked import Asked
from migration.planning.evaluation import Places, broken, measures, places
from migration.planning.sooner import sooner

SECONDS = 10.0
"""What a planner may take, unless a person says otherwise."""


@dataclass(frozen=True)
class Answer:
    """What came of asking. `schedule` is None where nothing is to be planned, or no plan keeps every rule."""

    schedule: Schedule | None
    impossible: Impossible | None = None


def answer(asked: Asked, seconds: float = SECONDS, before: Plan | None = None, told: Progress = silent) -> Answer:
    """The best schedule, or why there is none.

    Of two that are worth the same, the plan `before` stays. Raises `UnfinishedError` where the time was too short.
    """
    if asked.problem is None:
        return Answer(None, _unkept(asked, None) if asked.unkept else None)
    found = solve(asked.problem, seconds, told=told, wider=asked.wider)
    impossible = found if isinstance(found, Impossible) else None
    if asked.unkept:
        return Answer(None, _unkept(asked, impossible))
    if isinstance(found, Impossible):
        return Answer(None, found)
    return Answer(_steady(asked, _sooner(asked.problem, found), before))


def _unkept(asked: Asked, impossible: Impossible | None) -> Impossible:
    """With the rules of what no wave holds, which the planner never saw; each is a conflict by itself."""
    ours = [one.both for one in asked.unkept]
    changes = tuple(one.change for one in asked.unkept)
    if impossible is None:
        return Impossible(tuple(ours), changes, asked.problem or Problem((), (), ()), ("",) * len(ours))
    return replace(
        impossible,
        conflicts=(*ours, *impossible.conflicts),
        changes=(*changes, *impossible.changes),
        reasons=(*("" for _ in ours), *impossible.reasons) if impossible.reasons else (),
    )


def mended(impossible: Impossible, seconds: float = SECONDS, told: Progress = silent) -> Answer:
    """The best schedule with the least change applied."""
    if not impossible.mended.jobs:
        return Answer(None, impossible)
    found = solve(impossible.mended, seconds, told=told)
    return Answer(_sooner(impossible.mended, found) if isinstance(found, Schedule) else None, impossible)


def _sooner(problem: Problem, found: Schedule) -> Schedule:
    """The same with what nothing holds back moved forward, which may also make it better."""
    forward = sooner(problem, found.windows)
    return replace(found, windows=forward, measures=_measures(problem, forward, found.measures))


def _measures(problem: Problem, windows: Places, proved: Sequence[Measure]) -> tuple[Measure, ...]:
    """What these windows are worth; a bound that supposes another value of an earlier objective is given up."""
    worth, as_proved, found = measures(problem, windows), True, []
    for one in proved:
        value = worth[one.name]
        found.append(Measure(one.name, value, min(one.bound, value) if as_proved else 0))
        as_proved = as_proved and value == one.value
    return tuple(found)


def _steady(asked: Asked, found: Schedule, before: Plan | None) -> Schedule:
    """The schedule, or that of the plan before where it keeps every rule and is worth as much: so plans stay put."""
    if before is None or asked.problem is None:
        return found
    old: Places = places(asked, before)
    if len(old) < len(asked.parts) or broken(asked.problem, old):
        return found
    new = found.windows
    if _rank(asked.problem, old) > _rank(asked.problem, new):
        return found
    return Schedule(old, _measures(asked.problem, old, found.measures), found.seconds)


def _rank(problem: Problem, windows: Places) -> list[int]:
    """What a plan is worth, and of equals, how soon it is over."""
    worth, day = measures(problem, windows), {one.id: one.day for one in problem.windows}
    return [*(worth[name] for name in OBJECTIVES), sum(day[window] for window in windows.values())]
