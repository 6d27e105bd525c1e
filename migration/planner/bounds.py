"""How little lateness, exposure, dual running and cut could be: proofs from the whole problem, job by job."""

from dataclasses import dataclass
from itertools import permutations
from time import monotonic
from typing import Any

import numpy as np
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # it has no types

from migration.planner.greedy import neighbours
from migration.planner.relaxation import Amounts, Held, Prices, Relaxation, ancestors
from migration.planner.tables import Flags, Numbers, Tables

FIRST = 8
"""Every so many windows are in the first linear programme."""
MORE = 3
"""Windows that a job gets more in each round, at most."""
MANY = 100
"""Of a machine with so many jobs, it is not asked which must move before which."""
NEAR = 0.001
"""Prices are good enough where the bound is so near to the linear programme."""
SAMPLE = 500
"""Of more than twice so many jobs, so many give the first prices."""


@dataclass(frozen=True)
class Bound:
    """The least that an objective can be, and what each window costs each job at the prices that prove it."""

    least: float
    costs: Amounts
    prices: Prices
    shares: Amounts
    """By job and window, how much of the job the linear programme moves there."""
    floors: Amounts
    """By job and window, what any plan costs at the least that moves the job there."""


def pressing(
    tables: Tables,
    costs: Numbers,
    plan: Numbers,
    until: float,
    held: Held | None = None,
    start: Prices | None = None,
) -> Bound:
    """The least of an objective that a machine's last job decides: `costs`, by machine and window.

    Prices come from a linear programme over few windows of each job (those of `plan` among them); windows that look
    cheap at its prices join it, round by round. Each round proves a bound; the best counts.
    """
    return _Sifted(Relaxation(tables, costs, held), costs, plan, start).search(until)


def sampled(tables: Tables, costs: Numbers, plan: Numbers, until: float, held: Held | None) -> Prices | None:
    """Prices from some of the jobs, among pools that are smaller by as much; None where there are few jobs.

    There are far fewer prices than jobs, and so a part of the jobs tells them nearly as well as all do.
    """
    number = len(tables.allowed)
    if number <= 2 * SAMPLE:
        return None
    begins = np.full(number, len(tables.days))
    for members, cost in zip(tables.members, costs, strict=True):
        begins[members] = np.minimum(begins[members], int((cost > 0).argmax()) if cost.any() else len(cost))
    drawn = sum((limit.use / max(1.0, float(limit.use.mean())) for limit in tables.limits), np.zeros(number))
    order = np.lexsort((drawn, begins))
    jobs = np.sort(order[np.linspace(0, number - 1, SAMPLE).astype(np.int64)])
    some = tables.sampled(jobs)
    machines = [row for row, members in enumerate(tables.members) if np.isin(members, jobs).any()]
    few = Held(held.costs[machines], round(held.most * SAMPLE / number)) if held else None
    found = pressing(some, costs[machines], plan[jobs], until, few).prices
    return _rescaled(found, some, tables)


def _rescaled(prices: Prices, few: Tables, whole: Tables) -> Prices:
    """Prices found with the limits of one problem, for those of another."""
    pairs = zip(prices.limits, few.limits, whole.limits, strict=True)
    return Prices([price * many.scale / few.scale for price, few, many in pairs], prices.held)


class _Sifted:
    """The linear programme, growing."""

    def __init__(self, relaxation: Relaxation, costs: Numbers, plan: Numbers, start: Prices | None) -> None:
        self.relaxation, tables = relaxation, relaxation.tables
        self.lp = pywraplp.Solver.CreateSolver("GLOP")
        top = self.lp.infinity()
        self.jobs = [self.lp.Constraint(1, 1) for _ in plan]
        self.limits = [
            [self.lp.Constraint(-top, float(most / scale)) for most in limit.most]
            for limit, scale in zip(tables.limits, relaxation.scale, strict=True)
        ]
        held = relaxation.held
        self.held = self.lp.Constraint(-top, float(held.most)) if held else None
        self.objective = self.lp.Objective()
        self.objective.SetMinimization()
        # A job may stay where it is at a price that no window costs, so that there is always an answer.
        dear = 2.0 * float(costs.max(initial=0)) + 1.0
        for job in self.jobs:
            stays = self.lp.NumVar(0, 1, "")
            job.SetCoefficient(stays, 1)
            self.objective.SetCoefficient(stays, dear)
        self.top: dict[int, tuple[Any, Amounts]] = {}
        self.held_top: dict[int, tuple[Any, Amounts]] = {}
        for leaving in relaxation.centres:
            self.top |= self._last(leaving.by_job(leaving.costs), self.objective)
            if held is not None:
                self.held_top |= self._last(leaving.by_job(leaving.held), self.held)
        self.within = np.zeros(tables.allowed.shape, np.bool_)
        self.shares = np.zeros(tables.allowed.shape)
        self.flags: list[tuple[int, int, Any]] = []
        self.best = start or Prices([np.zeros(len(rows)) for rows in self.limits])
        self.least, _, self.costs = relaxation.cheapest(self.best)
        some = tables.allowed.copy()
        if start is None:
            some[:, np.arange(some.shape[1]) % FIRST > 0] = False
        else:
            some &= cheapest(self.costs, FIRST)
        some[np.arange(len(plan)), plan] = True
        self._widen(some)

    def _last(self, costs: list[tuple[int, Amounts]], counted: Any) -> dict[int, tuple[Any, Amounts]]:
        """By job, the row that keeps what is counted from being less than what the job's window costs."""
        if not any(cost.any() for _, cost in costs):
            return {}
        last = self.lp.NumVar(0, self.lp.infinity(), "")
        counted.SetCoefficient(last, 1)
        found = {}
        for job, cost in costs:
            row = self.lp.Constraint(0, self.lp.infinity())
            row.SetCoefficient(last, 1)
            found[job] = row, cost
        return found

    def search(self, until: float) -> Bound:
        while (left := until - monotonic()) > 0:
            self.lp.SetTimeLimit(max(1, int(left * 1000)))
            if self.lp.Solve() != pywraplp.Solver.OPTIMAL:
                break
            prices = Prices(
                [np.array([max(0.0, -row.dual_value()) for row in rows]) for rows in self.limits],
                max(0.0, -self.held.dual_value()) if self.held else 0.0,
            )
            least, at, table = self.relaxation.cheapest(prices)
            for job, window, flag in self.flags:
                self.shares[job, window] = flag.solution_value()
            if least > self.least:
                self.least, self.costs, self.best = least, table, prices
            if self.least >= self.objective.Value() * (1 - NEAR) - 1e-6 or not self._widen(self._cheap(table, at)):
                break
        floors = self.relaxation.floors(self.best)
        return Bound(float(np.ceil(max(0.0, self.least) - 1e-4)), self.costs, self.best, self.shares, floors)

    def _cheap(self, table: Amounts, at: Numbers) -> Flags:
        """By job, the windows that would cost it less than those it has."""
        rows = np.arange(len(at))
        owned = np.where(self.within, table, np.inf).min(axis=1)
        few = (
            np.argpartition(table, MORE, axis=1)[:, :MORE]
            if table.shape[1] > MORE
            else np.tile(np.arange(table.shape[1]), (len(at), 1))
        )
        found = np.zeros(self.within.shape, np.bool_)
        found[rows[:, None], few] = True
        found &= table < owned[:, None] - 1e-7
        found[rows, at] = True
        return found & self.relaxation.tables.allowed & ~self.within

    def _widen(self, more: Flags) -> bool:
        """Take these windows of these jobs into the programme; False where there are none."""
        relaxation, tables = self.relaxation, self.relaxation.tables
        for job, window in np.argwhere(more).tolist():
            flag = self.lp.NumVar(0, 1, "")
            self.flags.append((job, window, flag))
            self.jobs[job].SetCoefficient(flag, 1)
            if cost := relaxation.own[job, window]:
                self.objective.SetCoefficient(flag, float(cost))
            for number, (limit, rows) in enumerate(zip(tables.limits, self.limits, strict=True)):
                if (pool := limit.pool[window]) >= 0 and (use := relaxation.use[job, number]):
                    rows[pool].SetCoefficient(flag, float(use))
            for tops in (self.top, self.held_top):
                if job in tops and (days := tops[job][1][window]):
                    tops[job][0].SetCoefficient(flag, -float(days))
            if self.held is not None and (cost := relaxation.held_own[job, window]):
                self.held.SetCoefficient(flag, float(cost))
        self.within |= more
        return bool(more.any())


def cheapest(costs: Amounts, number: int) -> Flags:
    """By job, that many windows that cost it least."""
    found = np.zeros(costs.shape, np.bool_)
    number = min(number, costs.shape[1])
    found[np.arange(len(costs))[:, None], np.argsort(costs, axis=1, kind="stable")[:, :number]] = True
    return found


def soonest(tables: Tables, merged: Tables, group: Numbers, plan: Numbers, until: float) -> float:
    """The least lateness, as if there were no jobs but those that may be late.

    Prices come from the merged tables, in which jobs of one group are one; `plan` is of these.
    """
    some = _due(merged)
    if not len(some):
        return 0.0
    few = merged.without(some)
    prices = pressing(few, few.late, plan[some], until).prices
    every = _due(tables)
    whole = tables.without(every)
    return pressing(whole, whole.late, plan[group][every], until, start=_rescaled(prices, few, whole)).least


def _due(tables: Tables) -> Numbers:
    """The jobs that may be late, and what must move before these."""
    due = {int(job) for jobs, late in zip(tables.members, tables.late, strict=True) if late.any() for job in jobs}
    before = ancestors(tables)
    return np.array(sorted(due.union(*(before.get(job, ()) for job in due))), np.int64)


def dual_running(tables: Tables) -> int:
    """The least days for which machines run twice: each alone, in the shortest row of windows that holds its jobs."""
    ordered = set(tables.befores)
    apart = int(np.diff(tables.days).min()) if len(tables.days) > 1 else 0
    total = 0
    for jobs in tables.members:
        if len(jobs) > 1:
            parted = any(pair in ordered for pair in permutations(jobs.tolist(), 2)) if len(jobs) < MANY else False
            total += max(_shortest(tables, jobs), apart if parted else 0)
    return total


def _shortest(tables: Tables, jobs: Numbers) -> int:
    windows = len(tables.days)
    allowed = tables.allowed[jobs]
    counts = np.cumsum(np.pad(allowed, ((0, 0), (1, 0))), axis=1)
    holds = []
    for limit in tables.limits:
        if not limit.use[jobs].any() or len(np.unique(limit.pool[limit.pool >= 0])) < (limit.pool >= 0).sum():
            continue  # a pool of several windows says nothing of one
        most = np.where(limit.pool >= 0, limit.most[limit.pool], limit.use.sum())
        holds.append((limit.use[jobs].sum(), np.cumsum(np.pad(most, (1, 0)))))
    best, last = int(tables.days[-1] - tables.days[0]), 0
    for first in range(windows):
        last = max(last, first)
        while last < windows and not (
            (counts[:, last + 1] > counts[:, first]).all()
            and all(need <= most[last + 1] - most[first] for need, most in holds)
        ):
            last += 1
        if last == windows:
            break
        best = min(best, int(tables.days[last] - tables.days[first]))
    return best


def cut(tables: Tables) -> int:
    """The least weight that is cut: each job keeps at best those neighbours whose weight fits beside it in a window."""
    lost = np.zeros(len(tables.allowed))
    rooms = [
        (limit.use, int(limit.most.max()))
        for limit in tables.limits
        if len(limit.most) and (limit.pool >= 0).all()
    ]
    for job, (others, weights) in enumerate(neighbours(tables)):
        if len(others):
            near = tables.allowed[others][:, tables.allowed[job]].any(axis=1)
            kept = min(
                (_fit(weights[near], use[others[near]], room - use[job]) for use, room in rooms), default=np.inf
            )
            lost[job] = weights.sum() - min(float(weights[near].sum()), kept)
    return int(np.ceil(lost.sum() / 2 - 1e-9))


def _fit(weights: Numbers, uses: Numbers, room: int) -> float:
    """The most weight whose use fits in the room, the last of it in part."""
    order = np.argsort(-weights / np.maximum(uses, 1e-9))
    before = np.cumsum(uses[order]) - uses[order]
    share = np.clip((room - before) / np.maximum(uses[order], 1e-9), 0.0, 1.0)
    return float((weights[order] * share).sum())
