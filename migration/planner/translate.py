"""From a problem in people's names to tables of numbers, constraint by constraint."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np

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
    Together,
)
from migration.planner.tables import NEVER, Flags, Limit, Links, Numbers, Tables


class Translation:
    """A problem, by the numbers of its jobs and windows."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.job = {job.id: at for at, job in enumerate(problem.jobs)}
        self.window = {window.id: at for at, window in enumerate(problem.windows)}
        self.days: Numbers = np.array([window.day for window in problem.windows], np.int64)
        self.last: Numbers = np.array([window.last for window in problem.windows], np.int64)
        self.minutes: Numbers = np.array([window.minutes for window in problem.windows], np.int64)

    def tables(self, constraints: Iterable[Constraint] | None = None) -> Tables:
        """The tables of the problem under these constraints; under all of its own where none are given."""
        kept = tuple(self.problem.constraints if constraints is None else constraints)
        allowed = np.ones((len(self.job), len(self.window)), np.bool_)
        for constraint in kept:
            rows, windows = self.forbidden(constraint)
            if len(rows):
                allowed[np.ix_(rows, windows)] = False
        machines = [machine for machine in self.problem.machines if machine.jobs]
        due = np.array([NEVER if m.due is None else m.due for m in machines], np.int64)
        ends = np.array(
            [NEVER if m.unsupported_from is None else max(0, m.unsupported_from) for m in machines], np.int64
        )
        return Tables(
            days=self.days,
            allowed=allowed,
            limits=tuple(limit for one in kept if (limit := self.limit(one))),
            befores=tuple((self.job[c.first], self.job[c.then]) for c in kept if isinstance(c, Before)),
            pilots=tuple(self.among(c.windows) for c in kept if isinstance(c, Pilot)),
            members=tuple(self._rows(machine.jobs) for machine in machines),
            late=np.maximum(0, self.days - due[:, None]),
            exposed=np.maximum(0, self.days - ends[:, None]),
            links=self.links,
        )

    def forbidden(self, constraint: Constraint) -> tuple[Numbers, Flags]:
        """The jobs of whom a constraint forbids windows outright, and those windows."""
        nothing = np.zeros(len(self.window), np.bool_)
        match constraint:
            case Deadline(job=job, day=day):
                return self._rows([job]), self.last > day
            case Earliest(job=job, day=day):
                return self._rows([job]), self.days < day
            case Fits(job=job, longer=longer):
                short = self.minutes < self.problem.jobs[self.job[job]].minutes
                return self._rows([job]), short & ~self.among(longer)
            case Pinned(job=job, window=window):
                nothing[self.window[window]] = True
                return self._rows([job]), ~nothing
            case Closed(jobs=jobs, windows=windows):
                return self._rows(sorted(jobs) or self.job), self.among(windows)
            case Pilot(windows=windows):
                return self._rows(job.id for job in self.problem.jobs if not job.low_risk), self.among(windows)
        return self._rows([]), nothing

    def limit(self, constraint: Constraint) -> Limit | None:
        """What a constraint limits, if it is a limit on an amount."""
        windows, jobs = len(self.window), self.problem.jobs
        match constraint:
            case AtMost(what=what, most=most):
                pool, top = np.full(windows, -1, np.int64), np.zeros(len(most), np.int64)
                for at, (window, limit) in enumerate(most.items()):
                    pool[self.window[window]], top[at] = at, limit
                return Limit(np.array([amount(job, what) for job in jobs], np.int64), pool, top)
            case Together(what=what, windows=named, most=together):
                pool = np.where(self.among(named), 0, -1)
                return Limit(
                    np.array([amount(job, what) for job in jobs], np.int64), pool, np.array([together], np.int64)
                )
            case Budget(year=year, pounds=pounds):
                pool = np.array([0 if window.year == year else -1 for window in self.problem.windows], np.int64)
                return Limit(np.array([job.pounds for job in jobs], np.int64), pool, np.array([pounds], np.int64))
            case Pilot(windows=named, most=workloads):
                pool = np.where(self.among(named), 0, -1)
                return Limit(
                    np.array([job.workloads for job in jobs], np.int64), pool, np.array([workloads], np.int64)
                )
        return None

    def among(self, windows: Iterable[str]) -> Flags:
        """The windows of these names."""
        found = np.zeros(len(self.window), np.bool_)
        found[[self.window[window] for window in windows]] = True
        return found

    def named(self, at: Numbers) -> dict[str, str]:
        """Window by job, in their names."""
        return {job.id: self.problem.windows[window].id for job, window in zip(self.problem.jobs, at, strict=True)}

    @cached_property
    def links(self) -> Links:
        """What talks with what."""
        pairs: dict[tuple[int, int], int] = {}
        for link in self.problem.links:
            one, other = sorted((self.job[link.one], self.job[link.other]))
            if one != other and link.weight:
                pairs[one, other] = pairs.get((one, other), 0) + link.weight
        ends = np.array(list(pairs), np.int64).reshape(-1, 2)
        return Links(ends[:, 0], ends[:, 1], np.array(list(pairs.values()), np.int64))

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
