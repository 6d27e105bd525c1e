"""A very good plan of a large estate, and how far it may be from the best.

What shares machines is planned as one. Prices say which windows are worth thinking of for each of these; CP-SAT places
them there; then a few windows at a time are emptied and filled anew. Proofs are of the whole problem, job by job.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from time import monotonic

import numpy as np

from estate.progress import Progress, Step
from migration.planner import bounds
from migration.planner.bounds import Bound
from migration.planner.clusters import clusters
from migration.planner.exact import Found, solved, solver_of
from migration.planner.greedy import greedy, rounded
from migration.planner.model import Model
from migration.planner.neighbourhood import improved
from migration.planner.relaxation import Amounts, Held, Prices
from migration.planner.schedule import OBJECTIVES, Measure
from migration.planner.swaps import joined, pressed
from migration.planner.tables import Numbers, Tables

SHARES = (0.15, 0.65, 0.67)
"""By which share of the time lateness, exposure and dual running are done; the rest is for what is cut."""
HARD_SHARES = (0.5, 0.6, 0.75)
"""The same where something must be late."""
DAY_LATE = 30
"""Days of exposure that weigh as much as one of lateness, where both are made little at once."""
DAY_LATE_LAST = 1000
"""The same at the end, so that what is still late is looked at most."""
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
        self.shares = SHARES
        self.beside = ThreadPoolExecutor(1)
        self.sooner: Future[float] | None = None
        self.proof: Future[float] | None = None

    def plan(self) -> Found:
        at, impossible = self._begin()
        if at is None:
            return Found(impossible=impossible)
        least = [0.0] * len(OBJECTIVES)
        with self.beside:
            for number, name in enumerate(OBJECTIVES):
                self.told(Step("plan", number, len(OBJECTIVES), "objectives", name))
                value = self.merged.measures(at)[number]
                if number == 0:
                    at, least[0] = self._soonest(at)
                elif number == 1:
                    least[1] = self._simplest(self.whole.exposed)
                    if value > least[1]:
                        at = self._pressed(at, number)
                        self.proof = self.beside.submit(self._proof, at, self.merged.measures(at)[0])
                elif number == 2:
                    least[2] = bounds.dual_running(self.whole) if value else 0.0
                    at = self._improved(at, number, self.shares[2], least[2])
                else:
                    at = joined(self.merged, at, self._until(1.0))
                    at = self._improved(at, number, 1.0, 0.0)
                    least[3] = bounds.cut(self.whole)
            if self.sooner:
                least[0] = max(least[0], self.sooner.result())
            if self.proof:
                least[1] = max(least[1], self.proof.result())
        at = at[self.group]
        values = self.whole.measures(at)
        measures = [
            Measure(name, value, min(bound, value))
            for name, value, bound in zip(OBJECTIVES, values, least, strict=True)
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

    def _pressed(self, at: Numbers, number: int) -> Numbers:
        """Exposure made as little as can be, and lateness no more."""
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
        if easy and tables.allowed.size <= ONE_MODEL:
            dearer = bound.costs - bound.costs.min(axis=1, keepdims=True)
            # A window that would by itself make any plan worse than this one need not be thought of.
            near = tables.allowed & (dearer <= tables.measures(at)[1] - bound.least + 1)
            near[np.arange(len(at)), at] = True
            at = self._modelled(replace(tables, allowed=near), at, 1, self._left(share * 0.9))
        return self._improved(at, number, share, bound.least)

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

    def _modelled(self, tables: Tables, at: Numbers, number: int, seconds: float) -> Numbers:
        """Bettered in one model of everything."""
        model = Model(tables)
        if number:
            model.cp.add(model.objective(0) <= tables.measures(at)[0])
        model.cp.minimize(model.objective(number))
        model.hint(at)
        solver = solver_of(seconds, self.workers, self.seed)
        if solved(solver, model.cp) in {"OPTIMAL", "FEASIBLE"}:
            return min((at, model.read(solver)), key=lambda one: tables.measures(one)[: number + 1])
        return at

    def _improved(self, at: Numbers, number: int, share: float, goal: float) -> Numbers:
        return improved(self.merged, at, number, self._until(share), self._free, self.seed, goal)

    def _soonest(self, at: Numbers) -> tuple[Numbers, float]:
        """The plan with as little lateness as can be, and the least that it could be."""
        at = pressed(self.merged, at, self._until(SHARES[0] / 2))
        least = self._simplest(self.whole.late)
        if self.merged.measures(at)[0] > least:
            self.shares = HARD_SHARES
            until = self._until(self.shares[1])
            self.sooner = self.beside.submit(bounds.soonest, self.whole, self.merged, self.group, at, until)
            at = self._both(at)
        return at, least

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
        small = self.whole.allowed.size <= ONE_MODEL
        at = improved(
            both, at, 0, self._until(share * (0.5 if small else 0.85)), self._free, self.seed, bound.least
        )
        if small:
            return self._parted(at)
        last = replace(tables, late=DAY_LATE_LAST * tables.late + tables.exposed)
        return improved(last, at, 0, self._until(share), self._free, self.seed, bound.least)

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
