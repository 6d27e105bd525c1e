"""Whether any plan keeps a set of constraints."""

from collections.abc import Iterable
from time import monotonic

from estate.errors import UnfinishedError
from migration.planner.exact import solved, solver_of
from migration.planner.greedy import greedy
from migration.planner.model import Model
from migration.planner.problem import Constraint, Problem
from migration.planner.tables import Tables
from migration.planner.translate import Translation


class Feasibility:
    """Answers for one problem, within one time limit: `until` is of the monotonic clock."""

    def __init__(self, problem: Problem, until: float, workers: int, seed: int) -> None:
        self.problem = problem
        self.translation = Translation(problem)
        self.until, self.workers, self.seed = until, workers, seed

    def left(self) -> float:
        """The seconds that are left."""
        return max(0.1, self.until - monotonic())

    def holds(self, constraints: Iterable[Constraint]) -> bool:
        """Whether a plan keeps all of these. Raises `UnfinishedError` where the time was too short to tell."""
        tables = self.translation.tables(constraints)
        if not tables.allowed.any(axis=1).all() or overfull(tables) or circular(tables):
            return False
        if not tables.limits and not tables.befores and not tables.pilots:
            return True
        if greedy(tables) is not None:
            return True
        solver = solver_of(self.left(), self.workers, self.seed)
        state = solved(solver, Model(tables).cp)
        if state == "UNKNOWN":
            raise UnfinishedError(
                "there was too little time to find out whether the rules can hold together", "give it more time"
            )
        return state != "INFEASIBLE"


def overfull(tables: Tables) -> bool:
    """Whether the jobs that have no window outside a limit use more than all of it."""
    for limit in tables.limits:
        outside = (tables.allowed & (limit.pool < 0)).any(axis=1)
        if limit.use[~outside].sum() > limit.most.sum():
            return True
    return False


def circular(tables: Tables) -> bool:
    """Whether jobs that wait for each other run out of windows, whatever else holds."""
    earliest = tables.allowed.argmax(axis=1)
    moved = True
    while moved:
        moved = False
        for first, then in tables.befores:
            if earliest[then] <= earliest[first]:
                later = tables.allowed[then, earliest[first] + 1 :]
                if not later.any():
                    return True
                earliest[then] = earliest[first] + 1 + later.argmax()
                moved = True
    return False
