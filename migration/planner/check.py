"""Whether a problem can be put at all: every name known, nothing twice, no amount below none.

What cannot be put is the writer's to mend (`UsageError`); what can be put and has no plan is `Impossible`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from estate.documents.words import some
from estate.errors import UsageError
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

FEW = 5
"""How many unknown names a message shows."""


def check(problem: Problem) -> None:
    """Raise `UsageError` for a problem that cannot be put."""
    if not problem.jobs:
        raise UsageError(
            "there is nothing to plan: no job moves", "give the plan at least one workload that moves"
        )
    if not problem.windows:
        raise UsageError("there is no window in which anything may move", "give the plan at least one window")
    _once("job", (job.id for job in problem.jobs))
    _once("machine", (machine.id for machine in problem.machines))
    _once("window", (window.id for window in problem.windows))
    _once("constraint", (constraint.id for constraint in problem.constraints))
    days = [window.day for window in problem.windows]
    if any(later <= day for day, later in pairwise(days)):
        raise UsageError(
            "windows are not in the order of time", "give every window a later day than the one before"
        )
    _amounts(problem)
    jobs, windows = {job.id for job in problem.jobs}, {window.id for window in problem.windows}
    for machine in problem.machines:
        _known("job", machine.jobs, jobs, f"machine {machine.id}")
        _once(f"job of machine {machine.id}", machine.jobs)
    for link in problem.links:
        _known("job", (link.one, link.other), jobs, f"the link between {link.one} and {link.other}")
    for constraint in problem.constraints:
        _known("job", jobs_of(constraint), jobs, constraint.words)
        _known("window", _windows_of(constraint), windows, constraint.words)


def jobs_of(constraint: Constraint) -> Iterable[str]:
    """The jobs that a constraint names."""
    match constraint:
        case Deadline(job=job) | Earliest(job=job) | Fits(job=job) | Pinned(job=job):
            return (job,)
        case Before(first=first, then=then):
            return (first, then)
        case Closed(jobs=jobs):
            return sorted(jobs)
    return ()


def _windows_of(constraint: Constraint) -> Iterable[str]:
    match constraint:
        case AtMost(most=most):
            return most
        case Closed(windows=windows) | Pilot(windows=windows) | Together(windows=windows) | Fits(longer=windows):
            return sorted(windows)
        case Pinned(window=window):
            return (window,)
    return ()


def _amounts(problem: Problem) -> None:
    below: list[str] = []
    for job in problem.jobs:
        amounts = (job.workloads, job.mebibytes, job.minutes, job.pounds, *job.effort.values())
        below += [f"job {job.id}"] if min(amounts) < 0 else []
    below += [f"window {window.id}" for window in problem.windows if window.minutes < 0]
    below += [f"the link between {link.one} and {link.other}" for link in problem.links if link.weight < 0]
    below += [constraint.words for constraint in problem.constraints if min(_limits(constraint), default=0) < 0]
    if below:
        raise UsageError(f"an amount below zero: {some(below, FEW)}", "give zero or more")


def _limits(constraint: Constraint) -> Iterator[int]:
    match constraint:
        case AtMost(most=most):
            yield from most.values()
        case Budget(pounds=most) | Pilot(most=most) | Together(most=most):
            yield most


def _once(what: str, ids: Iterable[str]) -> None:
    twice = [one for one, times in Counter(ids).items() if times > 1]
    if twice:
        raise UsageError(f"{what} given twice: {some(twice, FEW)}", "give each only once")


def _known(what: str, named: Iterable[str], known: set[str], where: str) -> None:
    unknown = [one for one in named if one not in known]
    if unknown:
        raise UsageError(f"{where}: no such {what}: {some(unknown, FEW)}", "correct the name, or leave it out")
