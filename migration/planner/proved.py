"""The best plan of an estate that one model holds, and the proof of it.

A good plan and the prices of a relaxation leave few windows open to each job: any plan that moves it in another is worse
than this one. What is left is little enough for CP-SAT to end with.
"""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

import numpy as np

from migration.planner import bounds
from migration.planner.exact import solved, solver_of
from migration.planner.model import Model
from migration.planner.neighbourhood import improved
from migration.planner.relaxation import Held
from migration.planner.tables import Flags, Numbers, Tables

SHARES = (0.3, 0.75, 1.0)
"""By which share of the time lateness, exposure and dual running are done."""
AGAIN = 0.25
"""The share for making exposure little again, where a plan that is less late has more of it."""
NEAR = 1e-3
"""By so much reckoning in fractions may be wrong."""


def proved(
    tables: Tables, at: Numbers, seconds: float, workers: int, seed: int, told: Callable[[int], None]
) -> tuple[Numbers, list[float]]:
    """The plan, bettered as far as time goes, and the least that lateness, exposure and dual running could be.

    Each with those before fixed at what they reached. `told` is told the number of each objective as it begins.
    """
    return _Proving(tables, at, seconds, workers, seed).search(told)


class _Proving:
    def __init__(self, tables: Tables, at: Numbers, seconds: float, workers: int, seed: int) -> None:
        self.tables, self.at, self.workers, self.seed = tables, at, workers, seed
        self.started, self.seconds = monotonic(), seconds
        self.near: Flags = tables.allowed

    def search(self, told: Callable[[int], None]) -> tuple[Numbers, list[float]]:
        tables = self.tables
        told(0)
        bound = bounds.pressing(tables, tables.late, self.at, self._until(SHARES[0]))
        before = self.tables.measures(self.at)
        least = [self._least(0, bound)]
        told(1)
        if tables.measures(self.at)[0] < before[0]:
            until = self._until(SHARES[0] + AGAIN)
            self.at = improved(tables, self.at, 1, until, lambda: self.workers, self.seed)
        held = Held(tables.late, tables.measures(self.at)[0])
        least.append(
            self._least(1, bounds.pressing(tables, tables.exposed, self.at, self._until(SHARES[1]), held))
        )
        told(2)
        least.append(self._least(2, None))
        return self.at, least

    def _least(self, number: int, bound: bounds.Bound | None) -> float:
        """One objective, made as little as can be, and the least that it could be."""
        value = self.tables.measures(self.at)[number]
        proof = 0.0
        if bound is not None:
            self.near = self.near & (bound.floors <= value + NEAR)
            proof = bound.least
        if value <= proof:
            return proof
        near = self.near.copy()
        near[np.arange(len(self.at)), self.at] = True
        model = Model(replace(self.tables, allowed=near))
        for before, most in enumerate(self.tables.measures(self.at)[:number]):
            model.cp.add(model.objective(before) <= most)
        objective = model.objective(number)
        model.cp.add(objective <= value)
        model.cp.minimize(objective)
        model.hint(self.at)
        left = self._until(SHARES[number]) - monotonic()
        solver = solver_of(max(0.1, left), self.workers, self.seed)
        if solved(solver, model.cp) in {"OPTIMAL", "FEASIBLE"}:
            trial = model.read(solver)
            if self.tables.measures(trial)[: number + 1] < self.tables.measures(self.at)[: number + 1]:
                self.at = trial
            proof = max(proof, solver.best_objective_bound)
        return proof

    def _until(self, share: float) -> float:
        return self.started + self.seconds * share
