"""A very good plan of a large estate, and how far it may be from the best.

What shares machines is planned as one. Prices say which windows are worth thinking of for each of these; then small steps
better the plan, and a few windows at a time are emptied and filled anew. Proofs are of the whole problem, job by job: by
prices, and where one model holds all, by CP-SAT (`proved`).
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from time import monotonic

import numpy as np

from estate.progress import Progress, Step
from migration.planner import bounds
from migration.planner.annealing import joined, sooner
from migration.planner.bounds import Bound
from migration.planner.clusters import clusters
from migration.planner.exact import Found, solved, solver_of
from migration.planner.greedy import greedy, rounded
from migration.planner.model import Model
from migration.planner.neighbourhood import improved
from migration.planner.proved import proved
from migration.planner.relaxation import Amounts, Held, Prices
from migration.planner.schedule import OBJECTIVES, Measure
from migration.planner.swaps import pressed
from migration.planner.tables import Numbers, Tables

SHARES = (0.15, 0.52, 0.53)
"""By which share of the time lateness, exposure and dual running are done; the rest is for what is cut."""
HARD_SHARES = (0.5, 0.56, 0.57)
"""The same where something must be late."""
SMALL_SHARES = (0.15, 0.28, 0.95)
"""The same where one model holds all, and what is reached can be proved."""
DAY_LATE = 30
"""Days of exposure that weigh as much as one of lateness, where both are made little at once."""
DAY_LATE_LAST = 1000
"""The same at the end, so that what is still late is looked at most."""
FILLED = 0.6
"""Of the time for lateness, by which share the search goes on by other means."""
POLISHED = 0.97
"""By which share of the time small steps no more lessen what is cut, and windows are filled anew again."""
PROOF_ENDS = 0.96
"""By which share of the time proofs end: a linear programme is not broken off at once."""
ONE_MODEL = 30_000
"""Up to so many pairs of a job and a window, one model holds them all."""
KEEP = 1000.0
"""Days for which a job is not moved from where the linear programme has it, and for each day of lateness.

What may be late is placed first, and the more so.
"""
MEND = 0.05
"""The share of the time for taking lateness out of a plan with little exposure."""


def large(tables: Tables, seconds: float, workers: int, seed: int, told: Progress) -> Found:
    """A plan in about so many seconds. `at` is None where none was found: `impossible` says whether there is none."""
    return _Large(tables, seconds, workers, seed, told).plan()


class _Large:
    def __init__(self, tables: Tables, seconds: float, workers: int, seed: int, told: Progress) -> None:
        self.whole, self.told, self.workers, self.seed = tables, told, workers, seed
        self.started, self.seconds = monotonic(), seconds
        self.group = clusters(tables)
        self.merged = tables.merged(self.group)
        self.prices: Prices | None = None
        self.small = self.whole.allowed.size <= ONE_MODEL
        self.shares = SMALL_SHARES if self.small else SHARES
        self.least = [0.0] * len(OBJECTIVES)
        self.beside = ThreadPoolExecutor(1)
        self.sooner: Future[float] | None = None
        self.proof: Future[float] | None = None

    def plan(self) -> Found:
        at, impossible = self._begin()
        if at is None:
            return Found(impossible=impossible)
        with self.beside:
            self._tell(0)
            at = self._soonest(at)
            self._tell(1)
            at = self._least_exposed(at)
            at = self._proved(at) if self.small else self._closest(at)
            self._tell(3)
            at = self._joined(at)
            for number, proof in ((0, self.sooner), (1, self.proof)):
                if proof:
                    self.least[number] = max(self.least[number], proof.result())
        at = at[self.group]
        values = self.whole.measures(at)
        measures = [
            Measure(name, value, min(bound, value))
            for name, value, bound in zip(OBJECTIVES, values, self.least, strict=True)
        ]
        return Found(at, measures=measures)

    def _begin(self) -> tuple[Numbers | None, bool]:
        """Any plan; None where there is none, or none was found."""
        if (at := greedy(self.merged)) is not None:
            return at, False
        if len(self.merged.allowed) < len(self.whole.allowed):
            _, at = self._searched(self.merged, 0.2)
            if at is not None:
                return at, False
            self.group, self.merged = np.arange(len(self.whole.allowed)), self.whole
            if (at := greedy(self.whole)) is not None:
                return at, False
        state, at = self._searched(self.whole, 0.8)
        return at, state == "INFEASIBLE"

    def _searched(self, tables: Tables, share: float) -> tuple[str, Numbers | None]:
        model = Model(tables)
        solver = solver_of(self._left(share), self.workers, self.seed)
        state = solved(solver, model.cp)
        return state, model.read(solver) if state in {"OPTIMAL", "FEASIBLE"} else None

    def _least_exposed(self, at: Numbers) -> Numbers:
        """Exposure made as little as can be, and lateness no more."""
        self.least[1] = self._simplest(self.whole.exposed)
        if self.merged.measures(at)[1] > self.least[1]:
            at = self._pressed(at)
            if not self.small:
                self.proof = self.beside.submit(self._proof, at, self.merged.measures(at)[0])
        return at

    def _pressed(self, at: Numbers) -> Numbers:
        tables, held = self.merged, self.merged.measures(at)[0]
        share = self.shares[1]
        limit = Held(tables.late, held)
        start = self.prices or bounds.sampled(tables, tables.exposed, at, self._until(share * 0.25), limit)
        bound = bounds.pressing(
            tables, tables.exposed, at, self._until(share * 0.5 if start else share), limit, start
        )
        easy, self.prices = self.prices is None, bound.prices
        if easy:
            at = self._rounded(at, bound, held)
        return self._improved(at, 1, share, bound.least)

    def _proved(self, at: Numbers) -> Numbers:
        """What is proved of the whole, and as good; from here on what is not apart in it stays together."""
        self._tell(2)
        at, proofs = proved(self.whole, at[self.group], self._left(self.shares[2]), self.workers, self.seed)
        self.least[:3] = [max(one, proof) for one, proof in zip(self.least, proofs, strict=False)]
        self.group = clusters(self.whole, at)
        self.merged = self.whole.merged(self.group)
        first = np.zeros(len(self.merged.allowed), np.int64)
        first[self.group] = at
        return first

    def _closest(self, at: Numbers) -> Numbers:
        """Dual running made as little as can be."""
        self._tell(2)
        self.least[2] = bounds.dual_running(self.whole) if self.merged.measures(at)[2] else 0.0
        return self._improved(at, 2, self.shares[2], self.least[2])

    def _joined(self, at: Numbers) -> Numbers:
        """What is cut made as little as can be."""
        now = (monotonic() - self.started) / self.seconds
        at = joined(self.merged, at, self._until(now + (1 - now) * POLISHED), self.seed)
        self.least[3] = bounds.cut(self.whole)
        return self._improved(at, 3, 1.0, self.least[3])

    def _rounded(self, at: Numbers, bound: Bound, held: int) -> Numbers:
        """The best of the plan and those that the prices of a bound of exposure tell."""
        tables = self.merged
        dearer = bound.costs - bound.costs.min(axis=1, keepdims=True)
        late = _late(tables)
        due = (late > 0).max(axis=1, keepdims=True)
        strict = _ordered(tables, dearer + KEEP * (late - bound.shares - 2 * due))
        for costs in (dearer - KEEP * bound.shares, strict):
            if (trial := rounded(tables, costs)) is not None:
                at = self._better(at, pressed(tables, trial, self._until(self.shares[1] * 0.6)), held)
        return at

    def _better(self, at: Numbers, trial: Numbers, held: int) -> Numbers:
        """The trial, where it can be mended to be no later, and is then better."""
        if self.merged.measures(trial)[0] > held:
            trial = improved(self.merged, trial, 0, monotonic() + self.seconds * MEND, self._free, self.seed, held)
        return min((at, trial), key=lambda one: self.merged.measures(one)[:2])

    def _improved(self, at: Numbers, number: int, share: float, goal: float) -> Numbers:
        return improved(self.merged, at, number, self._until(share), self._free, self.seed, goal)

    def _soonest(self, at: Numbers) -> Numbers:
        """The plan with as little lateness as can be."""
        at = pressed(self.merged, at, self._until(SHARES[0] / 2))
        self.least[0] = self._simplest(self.whole.late)
        if self.merged.measures(at)[0] > self.least[0]:
            if not self.small:
                self.shares = HARD_SHARES
                until = self._until(self.shares[1])
                self.sooner = self.beside.submit(bounds.soonest, self.whole, self.merged, self.group, at, until)
            at = self._both(at)
        return at

    def _both(self, at: Numbers) -> Numbers:
        """Lateness and exposure made little at once: what is late takes windows for want of which others are exposed."""
        tables, share = self.merged, self.shares[0]
        both = replace(tables, late=DAY_LATE * tables.late + tables.exposed)
        start = bounds.sampled(both, both.late, at, self._until(share * 0.3), None)
        bound = bounds.pressing(both, both.late, at, self._until(share * 0.7), None, start)
        self.prices = replace(bound.prices, held=DAY_LATE)
        dearer = bound.costs - bound.costs.min(axis=1, keepdims=True)
        due = (_late(tables) > 0).max(axis=1, keepdims=True)
        for first in (0, 3 * KEEP * due):
            if (trial := rounded(tables, _ordered(tables, dearer - KEEP * bound.shares - first))) is not None:
                trial = pressed(tables, trial, self._until(share * 0.75))
                at = min((at, trial), key=lambda one: both.measures(one)[0])
        if self.small:
            until = self._until(share * FILLED)
            return self._parted(improved(both, at, 0, until, self._free, self.seed, bound.least))
        at = sooner(tables, at, DAY_LATE_LAST, self._until(share * FILLED), self.seed)
        last = replace(tables, late=DAY_LATE_LAST * tables.late + tables.exposed)
        return improved(last, at, 0, self._until(share), self._free, self.seed)

    def _parted(self, at: Numbers) -> Numbers:
        """The plan, bettered by moving what shares a machine apart; it is planned so from here on where that helps.

        In a small estate, what moves as one is much of a window, and where it leaves no room may make others late.
        """
        whole = self.whole
        both = replace(whole, late=DAY_LATE * whole.late + whole.exposed)
        trial = improved(both, at[self.group], 0, self._until(self.shares[0]), self._free, self.seed)
        if whole.measures(trial)[:2] >= self.merged.measures(at)[:2]:
            return at
        self.group, self.merged = np.arange(len(trial)), whole
        return trial

    def _simplest(self, costs: Numbers) -> float:
        """What is left where every machine's last job moves in its first window."""
        first = self.whole.allowed.argmax(axis=1)
        lasts = [int(first[jobs].max()) for jobs in self.whole.members]
        return float(costs[np.arange(len(lasts)), lasts].sum())

    def _proof(self, at: Numbers, lateness: int) -> float:
        """The least that exposure could be, of the whole problem."""
        tables, held = self.whole, Held(self.whole.late, lateness)
        until = self._until(PROOF_ENDS)
        return bounds.pressing(tables, tables.exposed, at[self.group], until, held, self.prices).least

    def _tell(self, number: int) -> None:
        self.told(Step("plan", number, len(OBJECTIVES), "objectives", OBJECTIVES[number]))

    def _until(self, share: float) -> float:
        return self.started + self.seconds * share

    def _left(self, share: float) -> float:
        return max(0.1, self._until(share) - monotonic())

    def _free(self) -> int:
        """How many workers the search may have: one fewer while a proof is under way."""
        busy = any(proof is not None and not proof.done() for proof in (self.sooner, self.proof))
        return max(1, self.workers - busy)


def _late(tables: Tables) -> Numbers:
    """By job and window, the days of lateness of all machines that the job leaves, were it their last."""
    late = np.zeros(tables.allowed.shape, np.int64)
    for jobs, days in zip(tables.members, tables.late, strict=True):
        late[jobs] += days
    return late


def _ordered(tables: Tables, costs: Amounts) -> Amounts:
    """The costs, by which what others wait for moves before the cheapest window of these."""
    for first, then in tables.befores:
        costs[first, max(1, int(costs[then].argmin())) :] += 2 * KEEP
    return costs
