"""A problem as tables of numbers: what every part of the planner reckons with, whatever the size of the estate."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from migration.planner.problem import (
    AtMost,
    Before,
    Budget,
    Closed,
    Constraint,
    Deadline,
    Earliest,
    Fits,
    Job,
    Pilot,
    Pinned,
    Problem,
)

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = 1 << 40
"""A day that never comes, and a limit that never binds."""


@dataclass(frozen=True)
class Limit:
    """An amount that jobs use up, and how much of it there is: by window, by year, or in the pilot."""

    constraint: Constraint
    use: Numbers
    """By job."""
    pool: Numbers
    """By window: which pool a move in it draws on, -1 for none."""
    most: Numbers
    """By pool."""


class Tables:
    """The problem, by the numbers of its jobs, machines and windows. `constraints`, where given, are the only ones."""

    def __init__(self, problem: Problem, constraints: Iterable[Constraint] | None = None) -> None:
        self.problem = problem
        self.constraints = tuple(problem.constraints if constraints is None else constraints)
        self.job = {job.id: at for at, job in enumerate(problem.jobs)}
        self.window = {window.id: at for at, window in enumerate(problem.windows)}
        self.days: Numbers = np.array([window.day for window in problem.windows], np.int64)
        machines = [machine for machine in problem.machines if machine.jobs]
        self.members = [np.array([self.job[job] for job in machine.jobs], np.int64) for machine in machines]
        """The jobs of each machine that has any."""
        due = np.array([NEVER if m.due is None else m.due for m in machines], np.int64)
        ends = np.array(
            [NEVER if m.unsupported_from is None else max(0, m.unsupported_from) for m in machines], np.int64
        )
        self.late: Numbers = np.maximum(0, self.days - due[:, None])
        """By machine and window: the days of lateness, should its last job move then."""
        self.exposed: Numbers = np.maximum(0, self.days - ends[:, None])
        """By machine and window: the days out of support, should its last job move then."""

    @cached_property
    def allowed(self) -> Flags:
        """By job and window: whether no constraint on this job alone forbids it."""
        found = np.ones((len(self.job), len(self.window)), np.bool_)
        for constraint in self.constraints:
            rows, windows = self.forbidden(constraint)
            found[np.ix_(rows, windows)] = False
        return found

    def forbidden(self, constraint: Constraint) -> tuple[Numbers, Flags]:
        """The jobs of whom a constraint forbids windows outright, and those windows."""
        nothing = np.zeros(len(self.window), np.bool_)
        match constraint:
            case Deadline(job=job, day=day):
                return self._rows([job]), self.days > day
            case Earliest(job=job, day=day):
                return self._rows([job]), self.days < day
            case Fits(job=job):
                takes = self.problem.jobs[self.job[job]].minutes
                return self._rows([job]), np.array([window.minutes < takes for window in self.problem.windows])
            case Pinned(job=job, window=window):
                nothing[self.window[window]] = True
                return self._rows([job]), ~nothing
            case Closed(jobs=jobs, windows=windows):
                return self._rows(sorted(jobs) or self.job), self.among(windows)
            case Pilot(windows=windows):
                return self._rows(job.id for job in self.problem.jobs if not job.low_risk), self.among(windows)
        return self._rows([]), nothing

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Every limit on an amount."""
        return tuple(limit for constraint in self.constraints if (limit := self.limit(constraint)))

    def limit(self, constraint: Constraint) -> Limit | None:
        """What a constraint limits, if it is a limit on an amount."""
        windows = len(self.window)
        match constraint:
            case AtMost(what=what, most=most):
                use = np.array([amount(job, what) for job in self.problem.jobs], np.int64)
                pool, top = np.full(windows, -1, np.int64), np.zeros(len(most), np.int64)
                for at, (window, limit) in enumerate(most.items()):
                    pool[self.window[window]], top[at] = at, limit
                return Limit(constraint, use, pool, top)
            case Budget(year=year, pounds=pounds):
                use = np.array([job.pounds for job in self.problem.jobs], np.int64)
                pool = np.array([0 if window.year == year else -1 for window in self.problem.windows], np.int64)
                return Limit(constraint, use, pool, np.array([pounds], np.int64))
            case Pilot(windows=named, most=workloads):
                use = np.array([job.workloads for job in self.problem.jobs], np.int64)
                return Limit(constraint, use, np.where(self.among(named), 0, -1), np.array([workloads], np.int64))
        return None

    @cached_property
    def befores(self) -> tuple[tuple[int, int], ...]:
        """Pairs of jobs, the first of which moves in an earlier window."""
        return tuple((self.job[c.first], self.job[c.then]) for c in self.constraints if isinstance(c, Before))

    @cached_property
    def pilots(self) -> tuple[Flags, ...]:
        """Sets of windows, in each of which a job must move."""
        return tuple(self.among(c.windows) for c in self.constraints if isinstance(c, Pilot))

    @cached_property
    def links(self) -> tuple[Numbers, Numbers, Numbers]:
        """Each pair of jobs that talk, the lower number first, and the weight of all their links."""
        pairs: dict[tuple[int, int], int] = {}
        for link in self.problem.links:
            one, other = sorted((self.job[link.one], self.job[link.other]))
            if one != other and link.weight:
                pairs[one, other] = pairs.get((one, other), 0) + link.weight
        ends = np.array(list(pairs), np.int64).reshape(-1, 2)
        return ends[:, 0], ends[:, 1], np.array(list(pairs.values()), np.int64)

    def among(self, windows: Iterable[str]) -> Flags:
        """The windows of these names."""
        found = np.zeros(len(self.window), np.bool_)
        found[[self.window[window] for window in windows]] = True
        return found

    def measures(self, at: Numbers) -> tuple[int, int, int, int]:
        """What a plan is worth that moves each job in the window `at` of its number: see `problem`."""
        lateness = exposure = dual = 0
        for machine, jobs in enumerate(self.members):
            windows = at[jobs]
            last = windows.max()
            lateness += int(self.late[machine, last])
            exposure += int(self.exposed[machine, last])
            dual += int(self.days[last] - self.days[windows.min()])
        one, other, weight = self.links
        return lateness, exposure, dual, int(weight[at[one] != at[other]].sum())

    def named(self, at: Numbers) -> dict[str, str]:
        """Window by job, in their names."""
        return {job.id: self.problem.windows[window].id for job, window in zip(self.problem.jobs, at, strict=True)}

    def _rows(self, jobs: Iterable[str]) -> Numbers:
        return np.array([self.job[job] for job in jobs], np.int64)


def amount(job: Job, what: str) -> int:
    """How much of `what` a job uses: `workloads`, `mebibytes`, or minutes of a skill."""
    match what:
        case "workloads":
            return job.workloads
        case "mebibytes":
            return job.mebibytes
    return job.effort.get(what, 0)
