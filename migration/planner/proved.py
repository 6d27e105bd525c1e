"""The best plan of an estate that one model holds, and the proof of it.

The prices of a relaxation leave few windows open to each job: any plan that moves it in another comes to more than is
hoped for. What is left is little enough for CP-SAT to end with.
"""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

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
HOPED, HOPED_DAYS = 0.02, 14
"""The best plan is hoped to be above a linear programme's bound by this share, and so many days, at the most."""
WIDER = 4
"""By so much more, where no plan comes to what was hoped for."""
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
        tables, first = self.tables, self.at
        told(0)
        least = [self._least(0, bounds.pressing(tables, tables.late, first, self._until(SHARES[0])))]
        told(1)
        held = Held(tables.late, tables.measures(self.at)[0])
        # A plan that was searched for in both says more of windows worth their while than one that is least late.
        least.append(self._least(1, bounds.pressing(tables, tables.exposed, first, self._until(SHARES[1]), held)))
        told(2)
        least.append(self._least(2, None))
        return self.at, least

    def _least(self, number: int, bound: bounds.Bound | None) -> float:
        """One objective, made as little as can be, and the least that it could be."""
        value, proof = self.tables.measures(self.at)[number], bound.least if bound is not None else 0.0
        above = proof * HOPED + HOPED_DAYS if proof else float(value)
        hoped = 0
        while value > max(proof, hoped) and monotonic() < self._ends(number):
            hoped = min(value, int(proof + above))
            proof, above = max(proof, self._modelled(number, hoped, bound)), above * WIDER
            value = self.tables.measures(self.at)[number]
        until = self._until(SHARES[number])
        self.at = improved(self.tables, self.at, number, until, lambda: self.workers, self.seed, proof)
        if bound is not None:
            self.near = self.near & (bound.floors <= self.tables.measures(self.at)[number] + NEAR)
        return proof

    def _modelled(self, number: int, hoped: int, bound: bounds.Bound | None) -> float:
        """The best plan that comes to what is hoped for, or less, and a proof that no plan comes to less than so much."""
        near = self.near if bound is None else self.near & (bound.floors <= hoped + NEAR)
        model = Model(replace(self.tables, allowed=near))
        for before, most in enumerate(self.tables.measures(self.at)[:number]):
            model.cp.add(model.objective(before) <= most)
        objective = model.objective(number)
        model.cp.add(objective <= hoped)
        model.cp.minimize(objective)
        model.hint(self.at)
        solver = solver_of(max(0.1, self._ends(number) - monotonic()), self.workers, self.seed)
        state = solved(solver, model.cp)
        if state in {"OPTIMAL", "FEASIBLE"}:
            trial = model.read(solver)
            if self.tables.measures(trial)[: number + 1] < self.tables.measures(self.at)[: number + 1]:
                self.at = trial
        # What is not in the model comes to more than is hoped for.
        return float(hoped) if state == "INFEASIBLE" else min(float(hoped), max(0.0, solver.best_objective_bound))

    def _ends(self, number: int) -> float:
        """When the models of an objective end."""
        begins = SHARES[number - 1] if number else 0.0
        return self._until(begins + (SHARES[number] - begins) * SEARCHED)

    def _until(self, share: float) -> float:
        return self.started + self.seconds * share
