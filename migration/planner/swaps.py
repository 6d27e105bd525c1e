"""A plan made better by small steps, many a second: a job moves to another window, or two jobs change places.

It is quick whatever the size of the estate, and takes each job of a parted machine for its last.
"""

from collections.abc import Callable
from time import monotonic

import numpy as np

from migration.planner.relaxation import ancestors
from migration.planner.tables import Flags, Numbers, Tables

DAY_LATE = 1_000_000
"""Days of exposure that no plan trades for one day of lateness."""
FEW = 48
"""How many of the best steps for a job are looked at for room."""


def pressed(tables: Tables, at: Numbers, until: float) -> Numbers:
    """The plan with less lateness, and then less exposure; what is cut does not count."""
    swaps = _Swaps(tables, at)
    swaps.run(until)
    return swaps.at


class _Swaps:
    def __init__(self, tables: Tables, at: Numbers) -> None:
        self.tables, self.at = tables, at.copy()
        jobs, windows = tables.allowed.shape
        self.moves = np.ones(jobs, np.bool_)
        self.ordered: dict[int, list[tuple[int, bool]]] = {}
        """Of jobs that have an order, the others, and whether they come first."""
        for first, then in tables.befores:
            self.ordered.setdefault(first, []).append((then, False))
            self.ordered.setdefault(then, []).append((first, True))
        for pilot in tables.pilots:
            self.moves[np.flatnonzero(pilot[at])[:1]] = False
        self.costs = np.zeros((jobs, windows), np.int64)
        for members, late, exposed in zip(tables.members, tables.late, tables.exposed, strict=True):
            self.costs[members] += DAY_LATE * late + exposed
        self._hurry()
        self.loads = [limit.loads(at) for limit in tables.limits]

    def _hurry(self) -> None:
        """What others wait for costs what they cost that move next at the earliest."""
        alone = self.costs.copy()
        last = alone.shape[1] - 1
        for then, before in ancestors(self.tables).items():
            for first, ahead in before.items():
                self.costs[first] += alone[then, np.minimum(np.arange(last + 1) + ahead, last)]

    def run(self, until: float) -> None:
        """Every job in turn, until none can be bettered or time is up."""
        random = np.random.default_rng(len(self.at))
        everyone = np.flatnonzero(self.moves)
        free = np.setdiff1d(everyone, list(self.ordered))
        better = True
        while better and monotonic() < until:
            better = False
            for job in random.permutation(everyone).tolist():
                better |= self._step(job, free)
                if monotonic() > until:
                    break

    def _step(self, job: int, free: Numbers) -> bool:
        """The best step for one job, taken; whether there was one."""
        here, costs, allowed = int(self.at[job]), self.costs, self.tables.allowed
        own = self._own(job)
        alone = costs[job] - costs[job, here]
        there = self.at[free]
        pair = alone[there] + costs[free, here] - costs[free, there]
        may, may_pair = own.copy(), own[there] & allowed[free, here] & (there != here)
        may[here] = False
        best = 0
        found: tuple[int, int | None] | None = None
        window = self._first(alone, may & (alone < 0), lambda some: self._room(job, some))
        if window is not None:
            best, found = int(alone[window]), (window, None)
        other = self._first(pair, may_pair & (pair < best), lambda some: self._change(job, free[some]))
        if other is not None:
            found = int(there[other]), int(free[other])
        if found is None:
            return False
        self._move(job, found[0])
        if found[1] is not None:
            self._move(found[1], here)
        return True

    def _own(self, job: int) -> Flags:
        """The windows in which a job may move, as those stand that it has an order with."""
        found: Flags = self.tables.allowed[job]
        for other, first in self.ordered.get(job, ()):
            columns, there = np.arange(len(found)), self.at[other]
            found = found & (columns > there if first else columns < there)
        return found

    @staticmethod
    def _first(worth: Numbers, may: Flags, room: Callable[[Numbers], Flags]) -> int | None:
        """The best of those that may and have room."""
        some = np.flatnonzero(may)
        if len(some) > FEW:
            some = some[np.argpartition(worth[some], FEW)[:FEW]]
        some = some[room(some)] if len(some) else some
        return int(some[worth[some].argmin()]) if len(some) else None

    def _room(self, job: int, windows: Numbers) -> Flags:
        found = np.ones(len(windows), np.bool_)
        for limit, load in zip(self.tables.limits, self.loads, strict=True):
            pool, own = limit.pool[windows], limit.pool[self.at[job]]
            found &= (pool < 0) | (pool == own) | (load[pool] + limit.use[job] <= limit.most[pool])
        return found

    def _change(self, job: int, others: Numbers) -> Flags:
        found = np.ones(len(others), np.bool_)
        for limit, load in zip(self.tables.limits, self.loads, strict=True):
            pool, own = limit.pool[self.at[others]], limit.pool[self.at[job]]
            more = limit.use[job] - limit.use[others]
            there = (pool < 0) | (load[pool] + more <= limit.most[pool])
            here = (load[own] - more <= limit.most[own]) if own >= 0 else True
            found &= (pool == own) | (there & here)
        return found

    def _move(self, job: int, window: int) -> None:
        here = self.at[job]
        for limit, load in zip(self.tables.limits, self.loads, strict=True):
            for where, use in ((here, -limit.use[job]), (window, limit.use[job])):
                if limit.pool[where] >= 0:
                    load[limit.pool[where]] += use
        self.at[job] = window
