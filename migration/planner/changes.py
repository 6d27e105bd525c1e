"""The least change that restores a plan: fewest constraints first, then the least of each one's size.

Of changes that are equally small, that counts which allows the least lateness, then the least exposure, then the
earliest plan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from ortools.sat.python import cp_model

from estate.errors import UnfinishedError
from migration.planner.checker import broken
from migration.planner.conflicts import conflicts
from migration.planner.exact import solved, solver_of
from migration.planner.feasible import LARGE, Feasibility
from migration.planner.giving_way import Given, some_plan
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
    Together,
)
from migration.planner.schedule import Change, Impossible
from migration.planner.tables import Limit, Numbers
from migration.planner.translate import Translation
from migration.planner.wording import change_of, reason

WHOLE = 10_000_000
"""What a change costs that is as large as the constraint itself."""
MONTH = 28
"""A day nearer than this is moved in shares of a month."""
FAR = 3
"""By how many times more a window's limit costs beyond half as much again: many moves in one night are harder than
some more in each of several."""
TO_FIND = 0.5
"""The share of the time that finding conflicts may take; the rest is for the change."""
BUILT = 5e-5
"""Seconds that a model takes for each pair of a job and a window before it is solved at all."""
SHARE = 0.5
"""Of the time that is left, how much one step may take when others wait behind it."""
ENOUGH = 1.0
"""Of the solver's own time, for each choice among changes that are equally small."""


def impossible(feasibility: Feasibility) -> Impossible:
    """Why a problem without a plan has none, and what to change. Where there was no time for a proof, that is said.

    Raises `UnfinishedError` where time was too short to find out anything.
    """
    problem, until = feasibility.problem, feasibility.until
    feasibility.until = monotonic() + TO_FIND * feasibility.left()
    sets, all_found = conflicts(feasibility)
    feasibility.until = until
    least = _least(feasibility, sets)
    if least is None and not sets:
        raise UnfinishedError("there was too little time to find out why no plan exists", "give it more time")
    changes, proved = least or ((), True)
    instead = {change.constraint.id: change.instead for change in changes}
    kept = (instead.get(one.id, one) for one in problem.constraints)
    mended = replace(problem, constraints=tuple(one for one in kept if one is not None))
    # Where a plan only changes members of these, the rest holds, and no more are to be found.
    members = {one.id for held in sets for one in held}
    doubts = []
    if not all_found and not (changes and instead.keys() <= members):
        doubts.append("more rules may be in conflict than these: there was too little time to tell")
    if least is None:
        doubts.append("there was too little time to find a change that restores a plan: give it more (--seconds)")
    if not proved:
        doubts.append("the change may not be the least: there was too little time to prove it")
    return Impossible(sets, changes, mended, tuple(reason(problem, one) for one in sets), tuple(doubts))


def _least(
    feasibility: Feasibility, sets: Sequence[Sequence[Constraint]]
) -> tuple[tuple[Change, ...], bool] | None:
    """The changes, and whether none are proved to be less; None where none were found in time."""
    problem = feasibility.problem
    start = some_plan(feasibility, sets)
    pairs = len(problem.jobs) * len(problem.windows)
    if pairs < LARGE and (start is None or pairs * BUILT < feasibility.left()):
        # Conflicts share nothing. One change for each is therefore the fewest, and each is of a member of its own.
        few = start is not None and len(_changed(problem, start.may, start.at, set())) == len(sets)
        suspects = [one for held in sets for one in held] if few else list(problem.constraints)
        found = _Softened(problem, suspects).least(feasibility, len(sets) if few else None, start)
        if found is not None:
            return found
    if start is None:
        return None
    return _changed(problem, start.may, start.at, set()), False


def _changed(
    problem: Problem, may: Iterable[Constraint], at: Mapping[str, str], gone: set[str]
) -> tuple[Change, ...]:
    """The change to each of these that the plan breaks."""
    return tuple(
        change_of(problem, one, at, gone=one.id in gone)
        for one in may
        if broken(replace(problem, constraints=(one,)), at)
    )


@dataclass(frozen=True)
class _Plan:
    """What a softened model comes to: where each job moves, and which pilots are done without."""

    at: Numbers
    gone: set[str]
    changed: tuple[Constraint, ...]


class _Softened:
    """A model in which some constraints may be changed, at a cost."""

    def __init__(self, problem: Problem, soft: Sequence[Constraint]) -> None:
        self.problem, self.soft = problem, soft
        ids = {one.id for one in soft}
        self.all = Translation(problem)
        self.model = Model(self.all.tables(one for one in problem.constraints if one.id not in ids))
        self.cp = self.model.cp
        self.changed = {one.id: self.cp.new_bool_var("") for one in soft}
        self.gone: dict[str, cp_model.IntVar] = {}
        self.flags: list[cp_model.IntVar] = []
        self.costs: list[int] = []
        for one in soft:
            self._soften(one)

    def least(
        self, feasibility: Feasibility, number: int | None, start: Given | None
    ) -> tuple[tuple[Change, ...], bool] | None:
        """Each change of the least set, and whether it is proved to be that; None where none was found in time.

        `number` is the fewest changes, where that is known; `start` is a plan to begin with.
        """
        if start is not None:
            self.model.hint(start.numbers)
        found, proved = None, True
        changes = cp_model.LinearExpr.sum(list(self.changed.values()))
        if number is None:
            found, proved = self._best(feasibility, changes, feasibility.left() * SHARE)
            if found is None:
                return None
            number = len(found.changed)
        self.cp.add(changes <= number)
        cost = cp_model.LinearExpr.weighted_sum(self.flags, self.costs)
        cheap, least = self._best(feasibility, cost, feasibility.left() * SHARE)
        if cheap is None:
            if found is None:
                return None
            return self._said(found), False
        self.cp.add(cost <= self.value)
        for what in (self.model.objective(0), self.model.objective(1), self._days()):
            better, _ = self._best(feasibility, what, feasibility.left() * SHARE, ENOUGH)
            if better is None:
                break
            cheap = better
            self.cp.add(what <= self.value)
        return self._said(cheap), proved and least

    def _best(
        self, feasibility: Feasibility, what: cp_model.LinearExprT, seconds: float, enough: float | None = None
    ) -> tuple[_Plan | None, bool]:
        """The plan with the least of `what` that is found, and whether none has less; the next begins with it."""
        self.cp.minimize(what)
        solver = solver_of(seconds, feasibility.workers, feasibility.seed)
        if enough is not None:
            solver.parameters.max_deterministic_time = enough
        state = solved(solver, self.cp)
        if state not in {"OPTIMAL", "FEASIBLE"}:
            return None, False
        self.value = round(solver.objective_value)
        at = self.model.read(solver)
        self.model.hint(at)
        changed = tuple(one for one in self.soft if solver.boolean_value(self.changed[one.id]))
        gone = {name for name, flag in self.gone.items() if solver.boolean_value(flag)}
        return _Plan(at, gone, changed), state == "OPTIMAL"

    def _said(self, plan: _Plan) -> tuple[Change, ...]:
        return _changed(self.problem, plan.changed, self.all.named(plan.at), plan.gone)

    def _days(self) -> cp_model.LinearExprT:
        flags = [(flag, window) for choice in self.model.choices for window, flag in choice.items()]
        days = self.model.tables.days
        return cp_model.LinearExpr.weighted_sum([flag for flag, _ in flags], [int(days[at]) for _, at in flags])

    def _soften(self, one: Constraint) -> None:
        changed = self.changed[one.id]
        limit = self.all.limit(one)
        match one:
            case AtMost() | Budget() | Together():
                assert limit is not None  # noqa: S101  # for the type checker: all are limits
                self._over(limit, changed, [], far=isinstance(one, AtMost))
            case Before(first=first, then=then):
                for holds in self.model.before(self.all.job[first], self.all.job[then]):
                    self.cp.add(holds).only_enforce_if(~changed)
                self._cost(changed, WHOLE)
            case Pilot(windows=windows):
                assert limit is not None  # noqa: S101  # as above
                gone = self.gone[one.id] = self.cp.new_bool_var("")
                self.cp.add_implication(gone, changed)
                self._cost(gone, WHOLE)
                self._over(limit, changed, [~gone])
                self.cp.add_bool_or([gone, *self.model.within(self.all.among(windows))])
                self._forbid(one, gone)
            case Closed(windows=windows):
                self._open(one, changed, WHOLE // max(1, len(windows)))
            case _:
                self._forbid(one, changed)

    def _over(
        self, limit: Limit, changed: cp_model.IntVar, unless: list[cp_model.LiteralT], *, far: bool = False
    ) -> None:
        """A pool may give more, for the share of the pools' mean by which it does; `far`: much more is dearer."""
        share = max(1, WHOLE * len(limit.most) // max(1, int(limit.most.sum())))
        for (load, top), most in zip(self.model.loads(limit), limit.most, strict=True):
            if top > most:
                over = self.cp.new_int_var(0, top - int(most), "")
                self.cp.add(load <= int(most) + over).only_enforce_if(unless)
                self.cp.add(over == 0).only_enforce_if(~changed)
                self._cost(over, share)
                if far and top - most > most // 2:
                    beyond = self.cp.new_int_var(0, top, "")
                    self.cp.add(beyond >= over - int(most) // 2)
                    self._cost(beyond, FAR * share)

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
        at = self.problem.windows[window]
        match one:
            case Deadline(day=due):
                return WHOLE * (at.last - due) // max(MONTH, due)
            case Earliest(day=first):
                return WHOLE * (first - at.day) // max(MONTH, first)
            case Fits(job=job):
                return WHOLE * (self.problem.jobs[self.all.job[job]].minutes - at.minutes) // max(1, at.minutes)
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
