"""Jobs that leave the same machines, as one: what moves together runs twice for no day."""

import numpy as np

from migration.planner.tables import Numbers, Tables


def clusters(tables: Tables, at: Numbers | None = None) -> Numbers:
    """The group of each job, numbered from 0: the jobs of a machine together, as far as a window holds them.

    With a plan `at`, only those that it moves in one window.

    Machines are taken with the most jobs last; a group grows only while one window at least can hold all of it, and
    nothing in it must move before something else in it.
    """
    jobs, _ = tables.allowed.shape
    group = np.arange(jobs)
    members: dict[int, list[int]] = {job: [job] for job in range(jobs)}
    ordered = set(tables.befores) | {(then, first) for first, then in tables.befores}
    for machine in sorted(range(len(tables.members)), key=lambda one: (len(tables.members[one]), one)):
        first, *others = tables.members[machine].tolist()
        for other in others:
            one, two = int(group[first]), int(group[other])
            if one == two or (at is not None and at[first] != at[other]):
                continue
            both = members[one] + members[two]
            if any((a, b) in ordered for a in members[one] for b in members[two]) or not _room(tables, both):
                continue
            members[one] = both
            group[members.pop(two)] = one
    return np.unique(group, return_inverse=True)[1].reshape(-1)


def _room(tables: Tables, jobs: list[int]) -> bool:
    """Whether an empty window holds all of these."""
    room = tables.allowed[jobs].all(axis=0)
    for limit in tables.limits:
        least = limit.use[jobs].sum() <= limit.most
        room &= np.where(limit.pool >= 0, least[limit.pool], True)
    return bool(room.any())
