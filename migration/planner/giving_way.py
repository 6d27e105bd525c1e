"""Some plan for a problem that has none, quickly: of each conflict one constraint gives way, the rest is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from migration.planner.feasible import Feasibility, hopeless
from migration.planner.greedy import greedy
from migration.planner.problem import AtMost, Budget, Closed, Constraint, Pilot, Together
from migration.planner.tables import Flags, Numbers, Tables

WIDE = (AtMost, Together, Budget, Closed, Pilot)
"""What gives way first: one limit that does may spare many jobs' own constraints."""
MORE = (1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 2.0, 2.5, 3.0, 5.0, 10.0, 1e6)
"""By how much limits are raised: the least of these with which a plan was found counts."""


@dataclass(frozen=True)
class Given:
    """A plan, and the constraints that may have to change for it."""

    numbers: Numbers
    at: Mapping[str, str]
    """Window by job."""
    may: tuple[Constraint, ...]


def some_plan(feasibility: Feasibility, conflicts: Sequence[Sequence[Constraint]]) -> Given | None:
    """A plan that breaks one constraint of each conflict at the most, and no other; None where none was found."""
    broken = tuple(min(one, key=_width) for one in conflicts)
    if not broken:
        return None
    limited = {one.id for one in broken if isinstance(one, AtMost | Together | Budget)}
    gone = {one.id for one in broken} - limited
    kept = [one for one in feasibility.problem.constraints if one.id not in gone]
    tables = feasibility.translation.tables(kept)
    of = [one for one in kept if feasibility.translation.limit(one) is not None]
    numbers = [number for number, one in enumerate(of) if one.id in limited]
    where = _where(
        feasibility, [one for conflict in conflicts for one in conflict if one.id not in limited | gone]
    )
    first, last, best = 0, len(MORE), None
    while first < last and monotonic() < feasibility.until:
        middle = (first + last) // 2
        raised = _raised(tables, numbers, MORE[middle], where)
        at = None if hopeless(raised) else greedy(raised)
        if at is None:
            first = middle + 1
        else:
            last, best = middle, at
    return None if best is None else Given(best, feasibility.translation.named(best), broken)


def _width(one: Constraint) -> int:
    return next((number for number, kind in enumerate(WIDE) if isinstance(one, kind)), len(WIDE))


def _where(feasibility: Feasibility, rest: Sequence[Constraint]) -> Flags:
    """The windows that the conflicts' other constraints leave to some jobs: there it is that limits are too small."""
    allowed = feasibility.translation.tables(rest).allowed
    pressed = ~allowed.all(axis=1)
    found: Flags = np.zeros(len(allowed[0]), np.bool_)
    for row in allowed[pressed] if pressed.any() else allowed:
        found |= row
    return found


def _raised(tables: Tables, numbers: Sequence[int], more: float, where: Flags) -> Tables:
    limits = list(tables.limits)
    for number in numbers:
        limit = limits[number]
        pools = np.unique(limit.pool[where])
        pools = pools[pools >= 0]
        most = limit.most.copy()
        top = int(limit.use.sum())
        most[pools] = np.minimum(top, np.ceil(np.maximum(1, most[pools]) * more)).astype(np.int64)
        limits[number] = replace(limit, most=np.maximum(most, limit.most))
    return replace(tables, limits=tuple(limits))
