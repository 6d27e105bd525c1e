"""Has the planner solve a problem, and keeps a plan that is as good as the new one.

Import it late: the planner takes over a second to load.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from estate.progress import Progress, silent
from estate.records.plan import Plan
from migration.planner.schedule import OBJECTIVES, Impossible, Measure, Schedule
from migration.planner.solve import solve
from migration.planning.asked import Asked
from migration.planning.evaluation import Places, broken, measures, places

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
        return Answer(None)
    found = solve(asked.problem, seconds, told=told)
    if isinstance(found, Impossible):
        return Answer(None, found)
    return Answer(_steady(asked, found, before))


def mended(impossible: Impossible, seconds: float = SECONDS, told: Progress = silent) -> Answer:
    """The best schedule with the least change applied."""
    found = solve(impossible.mended, seconds, told=told)
    return Answer(found if isinstance(found, Schedule) else None, impossible)


def _steady(asked: Asked, found: Schedule, before: Plan | None) -> Schedule:
    """The schedule, or that of the plan before where it keeps every rule and is worth as much: so plans stay put."""
    if before is None or asked.problem is None:
        return found
    old: Places = places(asked, before)
    if len(old) < len(asked.parts) or broken(asked.problem, old):
        return found
    worth = measures(asked.problem, old)
    new: Mapping[str, int] = {one.name: one.value for one in found.measures}
    if [worth[name] for name in OBJECTIVES] > [new[name] for name in OBJECTIVES]:
        return found
    kept = tuple(Measure(one.name, worth[one.name], min(one.bound, worth[one.name])) for one in found.measures)
    return Schedule(old, kept, found.seconds)
