"""Jobs that only some windows take, counted against what these windows hold: whether rules cannot hold, without a search.

What a deadline, a partner's dates or a closed season leaves to some jobs is a set of windows. Where these jobs use more
than the windows hold, no plan exists, however many jobs and windows there are beside them (Hall's condition).
"""

from dataclasses import dataclass

import numpy as np

from migration.planner.tables import Flags, Limit, Numbers, Tables

ALIKE = 64
"""So many sets of windows that jobs have in common are looked at, those of the most jobs first."""


@dataclass(frozen=True)
class Crowd:
    """Jobs that use more of a limit than all the windows hold that they may move in."""

    limit: int
    """The number of the limit."""
    jobs: Numbers
    windows: Flags
    holds: int
    """What these windows hold."""


def crowd(tables: Tables) -> Crowd | None:
    """The first that is found; None proves nothing."""
    for number, limit in enumerate(tables.limits):
        found = crowded(tables.allowed, limit)
        if found is not None:
            jobs, windows = found
            return Crowd(number, jobs, windows, int(limit.most[_pools(limit, windows)].sum()))
    return None


def crowded(allowed: Flags, limit: Limit) -> tuple[Numbers, Flags] | None:
    """Jobs, and all the windows that take them, which hold less of this limit than these jobs use.

    Jobs are taken by their last window (all that must be done by a day), by their first (all that must wait for one),
    and by windows that they have in common.
    """
    pool = limit.pool
    narrow = allowed & ((pool < 0) | (limit.use[:, None] <= limit.most[np.maximum(pool, 0)]))
    jobs = np.flatnonzero((limit.use > 0) & ~(narrow & (pool < 0)).any(axis=1))
    if not len(jobs):
        return None
    rows = narrow[jobs]
    held = np.zeros((len(pool), len(limit.most)), np.int64)
    held[pool >= 0, pool[pool >= 0]] = 1
    last = np.where(rows.any(axis=1), rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1), -1)
    for order in (last, -rows.argmax(axis=1)):
        turn = np.argsort(order, kind="stable")
        ends = np.flatnonzero(np.diff(order[turn], append=len(pool) + 1))
        union = np.logical_or.accumulate(rows[turn], axis=0)[ends]
        holds = ((union @ held) > 0) @ limit.most
        full = np.flatnonzero(np.cumsum(limit.use[jobs[turn]])[ends] > holds)
        if len(full):
            return jobs[turn[: ends[full[0]] + 1]], union[full[0]]
    kinds, times = np.unique(np.packbits(rows, axis=1), axis=0, return_counts=True)
    for kind in kinds[np.argsort(-times, kind="stable")[:ALIKE]]:
        windows = np.unpackbits(kind, count=rows.shape[1]).astype(np.bool_)
        inside = ~(rows & ~windows).any(axis=1)
        if limit.use[jobs[inside]].sum() > limit.most[_pools(limit, windows)].sum():
            return jobs[inside], windows
    return None


def _pools(limit: Limit, windows: Flags) -> Numbers:
    found = np.unique(limit.pool[windows])
    return found[found >= 0]
