"""Whether any plan keeps a set of constraints."""

from collections.abc import Iterable
from time import monotonic

from estate.errors import UnfinishedError
from migration.planner.crowds import crowd
from migration.planner.exact import solved, solver_of
from migration.planner.greedy import greedy
from migration.planner.model import Model
from migration.planner.packed import packed
from migration.planner.problem import Constraint, Problem
from migration.planner.tables import Tables
from migration.planner.translate import Translation

LARGE = 200_000
"""From so many pairs of a job and a window on, one model of them all takes longer than anybody waits."""


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
        if hopeless(tables):
            return False
        if not tables.limits and not tables.befores and not tables.pilots:
            return True
        if packed(tables) is not None or greedy(tables) is not None:
            return True
        state = "UNKNOWN"
        if monotonic() < self.until and tables.allowed.sum() < LARGE:
            model = Model(tables).cp
            state = solved(solver_of(self.left(), self.workers, self.seed), model)
        if state == "UNKNOWN":
            raise UnfinishedError(
                "there was too little time to find out whether the rules can hold together", "give it more time"
            )
        return state != "INFEASIBLE"


def hopeless(tables: Tables) -> bool:
    """Whether it is seen without a search that no plan exists; False proves nothing."""
    return not tables.allowed.any(axis=1).all() or crowd(tables) is not None or circular(tables)


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
