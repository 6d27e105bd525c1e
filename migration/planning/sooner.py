"""Moves forward what nothing holds back: of plans that are worth the same, the one that is over sooner. Pure.

The objectives say nothing of a system that no date presses; a planner may then put it anywhere. Here each group of
jobs that share a window and belong together (they talk, or leave one machine) goes to the earliest window that breaks
no rule and makes no objective worse.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from time import monotonic

from migration.planner.problem import (
    AtMost,
    Before,
    Budget,
    Closed,
    Deadline,
    Earliest,
    Fits,
    Job,
    Machine,
    Pilot,
    Pinned,
    Problem,
    Together,
)

ROUNDS = 4
"""What moved forward leaves room behind it; after so many rounds the rest stays."""


def sooner(problem: Problem, places: Mapping[str, str], seconds: float = 5) -> dict[str, str]:
    """The window of each job, none later than in `places`. After `seconds`, the rest stays where it is."""
    board = _Board(problem, places)
    until = monotonic() + seconds
    for _ in range(ROUNDS):
        moved = False
        for window in range(1, len(problem.windows)):
            for group in board.groups(window):
                if monotonic() > until:
                    return board.places()
                moved |= board.forward(group, window)
        if not moved:
            break
    return board.places()


class _Board:
    """Where every job is, and what each window still takes."""

    def __init__(self, problem: Problem, places: Mapping[str, str]) -> None:
        self.windows = problem.windows
        number = {one.id: at for at, one in enumerate(problem.windows)}
        self.jobs: Mapping[str, Job] = {one.id: one for one in problem.jobs}
        self.at = {job: number[window] for job, window in places.items()}
        self.held: dict[int, set[str]] = defaultdict(set)
        for job, window in self.at.items():
            self.held[window].add(job)
        self.machines: dict[str, list[Machine]] = defaultdict(list)
        for machine in problem.machines:
            for job in machine.jobs:
                self.machines[job].append(machine)
        self.talks: dict[str, set[str]] = defaultdict(set)
        for link in problem.links:
            self.talks[link.one].add(link.other)
            self.talks[link.other].add(link.one)
        self.shut: set[int] = set()
        self.closed: dict[str, set[int]] = defaultdict(set)
        self.first: dict[str, int] = defaultdict(int)
        self.stays: set[str] = set()
        self.fits: set[str] = set()
        self.before: dict[str, list[str]] = defaultdict(list)
        self.limits: list[_Limit] = []
        self._read(problem, number)

    def _read(self, problem: Problem, number: Mapping[str, int]) -> None:
        for rule in problem.constraints:
            match rule:
                case AtMost(what=what, most=most):
                    pool = {number[window]: number[window] for window in most}
                    self._limit(what, pool, {number[window]: amount for window, amount in most.items()})
                case Together(what=what, windows=windows, most=together):
                    self._limit(what, {number[window]: 0 for window in windows}, {0: together})
                case Budget(year=year, pounds=pounds):
                    pool = {at: 0 for at, one in enumerate(self.windows) if one.year == year}
                    self._limit("pounds", pool, {0: pounds})
                case Closed(jobs=jobs, windows=windows):
                    there = {number[window] for window in windows}
                    if not jobs:
                        self.shut |= there
                    for job in jobs:
                        self.closed[job] |= there
                case Earliest(job=job, day=day):
                    ready = next((at for at, one in enumerate(self.windows) if one.day >= day), len(self.windows))
                    self.first[job] = max(self.first[job], ready)
                case Fits(job=job):
                    self.fits.add(job)
                case Pinned(job=job):
                    self.stays.add(job)
                case Before(first=first, then=then):
                    self.before[then].append(first)
                case Pilot(windows=windows):
                    # Who is in the pilot stays there, and nobody joins.
                    there = {number[window] for window in windows}
                    self.shut |= there
                    self.stays |= {job for job, at in self.at.items() if at in there}
                case Deadline():
                    pass  # sooner is never too late

    def _limit(self, what: str, pool: Mapping[int, int], most: Mapping[int, int]) -> None:
        use = {name: _amount(job, what) for name, job in self.jobs.items()}
        limit = _Limit(use, pool, dict(most))
        for job, at in self.at.items():
            limit.take(job, at, 1)
        self.limits.append(limit)

    def groups(self, window: int) -> list[list[str]]:
        """The jobs of a window, those that belong together as one group."""
        left = set(self.held[window])
        found = []
        while left:
            todo = [min(left)]
            left.discard(todo[0])
            group: list[str] = []
            while todo:
                job = todo.pop()
                group.append(job)
                beside = chain(self.talks[job], *(machine.jobs for machine in self.machines[job]))
                near = left.intersection(beside)
                left -= near
                todo += sorted(near)
            found.append(sorted(group))
        return sorted(found)

    def forward(self, group: Sequence[str], now: int) -> bool:
        """Move a group to the earliest window that takes it; whether there was one."""
        if any(job in self.stays for job in group):
            return False
        after = [self.at[first] + 1 for job in group for first in self.before[job]]
        start = max([0, *after, *(self.first[job] for job in group)])
        dual = self._dual(group)
        for window in range(start, now):
            if not self._open(group, window) or not all(one.room(group, now, window) for one in self.limits):
                continue
            self._move(group, now, window)
            if self._dual(group) <= dual:
                return True
            self._move(group, window, now)
        return False

    def _open(self, group: Iterable[str], window: int) -> bool:
        minutes = self.windows[window].minutes
        return window not in self.shut and not any(
            window in self.closed[job] or (job in self.fits and self.jobs[job].minutes > minutes) for job in group
        )

    def _dual(self, group: Sequence[str]) -> int:
        touched = {machine.id: machine for job in group for machine in self.machines[job]}
        total = 0
        for machine in touched.values():
            days = [self.windows[self.at[job]].day for job in machine.jobs]
            total += max(days) - min(days)
        return total

    def _move(self, group: Sequence[str], now: int, there: int) -> None:
        for job in group:
            self.held[now].discard(job)
            self.held[there].add(job)
            self.at[job] = there
            for limit in self.limits:
                limit.take(job, now, -1)
                limit.take(job, there, 1)

    def places(self) -> dict[str, str]:
        """The window of each job, by name."""
        return {job: self.windows[at].id for job, at in self.at.items()}


class _Limit:
    """How much of something is left, by window or by year."""

    def __init__(self, use: Mapping[str, int], pool: Mapping[int, int], left: dict[int, int]) -> None:
        self.use, self.pool, self.left = use, pool, left

    def take(self, job: str, window: int, times: int) -> None:
        """Count a job in a window, or take it out again (-1)."""
        if window in self.pool:
            self.left[self.pool[window]] -= times * self.use[job]

    def room(self, group: Sequence[str], now: int, there: int) -> bool:
        """Whether a group may go from one window to another."""
        if there not in self.pool or self.pool.get(now) == self.pool[there]:
            return True
        return sum(self.use[job] for job in group) <= self.left[self.pool[there]]


def _amount(job: Job, what: str) -> int:
    match what:
        case "workloads":
            return job.workloads
        case "mebibytes":
            return job.mebibytes
        case "pounds":
            return job.pounds
    return job.effort.get(what, 0)
