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
        self.centres, self.shared = _centres(tables, jobs)
        self.own = self._own(costs)
        self.centre_costs = costs[self.centres].astype(float)
        self.held_own = self._own(held.costs) if held else None
        self.held_centre = held.costs[self.centres].astype(float) if held else None
        grouped = [tables.members[machine] for machine in self.centres]
        self.grouped = np.concatenate([np.zeros(0, np.int64), *grouped])
        sizes = [len(one) for one in grouped]
        self.starts = np.cumsum([0, *sizes])[:-1].astype(np.int64)
        self.group_of = np.repeat(np.arange(len(grouped)), sizes)
        self.alone = np.setdiff1d(np.arange(jobs), self.grouped)
        self.forbidden = np.where(tables.allowed, 0.0, NO)
        self.columns = np.arange(windows)

    def _own(self, costs: Numbers) -> Amounts:
        """By job and window: what its machines cost that have no other job, or are shared out among theirs."""
        found = np.zeros(self.tables.allowed.shape)
        for machine in self.shared:
            jobs = self.tables.members[machine]
            found[jobs] += costs[machine] / len(jobs)
        return found

    def cheapest(self, prices: Prices) -> tuple[float, Numbers, Amounts]:
        """What the cheapest plan costs at these prices, that plan, and each job's cost of each window."""
        by_window = np.zeros((len(prices.limits), len(self.columns)))
        for number, (limit, price) in enumerate(zip(self.tables.limits, prices.limits, strict=True)):
            by_window[number] = np.where(limit.pool >= 0, price[limit.pool], 0.0)
        table = self.own + self.forbidden
        if self.use.shape[1]:
            table += self.use @ by_window
        centre = self.centre_costs
        if self.held_own is not None and self.held_centre is not None and prices.held:
            table += prices.held * self.held_own
            centre = centre + prices.held * self.held_centre
        at = table.argmin(axis=1)
        total = float(table[self.alone, at[self.alone]].sum())
        if len(self.grouped):
            rows = table[self.grouped]
            upto = np.minimum.accumulate(rows, axis=1)
            groups = np.add.reduceat(upto, self.starts, axis=0) + centre
            last = groups.argmin(axis=1)
            total += float(groups[np.arange(len(last)), last].sum())
            later = self.columns > last[self.group_of][:, None]
            at[self.grouped] = np.where(later, np.inf, rows).argmin(axis=1)
        for limit, price, scale in zip(self.tables.limits, prices.limits, self.scale, strict=True):
            total -= float((price * limit.most).sum()) / scale
        if self.held:
            total -= prices.held * self.held.most
        return total, at, table


def _centres(tables: Tables, jobs: int) -> tuple[list[int], list[int]]:
    """Machines of several jobs whose last job is reckoned with truly, and those that are shared out among their jobs.

    A job has one such machine at the most, so that each of these and its jobs is a problem by itself. A share is no
    more than the truth: the last of a machine's jobs costs at least what any mean of them does.
    """
    taken = np.zeros(jobs, np.bool_)
    centres, shared = [], []
    for machine in sorted(range(len(tables.members)), key=lambda one: (-len(tables.members[one]), one)):
        members = tables.members[machine]
        if len(members) > 1 and not taken[members].any():
            taken[members] = True
            centres.append(machine)
        else:
            shared.append(machine)
    return centres, shared
