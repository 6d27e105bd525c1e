"""The planner's one door: a problem in, the best plan out, or why there is none."""

from collections.abc import Callable
from time import monotonic

from estate.errors import UnfinishedError
from estate.progress import Progress, silent
from migration.planner.changes import impossible
from migration.planner.check import check
from migration.planner.exact import Found, exact
from migration.planner.feasible import Feasibility, hopeless
from migration.planner.greedy import greedy
from migration.planner.large import large
from migration.planner.packed import packed
from migration.planner.problem import Problem
from migration.planner.schedule import OBJECTIVES, Impossible, Measure, Schedule
from migration.planner.swaps import pressed
from migration.planner.translate import Translation

SEED = 4
SMALL = 60
"""Up to so many jobs are planned in one model, to the proof."""

TO_BETTER = 0.3
"""The share of the time for making a plan better that was all that could be found."""
TO_EXPLAIN = 0.6
"""The share of the time that there is at least for saying why no plan exists, however late that was found out."""


def solve(
    problem: Problem,
    seconds: float,
    *,
    workers: int = 2,
    seed: int = SEED,
    told: Progress | None = None,
    wider: Callable[[], Problem | None] | None = None,
) -> Schedule | Impossible:
    """The best plan that is found in about so many seconds, with a proved bound for each objective.

    `wider` gives the same problem with windows that a constraint of its own closes (the end of what is planned for):
    where no plan exists, conflicts and changes are of that, so that opening these is among the changes.
    It ends sooner where the plan is proved to be the best. Raises `UsageError` for a problem that cannot be put, and
    `UnfinishedError` where the time was too short to find a plan or to prove that there is none.
    """
    started = monotonic()
    until = started + seconds
    check(problem)
    translation = Translation(problem)
    tables = translation.tables()
    if hopeless(tables):
        found = Found(impossible=True)
    elif len(problem.jobs) <= SMALL:
        found = exact(tables, until, workers, seed, greedy(tables), told or silent)
    else:
        found = large(tables, seconds, workers, seed, told or silent)
    if found.impossible:
        until = max(until, monotonic() + seconds * TO_EXPLAIN)
        meant = wider() if wider is not None else None
        return impossible(Feasibility(meant or problem, until, workers, seed))
    if found.at is None and (at := packed(tables)) is not None:
        # Deadlines leave so little room that only what looks at nothing else found a plan: nothing of it is proved.
        at = pressed(tables, at, monotonic() + seconds * TO_BETTER)
        values = zip(OBJECTIVES, tables.measures(at), strict=True)
        found = Found(at, measures=[Measure(name, value, 0.0) for name, value in values])
    if found.at is None:
        raise UnfinishedError(
            f"no plan was found in {seconds:g} seconds, and no proof that there is none", "give it more time"
        )
    return Schedule(translation.named(found.at), tuple(found.measures), monotonic() - started)
