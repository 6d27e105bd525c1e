"""The problem with every limit lifted, and what jobs draw on paid for instead (Lagrangian relaxation).

Whatever the prices are, the cheapest plan then costs no more than any plan that keeps the limits does: a proof of how
little lateness or exposure could be. `bounds` finds prices for which that says much.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from migration.planner.tables import Numbers, Tables

Amounts = NDArray[np.float64]

NO = 1e15
"""What a window costs in which a job may not move."""


@dataclass(frozen=True)
class Prices:
    """What it costs to draw on a pool, by limit and pool, for as much as the mean of the limit's pools holds."""

    limits: list[Amounts]
    held: float = 0.0
    """What a day of the objective costs that comes before."""


@dataclass(frozen=True)
class Held:
    """An objective that comes before, by machine and window, and what it may come to."""

    costs: Numbers
    most: int


@dataclass(frozen=True)
class Leaving:
    """Machines that the same jobs leave: what the window of the last of these costs."""

    jobs: Numbers
    ahead: Numbers
    """By job, the windows that it is ahead of the last at least: what must move before others of them is."""
    costs: Amounts
    held: Amounts
    """The same of the objective before."""

    def by_job(self, costs: Amounts) -> list[tuple[int, Amounts]]:
        """What a window costs at the least, by that of each job alone."""
        last = len(costs) - 1
        windows = np.arange(len(costs))
        both = zip(self.jobs.tolist(), self.ahead.tolist(), strict=True)
        return [(job, costs[np.minimum(windows + ahead, last)]) for job, ahead in both]


class Relaxation:
    """One objective that a machine's last job decides: `costs`, by machine and window. `held` is one before it."""

    def __init__(self, tables: Tables, costs: Numbers, held: Held | None) -> None:
        self.tables = tables
        jobs, windows = tables.allowed.shape
        self.scale = [limit.scale for limit in tables.limits]
        """Prices are for the mean of a limit's pools, so that all are of one size."""
        self.use = np.zeros((jobs, len(tables.limits)))
        for number, limit in enumerate(tables.limits):
            self.use[:, number] = limit.use / self.scale[number]
        self.held = held
        self.centres, shared = _centres(tables, _leavings(tables, costs, held), jobs)
        self.own = np.zeros(tables.allowed.shape)
        self.held_own = np.zeros(tables.allowed.shape)
        for one in shared:
            self.own[one.jobs] += one.costs / len(one.jobs)
            self.held_own[one.jobs] += one.held / len(one.jobs)
        empty = np.zeros((0, windows))
        self.centre_costs = np.array([one.costs for one in self.centres]) if self.centres else empty
        self.held_centre = np.array([one.held for one in self.centres]) if self.centres else empty
        none = np.zeros(0, np.int64)
        self.grouped = np.concatenate([none, *(one.jobs for one in self.centres)])
        self.ahead = np.concatenate([none, *(one.ahead for one in self.centres)])[:, None]
        sizes = [len(one.jobs) for one in self.centres]
        self.starts = np.cumsum([0, *sizes])[:-1].astype(np.int64)
        self.group_of = np.repeat(np.arange(len(sizes)), sizes)
        self.alone = np.setdiff1d(np.arange(jobs), self.grouped)
        self.forbidden = np.where(tables.allowed, 0.0, NO)
        self.columns = np.arange(windows)

    def cheapest(self, prices: Prices) -> tuple[float, Numbers, Amounts]:
        """What the cheapest plan costs at these prices, that plan, and each job's cost of each window."""
        by_window = np.zeros((len(prices.limits), len(self.columns)))
        for number, (limit, price) in enumerate(zip(self.tables.limits, prices.limits, strict=True)):
            by_window[number] = np.where(limit.pool >= 0, price[limit.pool], 0.0)
        table = self.own + self.forbidden
        if self.use.shape[1]:
            table += self.use @ by_window
        if self.held and prices.held:
            table += prices.held * self.held_own
        at = table.argmin(axis=1)
        total = float(table[self.alone, at[self.alone]].sum())
        if len(self.grouped):
            rows = table[self.grouped]
            _, groups = self._groups(rows, prices)
            last = groups.argmin(axis=1)
            total += float(groups[np.arange(len(last)), last].sum())
            later = self.columns > last[self.group_of][:, None] - self.ahead
            at[self.grouped] = np.where(later, np.inf, rows).argmin(axis=1)
        for limit, price, scale in zip(self.tables.limits, prices.limits, self.scale, strict=True):
            total -= float((price * limit.most).sum()) / scale
        if self.held:
            total -= prices.held * self.held.most
        return total, at, table

    def floors(self, prices: Prices) -> Amounts:
        """By job and window, what any plan costs at the least that moves the job there and keeps every limit."""
        total, _, table = self.cheapest(prices)
        found: Amounts = total + table - table.min(axis=1, keepdims=True)
        if len(self.grouped):
            rows = table[self.grouped]
            upto, groups = self._groups(rows, prices)
            others = groups[self.group_of] - upto
            # The last of the jobs is in the window that is asked for, or in a later one.
            cheapest = np.minimum.accumulate(others[:, ::-1], axis=1)[:, ::-1]
            last = self.columns + self.ahead
            after = np.take_along_axis(cheapest, np.minimum(last, len(self.columns) - 1), axis=1)
            after[last >= len(self.columns)] = NO
            found[self.grouped] = total + after + rows - groups.min(axis=1)[self.group_of][:, None]
        return found

    def _groups(self, rows: Amounts, prices: Prices) -> tuple[Amounts, Amounts]:
        """By window of the last job: what each job costs then at the least, and what all of its machine do."""
        centre = self.centre_costs
        if self.held and prices.held:
            centre = centre + prices.held * self.held_centre
        before = self.columns - self.ahead
        upto = np.take_along_axis(np.minimum.accumulate(rows, axis=1), np.maximum(before, 0), axis=1)
        upto[before < 0] = NO
        return upto, np.add.reduceat(upto, self.starts, axis=0) + centre


def _leavings(tables: Tables, costs: Numbers, held: Held | None) -> list[Leaving]:
    """All machines, those together that the same jobs leave."""
    summed: dict[tuple[int, ...], tuple[Amounts, Amounts]] = {}
    nothing = np.zeros(len(tables.days))
    for machine, members in enumerate(tables.members):
        key = tuple(members.tolist())
        one, other = summed.get(key, (nothing, nothing))
        summed[key] = one + costs[machine], (other + held.costs[machine] if held else other)
    found = (
        Leaving(np.array(jobs), np.zeros(len(jobs), np.int64), one, other) for jobs, (one, other) in summed.items()
    )
    return [one for one in found if one.costs.any() or one.held.any()]


def _centres(tables: Tables, leavings: list[Leaving], jobs: int) -> tuple[list[Leaving], list[Leaving]]:
    """Machines of several jobs whose last job is reckoned with truly, and those that are shared out among their jobs.

    Whatever must move before a job of the first is among their jobs too. A job has one such machine at the most, so
    that each of these and its jobs is a problem by itself. A share is no more than the truth: the last of a machine's
    jobs costs at least what any mean of them does.
    """
    taken = np.zeros(jobs, np.bool_)
    centres, shared = [], []
    ahead = ancestors(tables)
    whole = [_with_ancestors(one, ahead) for one in leavings]
    order = sorted(range(len(whole)), key=lambda one: (-len(whole[one].jobs), one))
    for number in order:
        for one in (whole[number], leavings[number]):
            if len(one.jobs) > 1 and not taken[one.jobs].any():
                taken[one.jobs] = True
                centres.append(one)
                break
        else:
            shared.append(leavings[number])
    return centres, shared


def ancestors(tables: Tables) -> dict[int, dict[int, int]]:
    """By job, what must move before it, and by how many windows at the least."""
    found: dict[int, dict[int, int]] = {}
    for _ in range(len(tables.befores)):
        changed = False
        for first, then in tables.befores:
            mine = found.setdefault(then, {})
            for job, ahead in ({first: 0} | found.get(first, {})).items():
                if mine.get(job, 0) <= ahead:
                    mine[job] = ahead + 1
                    changed = True
        if not changed:
            break
    return found


def _with_ancestors(leaving: Leaving, ancestors: dict[int, dict[int, int]]) -> Leaving:
    ahead = dict(zip(leaving.jobs.tolist(), leaving.ahead.tolist(), strict=True))
    for job in leaving.jobs.tolist():
        for other, windows in ancestors.get(job, {}).items():
            ahead[other] = max(ahead.get(other, 0), windows)
    return Leaving(np.array(list(ahead)), np.array(list(ahead.values())), leaving.costs, leaving.held)
