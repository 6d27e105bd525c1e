"""The least change that restores a plan: fewest constraints first, then the least of each one's size."""

from collections.abc import Sequence

from ortools.sat.python import cp_model

from estate.errors import UnfinishedError
from migration.planner.conflicts import conflicts
from migration.planner.exact import solved, solver_of
from migration.planner.feasible import Feasibility
from migration.planner.model import Model
from migration.planner.problem import (
    AtMost,
    Before,
    Budget,
    Closed,
    Constraint,
    Deadline,
    Earliest,
    Fits,
    Pilot,
    Pinned,
    Problem,
)
from migration.planner.schedule import Change, Impossible
from migration.planner.tables import Limit
from migration.planner.translate import Translation
from migration.planner.wording import change_of, reason

WHOLE = 10_000_000
"""What a change costs that is as large as the constraint itself."""
MONTH = 28
"""A day nearer than this is moved in shares of a month."""
MANY = 200_000
"""From so many pairs of a job and a window on, only what is in a conflict is thought of as changed."""


def impossible(feasibility: Feasibility) -> Impossible:
    """Why a problem without a plan has none, and what to change. Raises `UnfinishedError` where time was short."""
    problem = feasibility.problem
    sets = conflicts(feasibility)
    suspects = [one for conflict in sets for one in conflict]
    if len(problem.jobs) * len(problem.windows) < MANY:
        suspects = list(problem.constraints)
    changes = _Softened(problem, suspects).least(feasibility)
    instead = {change.constraint.id: change.instead for change in changes}
    kept = (instead.get(one.id, one) for one in problem.constraints)
    mended = Problem(
        problem.jobs,
        problem.machines,
        problem.windows,
        problem.links,
        tuple(one for one in kept if one is not None),
    )
    return Impossible(sets, changes, mended, tuple(reason(problem, one) for one in sets))


class _Softened:
    """A model in which some constraints may be changed, at a cost."""

    def __init__(self, problem: Problem, soft: Sequence[Constraint]) -> None:
        self.problem, self.soft = problem, soft
        ids = {one.id for one in soft}
        self.all = Translation(problem)
        self.model = Model(self.all.tables(one for one in problem.constraints if one.id not in ids))
        self.cp = self.model.cp
        self.changed = {one.id: self.cp.new_bool_var("") for one in soft}
        self.flags: list[cp_model.IntVar] = []
        self.costs: list[int] = []
        for one in soft:
            self._soften(one)

    def least(self, feasibility: Feasibility) -> tuple[Change, ...]:
        """Each change of the least set, in the order of the constraints."""
        number = cp_model.LinearExpr.sum(list(self.changed.values()))
        self.cp.minimize(number)
        solver = self._solved(feasibility)
        self.cp.add(number <= round(solver.objective_value))
        self.model.hint(self.model.read(solver))
        self.cp.minimize(cp_model.LinearExpr.weighted_sum(self.flags, self.costs))
        solver = self._solved(feasibility)
        at = self.all.named(self.model.read(solver))
        return tuple(change_of(self.problem, one, at) for one in self.soft if solver.value(self.changed[one.id]))

    def _solved(self, feasibility: Feasibility) -> cp_model.CpSolver:
        solver = solver_of(feasibility.left(), feasibility.workers, feasibility.seed)
        if solved(solver, self.cp) not in {"OPTIMAL", "FEASIBLE"}:
            raise UnfinishedError("there was too little time to find the least change", "give it more time")
        return solver

    def _soften(self, one: Constraint) -> None:
        changed = self.changed[one.id]
        limit = self.all.limit(one)
        match one:
            case AtMost() | Budget():
                assert limit is not None  # noqa: S101  # for the type checker: both are limits
                self._over(limit, changed, [])
            case Before(first=first, then=then):
                for holds in self.model.before(self.all.job[first], self.all.job[then]):
                    self.cp.add(holds).only_enforce_if(~changed)
                self._cost(changed, WHOLE)
            case Pilot(windows=windows):
                assert limit is not None  # noqa: S101  # as above
                gone = self.cp.new_bool_var("")
                self.cp.add_implication(gone, changed)
                self._cost(gone, WHOLE)
                self._over(limit, changed, [~gone])
                self.cp.add_bool_or([gone, *self.model.within(self.all.among(windows))])
                self._forbid(one, gone)
            case Closed(windows=windows):
                self._open(one, changed, WHOLE // max(1, len(windows)))
            case _:
                self._forbid(one, changed)

    def _over(self, limit: Limit, changed: cp_model.IntVar, unless: list[cp_model.LiteralT]) -> None:
        """A pool may give more, for the share of the pools' mean by which it does."""
        share = max(1, WHOLE * len(limit.most) // max(1, int(limit.most.sum())))
        for (load, top), most in zip(self.model.loads(limit), limit.most, strict=True):
            if top > most:
                over = self.cp.new_int_var(0, top - int(most), "")
                self.cp.add(load <= int(most) + over).only_enforce_if(unless)
                self.cp.add(over == 0).only_enforce_if(~changed)
                self._cost(over, share)

    def _forbid(self, one: Constraint, unless: cp_model.IntVar) -> None:
        """A move that the constraint forbids needs `unless`, and costs what `_share` says."""
        jobs, windows = self.all.forbidden(one)
        for job in jobs:
            for window, flag in self.model.choices[job].items():
                if windows[window]:
                    self.cp.add_implication(flag, unless)
                    if share := self._share(one, window):
                        self._cost(flag, share)

    def _share(self, one: Constraint, window: int) -> int:
        """By how much of its size a constraint must give way for a move of its job in this window."""
        day, minutes = self.problem.windows[window].day, self.problem.windows[window].minutes
        match one:
            case Deadline(day=due):
                return WHOLE * (day - due) // max(MONTH, due)
            case Earliest(day=first):
                return WHOLE * (first - day) // max(MONTH, first)
            case Fits(job=job):
                return WHOLE * (self.problem.jobs[self.all.job[job]].minutes - minutes) // max(1, minutes)
            case Pinned():
                return WHOLE
        return 0

    def _open(self, one: Closed, changed: cp_model.IntVar, share: int) -> None:
        """A closed window opens for all that it was closed to."""
        jobs, windows = self.all.forbidden(one)
        opened = {window: self.cp.new_bool_var("") for window, closed in enumerate(windows) if closed}
        for flag in opened.values():
            self.cp.add_implication(flag, changed)
            self._cost(flag, share)
        for job in jobs:
            for window, flag in self.model.choices[job].items():
                if window in opened:
                    self.cp.add_implication(flag, opened[window])

    def _cost(self, what: cp_model.IntVar, each: int) -> None:
        self.flags.append(what)
        self.costs.append(each)
