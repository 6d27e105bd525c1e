"""A problem as tables of numbers: what every part of the planner reckons with, whatever the size of the estate."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = 1 << 40
"""A day that never comes."""


@dataclass(frozen=True)
class Limit:
    """An amount that jobs use up, and how much of it there is: by window, by year, or in the pilot."""

    use: Numbers
    """By job."""
    pool: Numbers
    """By window: which pool a move in it draws on, -1 for none."""
    most: Numbers
    """By pool."""

    @property
    def scale(self) -> float:
        """What its pools hold, in the mean: by that, limits of different things are of one size."""
        return max(1.0, float(self.most.mean()))

    def loads(self, at: Numbers) -> Numbers:
        """By pool, what a plan draws."""
        pool = self.pool[at]
        drawn = np.zeros(len(self.most), np.int64)
        np.add.at(drawn, pool[pool >= 0], self.use[pool >= 0])
        return drawn


class Links(NamedTuple):
    """Pairs of jobs that talk, the lower number first, and the weight of all their links."""

    one: Numbers
    other: Numbers
    weight: Numbers


@dataclass(frozen=True)
class Tables:
    """Jobs, machines that any job leaves, and windows, by number. A *plan* is the window of each job."""

    days: Numbers
    """By window."""
    allowed: Flags
    """By job and window: whether no constraint on this job alone forbids it."""
    limits: tuple[Limit, ...]
    befores: tuple[tuple[int, int], ...]
    """Pairs of jobs, the first of which moves in an earlier window."""
    pilots: tuple[Flags, ...]
    """Sets of windows, in each of which a job must move."""
    members: tuple[Numbers, ...]
    """By machine, its jobs."""
    late: Numbers
    """By machine and window: the days of lateness, should its last job move then."""
    exposed: Numbers
    """By machine and window: the days out of support, should its last job move then."""
    links: Links
    pull: Numbers | None = None
    """By job and window: the weight of links to jobs that are fixed there."""

    def measures(self, at: Numbers) -> tuple[int, int, int, int]:
        """What a plan is worth: see `problem`. Links to fixed jobs are left out."""
        jobs, machines = _flat(self.members)
        if len(jobs):
            starts = np.flatnonzero(np.r_[True, machines[1:] != machines[:-1]])
            last = np.maximum.reduceat(at[jobs], starts)
            first = np.minimum.reduceat(at[jobs], starts)
            rows = np.arange(len(self.members))
            lateness, exposure = int(self.late[rows, last].sum()), int(self.exposed[rows, last].sum())
            dual = int((self.days[last] - self.days[first]).sum())
        else:
            lateness = exposure = dual = 0
        one, other, weight = self.links
        return lateness, exposure, dual, int(weight[at[one] != at[other]].sum())

    def kept(self, at: Numbers) -> bool:
        """Whether a plan keeps every constraint."""
        return bool(
            self.allowed[np.arange(len(at)), at].all()
            and all((limit.loads(at) <= limit.most).all() for limit in self.limits)
            and all(at[first] < at[then] for first, then in self.befores)
            and all(pilot[at].any() for pilot in self.pilots)
        )

    def merged(self, group: Numbers) -> "Tables":
        """The tables in which jobs of one group (by job, numbered from 0) are one job."""
        size = int(group.max()) + 1
        allowed = np.ones((size, len(self.days)), np.bool_)
        np.logical_and.at(allowed, group, self.allowed)
        one, other, weight = self.links
        low, high = np.minimum(group[one], group[other]), np.maximum(group[one], group[other])
        pairs, which = np.unique(np.stack([low, high])[:, low != high], axis=1, return_inverse=True)
        return replace(
            self,
            allowed=allowed,
            limits=tuple(replace(limit, use=_summed(group, limit.use, size)) for limit in self.limits),
            befores=tuple((int(group[first]), int(group[then])) for first, then in self.befores),
            members=tuple(np.unique(group[jobs]) for jobs in self.members),
            links=Links(pairs[0], pairs[1], _summed(which.reshape(-1), weight[low != high], pairs.shape[1])),
        )

    def without(self, jobs: Numbers) -> "Tables":
        """Only these jobs, as if there were no others: what they could come to at best."""
        return self._of(jobs, tuple(limit.most for limit in self.limits), self.allowed[jobs], ())

    def sampled(self, jobs: Numbers) -> "Tables":
        """Only these jobs, without any order, among pools that are smaller by as much as what draws on them."""
        smaller = (limit.most * (limit.use[jobs].sum() / max(1, limit.use.sum())) for limit in self.limits)
        most = tuple(np.maximum(1, np.round(one)).astype(np.int64) for one in smaller)
        return replace(self._of(jobs, most, self.allowed[jobs], ()), befores=())

    def part(self, jobs: Numbers, at: Numbers, windows: Flags) -> "Tables":
        """Only these jobs, in these windows, while all others stay where the plan `at` has them.

        Whole machines, where a machine's jobs are not all among these, count from the last that stays.
        """
        free = np.zeros(len(at), np.bool_)
        free[jobs] = True
        allowed = self.allowed[jobs] & windows
        rows = {job: row for row, job in enumerate(jobs.tolist())}
        columns = np.arange(len(self.days))
        for first, then in self.befores:
            if first in rows and then not in rows:
                allowed[rows[first]] &= columns < at[then]
            elif then in rows and first not in rows:
                allowed[rows[then]] &= columns > at[first]
        rest = np.where(free, 0, 1)
        most = tuple(limit.most - replace(limit, use=limit.use * rest).loads(at) for limit in self.limits)
        pilots = tuple(pilot for pilot in self.pilots if not pilot[at[~free]].any())
        found = self._of(jobs, most, allowed, pilots)
        late, exposed = found.late.copy(), found.exposed.copy()
        whole = [machine for machine in self.members if free[machine].any()]
        for row, machine in enumerate(whole):
            if len(stay := machine[~free[machine]]):
                upto = int(at[stay].max())
                late[row, :upto], exposed[row, :upto] = late[row, upto], exposed[row, upto]
        pull = np.zeros(allowed.shape, np.int64)
        one, other, weight = self.links
        for ends, others in ((one, other), (other, one)):
            half = free[ends] & ~free[others]
            which = np.searchsorted(jobs, ends[half])
            np.add.at(pull, (which, at[others[half]]), weight[half])
        return replace(found, late=late, exposed=exposed, pull=pull)

    def _of(self, jobs: Numbers, most: tuple[Numbers, ...], allowed: Flags, pilots: tuple[Flags, ...]) -> "Tables":
        """The tables of some jobs, in the order of their numbers, and what machines and links they have."""
        row = np.full(len(self.allowed), -1, np.int64)
        row[jobs] = np.arange(len(jobs))
        kept = [machine for machine, members in enumerate(self.members) if (row[members] >= 0).any()]
        one, other, weight = row[self.links.one], row[self.links.other], self.links.weight
        inside = (one >= 0) & (other >= 0)
        limits = zip(self.limits, most, strict=True)
        return replace(
            self,
            allowed=allowed,
            limits=tuple(replace(limit, use=limit.use[jobs], most=left) for limit, left in limits),
            befores=tuple((int(row[a]), int(row[b])) for a, b in self.befores if row[a] >= 0 and row[b] >= 0),
            pilots=pilots,
            members=tuple(row[self.members[machine]][row[self.members[machine]] >= 0] for machine in kept),
            late=self.late[kept],
            exposed=self.exposed[kept],
            links=Links(one[inside], other[inside], weight[inside]),
        )


def _flat(members: tuple[Numbers, ...]) -> tuple[Numbers, Numbers]:
    """The jobs of all machines in one row, and the machine of each."""
    sizes = [len(jobs) for jobs in members]
    return np.concatenate([np.zeros(0, np.int64), *members]), np.repeat(np.arange(len(members)), sizes)


def _summed(group: Numbers, values: Numbers, size: int) -> Numbers:
    found = np.zeros(size, np.int64)
    np.add.at(found, group, values)
    return found
