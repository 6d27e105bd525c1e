"""Why there is no plan: every disjoint minimal set of constraints that cannot hold together."""

from collections.abc import Hashable, Sequence

import numpy as np

from estate.errors import UnfinishedError
from migration.planner.counted import counted
from migration.planner.feasible import Feasibility
from migration.planner.problem import Constraint

Conflict = tuple[Constraint, ...]


def conflicts(feasibility: Feasibility) -> tuple[tuple[Conflict, ...], bool]:
    """Each set cannot hold together and does once any of it is dropped; no two share a constraint.

    Each is taken out whole before the next is looked for, until what is left can hold. The second answer is whether
    there was time for that: where there was not, the sets are those that were found.
    """
    left = list(feasibility.problem.constraints)
    found: list[Conflict] = []
    try:
        while not feasibility.holds(left):
            few = counted(feasibility, left)
            conflict = (
                few if few and _minimal_already(feasibility, few) else _minimal(feasibility, [], few or left)
            )
            members = {one.id for one in conflict}
            found.append(tuple(one for one in left if one.id in members))
            left = [one for one in left if one.id not in members]
    except UnfinishedError:
        return tuple(found), False
    return tuple(found), True


def _minimal_already(feasibility: Feasibility, conflict: Sequence[Constraint]) -> bool:
    """Whether what is left holds, whichever is dropped; of those that say the same of like jobs, one is asked."""
    translation = feasibility.translation
    forbids = np.zeros((len(translation.job), len(translation.window)), np.int64)
    for one in conflict:
        rows, windows = translation.forbidden(one)
        forbids[rows] += windows
    alike: dict[Hashable, Constraint] = {}
    for one in conflict:
        rows, windows = translation.forbidden(one)
        if len(rows) != 1:
            alike[one.id] = one
            continue
        job, row = feasibility.problem.jobs[rows[0]], forbids[rows[0]]
        uses = job.workloads, job.mebibytes, job.pounds, job.low_risk, tuple(sorted(job.effort.items()))
        alike[uses, (row == 0).tobytes(), (row - windows == 0).tobytes()] = one
    return all(feasibility.holds([one for one in conflict if one is not dropped]) for dropped in alike.values())


def _minimal(
    feasibility: Feasibility, kept: Sequence[Constraint], suspects: Sequence[Constraint], news: bool = False
) -> list[Constraint]:
    """The fewest of the suspects that, with what is kept, cannot hold; by halves (Junker's QuickXplain, 2004).

    `news` says that something was added to `kept` since it was last known to hold.
    """
    if news and not feasibility.holds(kept):
        return []
    if len(suspects) == 1:
        return list(suspects)
    half = len(suspects) // 2
    first, second = suspects[:half], suspects[half:]
    of_second = _minimal(feasibility, [*kept, *first], second, news=bool(first))
    of_first = _minimal(feasibility, [*kept, *of_second], first, news=bool(of_second))
    return [*of_first, *of_second]
