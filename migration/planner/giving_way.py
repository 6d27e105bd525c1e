"""Some plan for a problem that has none, quickly: of each conflict one constraint gives way, the rest is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from migration.planner.crowds import crowd
from migration.planner.feasible import Feasibility, hopeless
from migration.planner.greedy import greedy
from migration.planner.packed import packed
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
    where = _where(feasibility, conflicts)
    first, last, best = 0, len(MORE), None
    while first < last and monotonic() < feasibility.until:
        middle = (first + last) // 2
        raised = _raised(tables, numbers, MORE[middle], where)
        at = packed(raised)
        if at is None and not hopeless(raised):
            at = greedy(raised)
        if at is None:
            first = middle + 1
        else:
            last, best = middle, at
    if best is None:
        return None
    best = _eased(tables, best, feasibility.until)
    return Given(best, feasibility.translation.named(best), broken)


def _width(one: Constraint) -> int:
    return next((number for number, kind in enumerate(WIDE) if isinstance(one, kind)), len(WIDE))


def _where(feasibility: Feasibility, conflicts: Sequence[Sequence[Constraint]]) -> Flags:
    """The windows in which limits are too small, as far as a count tells; all of them where it tells nothing."""
    found = np.zeros(len(feasibility.problem.windows), np.bool_)
    for conflict in conflicts:
        full = crowd(feasibility.translation.tables(conflict))
        if full is not None:
            found |= full.windows
        elif any(isinstance(one, AtMost | Together | Budget) for one in conflict):
            return np.ones_like(found)
    return found


def _eased(tables: Tables, at: Numbers, until: float) -> Numbers:
    """The plan with whatever may move moved out of windows that hold too much: what has the most time goes first."""
    at, loads = at.copy(), [limit.loads(at) for limit in tables.limits]
    limits = list(zip(tables.limits, loads, strict=True))
    ordered = {job for pair in tables.befores for job in pair}
    last = tables.allowed.shape[1] - 1 - tables.allowed[:, ::-1].argmax(axis=1)
    for job in np.argsort(-last, kind="stable").tolist():
        here = int(at[job])
        full = any(
            limit.use[job] and limit.pool[here] >= 0 and load[limit.pool[here]] > limit.most[limit.pool[here]]
            for limit, load in limits
        )
        if not full or job in ordered or any(pilot[here] for pilot in tables.pilots) or monotonic() > until:
            continue
        room = tables.allowed[job].copy()
        room[here] = False
        for limit, load in limits:
            more = load + np.where(np.arange(len(load)) == limit.pool[here], 0, limit.use[job])
            room &= (limit.pool < 0) | (limit.use[job] == 0) | (more <= limit.most)[limit.pool]
        if room.any():
            at[job] = room.argmax()
            for limit, load in limits:
                for window, use in ((here, -limit.use[job]), (int(at[job]), limit.use[job])):
                    if limit.pool[window] >= 0:
                        load[limit.pool[window]] += use
    return at


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
