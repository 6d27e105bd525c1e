"""The best plan of an estate that one model holds, and the proof of it.

The prices of a relaxation leave few windows open to each job: any plan that moves it in another comes to more than is
hoped for. What is left is little enough for CP-SAT to end with.
"""

from dataclasses import replace
from time import monotonic

import numpy as np
from ortools.sat.python import cp_model

from migration.planner import bounds
from migration.planner.exact import solved, solver_of
from migration.planner.model import Model
from migration.planner.neighbourhood import improved
from migration.planner.relaxation import Held
from migration.planner.tables import Flags, Numbers, Tables

SHARES = (0.25, 0.65, 1.0)
"""By which share of the time lateness, exposure and dual running are done."""
SEARCHED = 0.85
"""The share of each of these after which windows are emptied and filled anew, where there is no proof yet."""
PARTED = 0.6
"""The share of the time for dual running after which it is no more asked how few machines must be parted."""
HOPED, HOPED_DAYS = 0.02, 14
"""The best plan is hoped to be above a linear programme's bound by this share, and so many days, at the most."""
WIDER = 4
"""By so much more, where no plan comes to what was hoped for."""
NEAR = 1e-3
"""By so much reckoning in fractions may be wrong."""


def proved(tables: Tables, at: Numbers, seconds: float, workers: int, seed: int) -> tuple[Numbers, list[float]]:
    """The plan, bettered as far as time goes, and the least that lateness, exposure and dual running could be.

    Each with those before fixed at what they reached.
    """
    return _Proving(tables, at, seconds, workers, seed).search()


class _Proving:
    def __init__(self, tables: Tables, at: Numbers, seconds: float, workers: int, seed: int) -> None:
        self.tables, self.at, self.workers, self.seed = tables, at, workers, seed
        self.started, self.seconds = monotonic(), seconds
        self.near: Flags = tables.allowed

    def search(self) -> tuple[Numbers, list[float]]:
        tables, first = self.tables, self.at
        least = [self._least(0, bounds.pressing(tables, tables.late, first, self._until(SHARES[0])))]
        held = Held(tables.late, tables.measures(self.at)[0])
        # A plan that was searched for in both says more of windows worth their while than one that is least late.
        least.append(self._least(1, bounds.pressing(tables, tables.exposed, first, self._until(SHARES[1]), held)))
        least.append(self._closest())
        return self.at, least

    def _least(self, number: int, bound: bounds.Bound) -> float:
        """One objective, made as little as can be, and the least that it could be."""
        value, proof = self.tables.measures(self.at)[number], bound.least
        above, hoped = proof * HOPED + HOPED_DAYS, 0
        while value > max(proof, hoped) and monotonic() < self._ends(number):
            hoped = min(value, int(proof + above))
            proof, above = max(proof, self._modelled(number, hoped, bound)), above * WIDER
            value = self.tables.measures(self.at)[number]
        until = self._until(SHARES[number])
        self.at = improved(self.tables, self.at, number, until, lambda: self.workers, self.seed, proof)
        self.near = self.near & (bound.floors <= self.tables.measures(self.at)[number] + NEAR)
        return proof

    def _closest(self) -> float:
        """Dual running made as little as can be, and the least that it could be.

        To part as few machines as can be is sooner done, and nearly the same: each runs twice for some days at least.
        """
        days, value = self.tables.days, self.tables.measures(self.at)[2]
        if not value:
            return 0.0
        model, spans = self._model(2, self.near, value)
        model.cp.minimize(sum(model.apart))
        proof = self._solved(model, 2, PARTED) * int(np.diff(days).min())
        if self.tables.measures(self.at)[2] > proof:
            model.cp.clear_objective()  # type: ignore[no-untyped-call]  # ortools leaves it without types
            model.cp.minimize(spans)
            proof = max(proof, self._solved(model, 2, SEARCHED))
            until = self._until(1.0)
            self.at = improved(self.tables, self.at, 2, until, lambda: self.workers, self.seed, proof)
        return proof

    def _modelled(self, number: int, hoped: int, bound: bounds.Bound) -> float:
        """The best plan that comes to what is hoped for, or less, and a proof that no plan comes to less than so much."""
        model, objective = self._model(number, self.near & (bound.floors <= hoped + NEAR), hoped)
        model.cp.minimize(objective)
        # What is not in the model comes to more than is hoped for.
        return min(float(hoped), self._solved(model, number, SEARCHED))

    def _model(self, number: int, near: Flags, most: int) -> tuple[Model, cp_model.LinearExprT]:
        """A model of these windows, in which nothing before is worse than now, and the objective at most so much."""
        model = Model(replace(self.tables, allowed=near))
        for before, value in enumerate(self.tables.measures(self.at)[:number]):
            model.cp.add(model.objective(before) <= value)
        objective = model.objective(number)
        model.cp.add(objective <= most)
        return model, objective

    def _solved(self, model: Model, number: int, share: float) -> float:
        """The plan that it finds, if it is better, and the least that what it minimises could be; infinite for no plan."""
        model.hint(self.at)
        solver = solver_of(max(0.1, self._ends(number, share) - monotonic()), self.workers, self.seed)
        state = solved(solver, model.cp)
        if state in {"OPTIMAL", "FEASIBLE"}:
            trial = model.read(solver)
            if self.tables.measures(trial)[: number + 1] < self.tables.measures(self.at)[: number + 1]:
                self.at = trial
        return float("inf") if state == "INFEASIBLE" else max(0.0, solver.best_objective_bound)

    def _ends(self, number: int, share: float = SEARCHED) -> float:
        """When so much of an objective's time is over."""
        begins = SHARES[number - 1] if number else 0.0
        return self._until(begins + (SHARES[number] - begins) * share)

    def _until(self, share: float) -> float:
        return self.started + self.seconds * share
