"""An honest planner of the simple kind: what is most urgent takes the next window with room.

It is what a plan is compared with, and where a search may begin.
"""

from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from migration.planner.tables import Flags, Numbers, Tables

LOOK = 4
"""Among so many windows with room, the earliest first, it takes that in which most is that the job talks to."""
TRIES = 60


def greedy(tables: Tables) -> Numbers | None:
    """A window for every job, the most urgent first; None where one found no room.

    What found none goes before all others at the next try: large jobs that only few windows hold.
    """
    return _tried(tables, None)


def rounded(tables: Tables, costs: NDArray[np.float64]) -> Numbers | None:
    """A window for every job, that of the least cost first, each the cheapest with room; None where one found none."""
    return _tried(tables, costs)


def _tried(tables: Tables, costs: NDArray[np.float64] | None) -> Numbers | None:
    first: set[int] = set()
    for _ in range(TRIES):
        trial = _Greedy(tables, first, costs)
        if (plan := trial.plan()) is not None or trial.failed is None or trial.failed in first:
            return plan
        first.add(trial.failed)
    return None


class _Greedy:
    def __init__(self, tables: Tables, first: set[int], costs: NDArray[np.float64] | None) -> None:
        self.tables, self.first, self.costs = tables, first, costs
        self.failed: int | None = None
        jobs, self.windows = tables.allowed.shape
        self.at = np.full(jobs, -1, np.int64)
        self.loads = [np.zeros(len(limit.most), np.int64) for limit in tables.limits]
        self.after: list[list[int]] = [[] for _ in range(jobs)]
        self.waits = np.zeros(jobs, np.int64)
        for one, then in tables.befores:
            self.after[one].append(then)
            self.waits[then] += 1
        self.earliest = np.zeros(jobs, np.int64)
        self.talks = neighbours(tables)
        self.urgency = self._urgencies()

    def plan(self) -> Numbers | None:
        for pilot in self.tables.pilots:
            if not self._into(pilot):
                return None
        ready = [(self.urgency[job], job) for job in np.flatnonzero(self.waits == 0).tolist()]
        heapify(ready)
        placed = 0
        while ready:
            _, job = heappop(ready)
            if self.at[job] < 0 and not self._place(job, self.tables.allowed[job]):
                self.failed = job
                return None
            placed += 1
            for then in self.after[job]:
                self.waits[then] -= 1
                self.earliest[then] = max(self.earliest[then], self.at[job] + 1)
                if not self.waits[then]:
                    if 0 <= self.at[then] < self.earliest[then]:
                        return None  # it is in the pilot already
                    heappush(ready, (self.urgency[then], then))
        return self.at if placed == len(self.at) else None

    def _into(self, pilot: Flags) -> bool:
        """The most urgent job that may, moves in the pilot."""
        for job in sorted(range(len(self.at)), key=lambda one: (self.waits[one] > 0, self.urgency[one])):
            if self.at[job] >= 0 and pilot[self.at[job]]:
                return True
            if self.at[job] < 0 and self._place(job, self.tables.allowed[job] & pilot):
                return True
        return False

    def _place(self, job: int, allowed: Flags) -> bool:
        room = allowed.copy()
        room[: self.earliest[job]] = False
        for limit, load in zip(self.tables.limits, self.loads, strict=True):
            if use := limit.use[job]:
                full = load + use > limit.most
                room &= ~np.where(limit.pool >= 0, full[limit.pool], False)
        if not room.any():
            return False
        if self.costs is None:
            near = np.flatnonzero(room)[:LOOK]
            others, weights = self.talks[job]
            there = self.at[others]
            together = np.bincount(there[there >= 0], weights[there >= 0], self.windows)[near]
            window = near[together.argmax()]
        else:
            window = np.where(room, self.costs[job], np.inf).argmin()
        self.at[job] = window
        for limit, load in zip(self.tables.limits, self.loads, strict=True):
            if limit.pool[window] >= 0:
                load[limit.pool[window]] += limit.use[job]
        return True

    def _urgencies(self) -> list[tuple[int, ...]]:
        """By job: the window by which it must be gone, that from which it is exposed, and for how many machines.

        A job that others wait for is as urgent as the most urgent of these.
        """
        jobs = len(self.at)
        gone = self.windows - 1 - self.tables.allowed[:, ::-1].argmax(axis=1)
        begins = np.full(jobs, self.windows)
        number = np.zeros(jobs, np.int64)
        for members, late, exposed in zip(self.tables.members, self.tables.late, self.tables.exposed, strict=True):
            gone[members] = np.minimum(gone[members], _first(late))
            begins[members] = np.minimum(begins[members], _first(exposed))
            number[members] += exposed.any()
        if self.costs is not None:
            gone = np.round(10 * self.costs.min(axis=1)).astype(np.int64)
        found: list[tuple[int, ...]] = [
            (job not in self.first, int(gone[job]), int(begins[job]), -int(number[job])) for job in range(jobs)
        ]
        for _ in range(len(self.tables.befores)):
            sooner = {first: found[then] for first, then in self.tables.befores if found[then] < found[first]}
            if not sooner:
                break
            for first, urgency in sooner.items():
                found[first] = urgency
        return found


def neighbours(tables: Tables) -> list[tuple[Numbers, Numbers]]:
    """By job, those that it talks to, and how much that weighs."""
    one, other, weight = tables.links
    ends, others = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.argsort(ends, kind="stable")
    starts = np.searchsorted(ends[order], np.arange(len(tables.allowed) + 1))
    others, weights = others[order], np.concatenate([weight, weight])[order]
    return [(others[a:b], weights[a:b]) for a, b in pairwise(starts)]


def _first(costs: Numbers) -> int:
    """The first window that costs anything."""
    return int((costs > 0).argmax()) if costs.any() else len(costs)
