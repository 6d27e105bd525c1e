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
from migration.planner.clusters import clusters
from migration.planner.exact import Found, solved, solver_of
from migration.planner.greedy import greedy, rounded
from migration.planner.model import Model
from migration.planner.neighbourhood import improved
from migration.planner.relaxation import Held, Prices
from migration.planner.schedule import OBJECTIVES, Measure
from migration.planner.tables import Numbers, Tables

SHARES = (0.1, 0.45, 0.5)
"""By which share of the time lateness, exposure and dual running are done; the rest is for what is cut."""
PROOF_ENDS = 0.96
"""By which share of the time proofs end: a linear programme is not broken off at once."""
PROMISING = 16
"""How many windows of each are thought of, at first."""
PAIRS = 300_000
"""From so many pairs of a job and a window on, not all are put in one model."""


def large(tables: Tables, seconds: float, workers: int, seed: int, told: Progress) -> Found:
    """A plan in about so many seconds. `at` is None where none was found: `impossible` says whether there is none."""
    return _Large(tables, seconds, workers, seed, told).plan()


class _Large:
    def __init__(self, tables: Tables, seconds: float, workers: int, seed: int, told: Progress) -> None:
        self.whole, self.told, self.workers, self.seed = tables, told, workers, seed
        self.started, self.seconds = monotonic(), seconds
        self.group = clusters(tables)
        self.merged = tables.merged(self.group)
        self.prices: dict[int, Prices] = {}
        self.proofs: dict[int, Future[float]] = {}

    def plan(self) -> Found:
        at, impossible = self._begin()
        if at is None:
            return Found(impossible=impossible)
        least = [0.0] * len(OBJECTIVES)
        with ThreadPoolExecutor(1) as beside:
            for number, name in enumerate(OBJECTIVES):
                self.told(Step("plan", number, len(OBJECTIVES), "objectives", name))
                value = self.merged.measures(at)[number]
                if number < 2:
                    least[number] = self._simplest(number)
                    if value > least[number]:
                        at = self._pressed(at, number)
                        held = self.merged.measures(at)[0]
                        self.proofs[number] = beside.submit(self._proof, number, at, held)
                elif number == 2:
                    least[number] = bounds.dual_running(self.whole) if value else 0.0
                    at = self._improved(at, number, SHARES[number], least[number])
                else:
                    at = self._improved(at, number, 1.0, 0.0)
                    least[number] = bounds.cut(self.whole)
        at = at[self.group]
        for number, proof in self.proofs.items():
            least[number] = max(least[number], proof.result())
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
        if (at := greedy(self.whole)) is not None:
            self.group = np.arange(len(at))
            self.merged = self.whole
            return at, False
        state, at = self._searched(self.merged)
        if state == "INFEASIBLE" and len(self.merged.allowed) < len(self.whole.allowed):
            self.group = np.arange(len(self.whole.allowed))
            self.merged = self.whole
            state, at = self._searched(self.whole)
        return at, state == "INFEASIBLE"

    def _searched(self, tables: Tables) -> tuple[str, Numbers | None]:
        model = Model(tables)
        solver = solver_of(self._left(0.8), self.workers, self.seed)
        state = solved(solver, model.cp)
        return state, model.read(solver) if state in {"OPTIMAL", "FEASIBLE"} else None

    def _pressed(self, at: Numbers, number: int) -> Numbers:
        """Lateness or exposure made as little as can be."""
        tables, values = self.merged, self.merged.measures(at)
        costs = (tables.late, tables.exposed)[number]
        held = Held(tables.late, values[0]) if number else None
        share = SHARES[number]
        bound = bounds.pressing(tables, costs, at, self._until(share * 0.5), held)
        self.prices[number] = bound.prices
        if (trial := rounded(tables, bound.costs)) is not None and tables.measures(trial)[: number + 1] < values[
            : number + 1
        ]:
            at, values = trial, tables.measures(trial)
        near = tables.allowed
        if near.sum() > PAIRS / 10:
            near = bounds.cheapest(bound.costs, PROMISING) & tables.allowed
            near[np.arange(len(at)), at] = True
        model = Model(replace(tables, allowed=near))
        if number:
            model.cp.add(model.objective(0) <= values[0])
        model.cp.minimize(model.objective(number))
        model.hint(at)
        solver = solver_of(self._left(share * 0.75), self.workers, self.seed)
        if solved(solver, model.cp) in {"OPTIMAL", "FEASIBLE"}:
            trial = model.read(solver)
            if tables.measures(trial)[: number + 1] < values[: number + 1]:
                at = trial
        return self._improved(at, number, share, bound.least)

    def _improved(self, at: Numbers, number: int, share: float, goal: float) -> Numbers:
        return improved(self.merged, at, number, self._until(share), self._free, self.seed, goal)

    def _simplest(self, number: int) -> float:
        """What is left where every machine's last job moves in its first window."""
        return float(
            sum(
                costs[max(int(self.whole.allowed[job].argmax()) for job in jobs)]
                for jobs, costs in zip(
                    self.whole.members, (self.whole.late, self.whole.exposed)[number], strict=True
                )
            )
        )

    def _proof(self, number: int, at: Numbers, lateness: int) -> float:
        """The least that lateness or exposure could be; it takes what time the other has left."""
        tables = self.whole
        costs = (tables.late, tables.exposed)[number]
        held = Held(tables.late, lateness) if number else None
        until = self._until(SHARES[1] if number == 0 else PROOF_ENDS)
        return bounds.pressing(tables, costs, at[self.group], until, held, self.prices[number]).least

    def _until(self, share: float) -> float:
        return self.started + self.seconds * share

    def _left(self, share: float) -> float:
        return max(0.1, self._until(share) - monotonic())

    def _free(self) -> int:
        """How many workers the search may have: one fewer while a proof is under way."""
        return max(1, self.workers - any(not proof.done() for proof in self.proofs.values()))
