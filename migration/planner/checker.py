"""An independent judge of a plan: it shares nothing with the planner but the words of the problem.

Slow and plain on purpose. Each constraint is asked what it says, of the windows as they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

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


def broken(problem: Problem, windows: Mapping[str, str]) -> list[str]:
    """What is wrong with a plan that moves each job in the window given; empty where every constraint holds."""
    known, jobs = {window.id for window in problem.windows}, {job.id for job in problem.jobs}
    wrong = [f"{job.id}: has no window" for job in problem.jobs if windows.get(job.id) not in known]
    wrong += [f"{job}: is no job" for job in windows if job not in jobs]
    if wrong:
        return wrong
    judge = _Judge(problem, windows)
    return [f"{constraint.id}: {why}" for constraint in problem.constraints for why in judge.against(constraint)]


def measured(problem: Problem, windows: Mapping[str, str]) -> tuple[int, int, int, int]:
    """Lateness, exposure, dual running and cut of a plan, as `problem` defines them."""
    day_of = {window.id: window.day for window in problem.windows}
    lateness = exposure = dual = 0
    for machine in problem.machines:
        days = [day_of[windows[job]] for job in machine.jobs]
        if not days:
            continue
        if machine.due is not None and max(days) > machine.due:
            lateness += max(days) - machine.due
        if machine.unsupported_from is not None:
            begins = machine.unsupported_from if machine.unsupported_from > 0 else 0
            if max(days) > begins:
                exposure += max(days) - begins
        dual += max(days) - min(days)
    cut = sum(link.weight for link in problem.links if windows[link.one] != windows[link.other])
    return lateness, exposure, dual, cut


class _Judge:
    def __init__(self, problem: Problem, windows: Mapping[str, str]) -> None:
        self.jobs = {job.id: job for job in problem.jobs}
        self.windows = {window.id: window for window in problem.windows}
        self.at = {job: self.windows[window] for job, window in windows.items()}
        self.within = defaultdict(list)
        for job, window in windows.items():
            self.within[window].append(self.jobs[job])

    def against(self, constraint: Constraint) -> Iterator[str]:
        """Each way in which the plan breaks this constraint."""
        match constraint:
            case AtMost():
                yield from self._too_much(constraint)
            case Together(what=what, windows=windows, most=most):
                held = sum(self._held(what, window) for window in windows)
                if held > most:
                    yield f"{len(windows)} windows hold {held} of {most} {what}"
            case Budget(year=year, pounds=pounds):
                spent = sum(job.pounds for job in self.jobs.values() if self.at[job.id].year == year)
                if spent > pounds:
                    yield f"{year}: £{spent} of £{pounds}"
            case Deadline(job=job, day=day):
                if self.at[job].day + self.at[job].nights > day:
                    yield f"{job} has moved on day {self.at[job].day + self.at[job].nights}, after {day}"
            case Earliest(job=job, day=day):
                if self.at[job].day < day:
                    yield f"{job} moves on day {self.at[job].day}, before {day}"
            case Before(first=first, then=then):
                if self.at[first].day >= self.at[then].day:
                    yield f"{first} does not move before {then}"
            case Closed(jobs=jobs, windows=windows):
                for job in jobs or self.jobs:
                    if self.at[job].id in windows:
                        yield f"{job} moves in {self.at[job].id}"
            case Fits(job=job, longer=longer):
                if self.jobs[job].minutes > self.at[job].minutes and self.at[job].id not in longer:
                    yield f"{job} takes longer than {self.at[job].id}"
            case Pilot():
                yield from self._no_pilot(constraint)
            case Pinned(job=job, window=window):
                if self.at[job].id != window:
                    yield f"{job} moves in {self.at[job].id}, not in {window}"
            case _:
                yield "nobody knows what this means"

    def _too_much(self, constraint: AtMost) -> Iterator[str]:
        for window, most in constraint.most.items():
            held = self._held(constraint.what, window)
            if held > most:
                yield f"{window} holds {held} of {most} {constraint.what}"

    def _held(self, what: str, window: str) -> int:
        if what == "workloads":
            return sum(job.workloads for job in self.within[window])
        if what == "mebibytes":
            return sum(job.mebibytes for job in self.within[window])
        return sum(job.effort.get(what, 0) for job in self.within[window])

    def _no_pilot(self, constraint: Pilot) -> Iterator[str]:
        pilot = [job for window in constraint.windows for job in self.within[window]]
        if not pilot:
            yield "nothing moves in the pilot"
        for job in pilot:
            if not job.low_risk:
                yield f"{job.id} is not low-risk"
        workloads = sum(job.workloads for job in pilot)
        if workloads > constraint.most:
            yield f"{workloads} workloads in the pilot, of {constraint.most}"
