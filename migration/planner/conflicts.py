"""Why there is no plan: every disjoint minimal set of constraints that cannot hold together."""

from collections.abc import Sequence

from migration.planner.feasible import Feasibility
from migration.planner.problem import Constraint

Conflict = tuple[Constraint, ...]


def conflicts(feasibility: Feasibility) -> tuple[Conflict, ...]:
    """Each set cannot hold together and does once any of it is dropped; no two share a constraint.

    Each is taken out whole before the next is looked for, until what is left can hold.
    Raises `UnfinishedError` where the time was too short.
    """
    left = list(feasibility.problem.constraints)
    found: list[Conflict] = []
    while not feasibility.holds(left):
        conflict = _minimal(feasibility, [], left, news=False)
        found.append(tuple(one for one in left if one in conflict))
        left = [one for one in left if one not in conflict]
    return tuple(found)


def _minimal(
    feasibility: Feasibility, kept: Sequence[Constraint], suspects: Sequence[Constraint], news: bool
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
