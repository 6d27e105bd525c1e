"""A plan made better by small steps, many a second, of which some make it worse for a while (simulated annealing).

A job moves to another window, or two jobs change places. Each step of a job is worth what it changes, and a random
amount beside; the best is taken. These amounts are large at first and small at the end, drawn from Gumbel's
distribution, so that steps are taken as by Boltzmann's. It takes each job of a parted machine for its last.
"""

from time import monotonic

import numpy as np
from numpy.typing import NDArray

from migration.planner.greedy import neighbours
from migration.planner.relaxation import Amounts
from migration.planner.tables import Numbers, Tables

HOT_LATE, COLD_DAYS = 3.0, 5.0
"""By so many days of lateness the random amounts change what a step is worth at first; by so many of exposure, last."""
HOT_SHARE, COLD_SHARE = 0.1, 0.005
"""Of the mean weight of a job's links, at first and at the end."""
FEW = 24
"""How many of the best steps for a job are looked at for room."""
ROUND = 50
"""How many jobs have their turn between two looks at the clock."""
TURNS = 1000
"""How many each job has at the most: a small estate needs no more time."""
NOISE = 1 << 20
ALWAYS = 1 << 50
"""What is left of a limit that a window does not have."""


def sooner(tables: Tables, at: Numbers, day_late: int, until: float, seed: int) -> Numbers:
    """The plan with less lateness and exposure, where a day of the first weighs as much as so many of the second."""
    late, exposed = _by_job(tables, tables.late), _by_job(tables, tables.exposed)
    steps = _Steps(tables, at, (day_late * late + exposed).astype(np.float64), seed)
    trial = steps.run(until, HOT_LATE * day_late, COLD_DAYS)

    def worth(plan: Numbers) -> int:
        lateness, exposure, *_ = tables.measures(plan)
        return day_late * lateness + exposure

    return min((at, trial), key=worth)


def joined(tables: Tables, at: Numbers, until: float, seed: int) -> Numbers:
    """The plan with less cut, and neither more lateness nor more exposure nor more dual running."""
    steps = _Joining(tables, at, seed)
    weight = 2 * int(tables.links.weight.sum()) / max(1, len(at))
    if not weight:
        return at
    return min(
        (at, steps.run(until, HOT_SHARE * weight, COLD_SHARE * weight)), key=lambda one: tables.measures(one)[3]
    )


def _by_job(tables: Tables, costs: Numbers) -> Numbers:
    """By job and window, what all machines cost that the job leaves, were it their last."""
    found = np.zeros(tables.allowed.shape, np.int64)
    for members, cost in zip(tables.members, costs, strict=True):
        found[members] += cost
    return found


class _Steps:
    """A plan, and what each job would be worth in each window: `worth`, the less the better.

    What is `held`, by job and window too, grows by no step more than it shrank before.
    """

    def __init__(
        self, tables: Tables, at: Numbers, worth: Amounts, seed: int, held: tuple[Numbers, ...] = ()
    ) -> None:
        self.tables, self.at, self.worth = tables, at.copy(), worth
        jobs, self.windows = tables.allowed.shape
        self.held = np.array(held, np.int64).reshape(len(held), jobs, self.windows)
        self.spare = np.zeros((len(held), 1), np.int64)
        """By how much the plan is better in what is held than it was."""
        self.random = np.random.default_rng(seed)
        self.noise = self.random.gumbel(size=NOISE + jobs + self.windows)
        self.moves = np.ones(jobs, np.bool_)
        for pilot in tables.pilots:
            self.moves[np.flatnonzero(pilot[at])[:1]] = False
        self.ordered: dict[int, list[tuple[int, bool]]] = {}
        """Of jobs that have an order, the others, and whether they come first."""
        for first, then in tables.befores:
            self.ordered.setdefault(first, []).append((then, False))
            self.ordered.setdefault(then, []).append((first, True))
        self._fix()
        # By window and job as well: a step looks at one window of every job.
        self.worth_there = np.ascontiguousarray(worth.T)
        self.here = worth[np.arange(jobs), at].copy()
        swaps = self.moves.copy()
        swaps[list(self.ordered)] = False
        self.closed = np.where(tables.allowed, 0.0, np.inf)
        self.closed_there = np.where(tables.allowed.T & swaps, 0.0, np.inf)
        limits = len(tables.limits)
        self.use = np.array([limit.use for limit in tables.limits], np.int64).reshape(limits, jobs)
        self.left = np.full((limits, self.windows), ALWAYS)
        """By limit and window, what its pool still holds."""
        self.same = np.zeros((limits, self.windows, self.windows), np.bool_)
        """By limit, the pairs of windows that draw on one pool."""
        for number, limit in enumerate(tables.limits):
            drawn = limit.pool >= 0
            self.left[number, drawn] = (limit.most - limit.loads(at))[limit.pool[drawn]]
            self.same[number] = (limit.pool[:, None] == limit.pool) & drawn[:, None]

    def run(self, until: float, hot: float, cold: float) -> Numbers:
        """The best plan met until then, or until every job had its turns."""
        started, everyone = monotonic(), np.flatnonzero(self.moves)
        changed = best = 0.0
        found = self.at.copy()
        turns, most = 0, TURNS * len(everyone)
        while turns < most and (now := monotonic()) < until:
            gone = max((now - started) / (until - started), turns / most)
            for job in self.random.choice(everyone, ROUND).tolist():
                changed += self._step(job, hot * (cold / hot) ** gone)
                if changed < best:
                    best, found = changed, self.at.copy()
            turns += ROUND
        return found

    def _fix(self) -> None:
        """Takes out of `moves` what may not move."""

    def _step(self, job: int, heat: float) -> float:
        """One step for one job, or none; what it changes."""
        here = int(self.at[job])
        alone = self._alone(job, here)
        pair = alone[self.at] + self.worth_there[here]
        pair += self.closed_there[here]
        pair -= self.here
        self._correct(job, pair)
        offset = int(self.random.integers(NOISE))
        noise = self.noise[offset : offset + self.windows + len(pair)]
        stays = -heat * self.random.gumbel()
        drawn, drawn_pair = alone - heat * noise[: self.windows], pair - heat * noise[self.windows :]
        windows = self._windows(job, drawn, np.flatnonzero(drawn < stays))
        others = self._others(job, drawn_pair, np.flatnonzero(drawn_pair < stays))
        window = int(windows[drawn[windows].argmin()]) if len(windows) else None
        other = int(others[drawn_pair[others].argmin()]) if len(others) else None
        if other is not None and (window is None or drawn_pair[other] < drawn[window]):
            self._take(job, int(self.at[other]), other)
            return float(pair[other])
        if window is not None:
            self._take(job, window, None)
            return float(alone[window])
        return 0.0

    def _alone(self, job: int, here: int) -> Amounts:
        """By window, what it changes that the job moves there; infinite where it may not."""
        found: Amounts = self.worth[job] + self.closed[job] - self.worth[job, here]
        for other, first in self.ordered.get(job, ()):
            there = int(self.at[other])
            if first:
                found[: there + 1] = np.inf
            else:
                found[there:] = np.inf
        found[here] = np.inf
        return found

    def _correct(self, job: int, pair: Amounts) -> None:
        """For what two jobs are worth together, where that is not the sum of both."""

    def _windows(self, job: int, drawn: Amounts, some: Numbers) -> Numbers:
        """Of some windows, the best that have room, and in which what is held grows no more than it may."""
        here = self.at[job]
        if len(some) and len(self.held):
            more = self.held[:, job, some] - self.held[:, job, here, None]
            some = some[(more <= self.spare).all(axis=0)]
        if not len(some):
            return some
        some = _best(drawn, some)
        room = self.use[:, job, None] <= self.left[:, some]
        return some[np.all(self.same[:, here, some] | room, axis=0)]

    def _others(self, job: int, drawn: Amounts, some: Numbers) -> Numbers:
        """The same of jobs to change places with."""
        here = self.at[job]
        if len(some) and len(self.held):
            held, there = self.held, self.at[some]
            more = held[:, job, there] - held[:, job, here, None] + held[:, some, here] - held[:, some, there]
            some = some[(more <= self.spare).all(axis=0)]
        if not len(some):
            return some
        some = _best(drawn, some)
        there = self.at[some]
        more = self.use[:, job, None] - self.use[:, some]
        room = (more <= self.left[:, there]) & (-more <= self.left[:, here, None])
        return some[np.all(self.same[:, here, there] | room, axis=0)]

    def _take(self, job: int, window: int, other: int | None) -> None:
        here = int(self.at[job])
        self.spare[:, 0] -= self.held[:, job, window] - self.held[:, job, here]
        if other is not None:
            self.spare[:, 0] -= self.held[:, other, here] - self.held[:, other, window]
        self._move(job, window)
        if other is not None:
            self._move(other, here)

    def _move(self, job: int, window: int) -> None:
        here, use = self.at[job], self.use[:, job, None]
        self.left += use * self.same[:, here] - use * self.same[:, window]
        self.at[job] = window
        self.here[job] = self.worth[job, window]


class _Joining(_Steps):
    """Steps by what is cut, with lateness and exposure held."""

    def __init__(self, tables: Tables, at: Numbers, seed: int) -> None:
        near = np.zeros(tables.allowed.shape)
        one, other, weight = tables.links
        np.add.at(near, (one, at[other]), weight)
        np.add.at(near, (other, at[one]), weight)
        held = _by_job(tables, tables.late), _by_job(tables, tables.exposed)
        super().__init__(tables, at, -near, seed, held)
        self.talks = neighbours(tables)

    def _fix(self) -> None:
        for members in self.tables.members:
            if len(members) > 1:
                self.moves[members] = False  # only the last of them counts

    def _correct(self, job: int, pair: Amounts) -> None:
        others, weights = self.talks[job]
        pair[others] += 2 * weights

    def _move(self, job: int, window: int) -> None:
        others, weights = self.talks[job]
        here = self.at[job]
        for there, more in ((here, weights), (window, -weights)):
            self.worth[others, there] += more
            self.worth_there[there, others] += more
        super()._move(job, window)
        self.here[others] = self.worth[others, self.at[others]]


def _best(drawn: NDArray[np.float64], some: Numbers) -> Numbers:
    return some[np.argpartition(drawn[some], FEW)[:FEW]] if len(some) > FEW else some
