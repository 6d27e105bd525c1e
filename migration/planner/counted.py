"""A conflict that is found by counting: a limit, and what keeps more jobs in some windows than it lets these hold."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from migration.planner.crowds import crowd, crowded
from migration.planner.feasible import Feasibility
from migration.planner.problem import Constraint, Pilot


def counted(feasibility: Feasibility, left: Sequence[Constraint]) -> list[Constraint]:
    """Few constraints that cannot hold together by a count alone, none of which the count can spare; else none.

    The jobs counted are the fewest that use too much, and the constraints those that keep them in their windows.
    """
    translation = feasibility.translation
    found = crowd(translation.tables(left))
    if found is None:
        return []
    limits = [(one, limit) for one in left if (limit := translation.limit(one))]
    rule, limit = limits[found.limit]
    if isinstance(rule, Pilot):
        return []
    order = found.jobs[np.argsort(-limit.use[found.jobs], kind="stable")]
    enough = int((np.cumsum(limit.use[order]) > found.holds).argmax()) + 1
    jobs = np.sort(order[:enough])
    few = replace(limit, use=limit.use[jobs])
    forbids = np.zeros((len(jobs), len(limit.pool)), np.int64)
    """By job and window, how many constraints forbid it."""
    members = []
    for one in left:
        rows, windows = translation.forbidden(one)
        held = np.flatnonzero(np.isin(jobs, rows))
        if len(held) and (windows & ~found.windows).any():
            members.append((one, held, windows))
            forbids[held] += windows
    # What is of many jobs goes first where it can be spared: what is left then speaks of few. What cannot be spared
    # now can be spared even less once others are, and so it is with a like constraint on a like job.
    needed: list[Constraint] = []
    alike: set[Hashable] = set()
    for one, rows, windows in sorted(members, key=lambda member: -len(member[1])):
        key = len(rows), *((int(few.use[row]), forbids[row].tobytes()) for row in rows[:1]), windows.tobytes()
        if len(rows) == 1 and key in alike:
            needed.append(one)
            continue
        forbids[rows] -= windows
        if crowded(forbids == 0, few) is None:
            forbids[rows] += windows
            needed.append(one)
            alike.add(key)
    return [rule, *needed]
