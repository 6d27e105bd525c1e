"""The best plan, with proof, where the estate is small enough for one model of everything."""

from dataclasses import dataclass, field
from time import monotonic

from ortools.sat.python import cp_model

from estate.progress import Progress, Step
from migration.planner.model import Model
from migration.planner.schedule import OBJECTIVES, Measure
from migration.planner.tables import Numbers, Tables

LAST_SHARE = 0.5
"""Of the time that is left, how much one objective may take when others wait behind it."""

ENOUGH = 0.5
"""Of the solver's own time, of which each is some seconds: the proof of dual running or cut is seldom worth more."""


@dataclass
class Found:
    """The best plan so far, and what is proved of it."""

    at: Numbers | None = None
    impossible: bool = False
    measures: list[Measure] = field(default_factory=list)


def exact(tables: Tables, until: float, workers: int, seed: int, hint: Numbers | None, told: Progress) -> Found:
    """Each objective in turn, the ones before it held at what they reached; `until` is of the monotonic clock.

    `at` is None where no plan was found: `impossible` says whether none exists, or there was too little time.
    """
    model = Model(tables)
    found = Found(hint)
    for number, name in enumerate(OBJECTIVES):
        told(Step("plan", number, len(OBJECTIVES), "objectives", name))
        held = None if found.at is None else tables.measures(found.at)[number]
        bound = 0.0
        if held != 0:
            objective = model.objective(number)
            model.cp.minimize(objective)
            if found.at is not None:
                model.hint(found.at)
            left = until - monotonic()
            share = 1.0 if number == len(OBJECTIVES) - 1 else LAST_SHARE
            solver = solver_of(max(0.05, left * share), workers, seed)
            if number >= 2:
                solver.parameters.max_deterministic_time = ENOUGH
            state = solved(solver, model.cp)
            if state == "INFEASIBLE":
                return Found(impossible=True)
            if state in {"OPTIMAL", "FEASIBLE"}:
                at = model.read(solver)
                if held is None or tables.measures(at)[number] <= held:
                    found.at = at
                bound = max(0.0, solver.best_objective_bound)
            if found.at is None:
                return found
            held = tables.measures(found.at)[number]
            model.cp.clear_objective()  # type: ignore[no-untyped-call]  # ortools leaves it without types
            model.cp.add(objective <= held)
        else:
            model.cp.add(model.objective(number) <= 0)
        found.measures.append(Measure(name, held, min(bound, held)))
    return found


def solver_of(seconds: float, workers: int, seed: int) -> cp_model.CpSolver:
    """A solver with a time limit, the same each time."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    return solver


def solved(solver: cp_model.CpSolver, model: cp_model.CpModel) -> str:
    """Solve, and say how it ended: OPTIMAL, FEASIBLE, INFEASIBLE or UNKNOWN."""
    solver.solve(model)
    return solver.status_name()
