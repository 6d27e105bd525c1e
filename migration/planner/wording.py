"""What the planner says of constraints: what to change in them, and why they cannot hold together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from estate.documents.words import count, length, pounds, size, some
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
    Window,
)
from migration.planner.schedule import Change
from migration.planner.translate import amount

FEW = 6
"""How many windows a sentence names."""


def change_of(problem: Problem, one: Constraint, at: Mapping[str, str], *, gone: bool = False) -> Change:
    """The change to a constraint that the plan `at` (window by job) needs, and no more than its words say.

    `gone` says of a pilot that the plan does without it.
    """
    windows = {window.id: window for window in problem.windows}
    match one:
        case AtMost():
            return _raised(problem, one, at)
        case Together(what=what, windows=named, most=most):
            held = sum(amount(job, what) for job in problem.jobs if at[job.id] in named)
            more = _told(held, what)
            return _change(one, replace(one, most=held), f"allow {more} instead of {_told(most, what)}")
        case Budget(year=year):
            spent = sum(job.pounds for job in problem.jobs if windows[at[job.id]].year == year)
            return _change(one, replace(one, pounds=spent), f"raise {pounds(one.pounds)} to {pounds(spent)}")
        case Deadline(job=job):
            to = windows[at[job]]
            on = "the day after " if to.nights else ""
            later = count(to.last - one.day, "day")
            return _change(one, replace(one, day=to.last), f"move it to {on}{to.id}, {later} later")
        case Earliest(job=job):
            to = windows[at[job]]
            earlier = count(one.day - to.day, "day")
            return _change(one, replace(one, day=to.day), f"move it to {to.id}, {earlier} earlier")
        case Fits(job=job):
            takes = length(next(one.minutes for one in problem.jobs if one.id == job))
            longer = replace(one, longer=one.longer | {at[job]})
            return _change(one, longer, f"make the window of {at[job]} {takes} long for it")
        case Before(first=first, then=then):
            return _change(one, None, f"let {first} and {then} move in any order")
        case Closed(jobs=jobs):
            used = {at[job] for job in jobs or at} & one.windows
            left = replace(one, windows=one.windows - used) if used < one.windows else None
            for_it = " for it" if len(jobs) == 1 else ""
            return _change(one, left, f"open {_all(_in_order(problem, used))}{for_it}")
        case Pinned(job=job):
            return _change(one, replace(one, window=at[job]), f"let {job} move in {at[job]} instead")
        case Pilot():
            return _piloted(problem, one, at, gone)
    raise TypeError(f"no such constraint: {one!r}")


def reason(problem: Problem, conflict: Sequence[Constraint]) -> str:
    """Why the members of a conflict cannot hold together, in plain words."""
    if all(isinstance(one, Before) for one in conflict):
        circle = _circle([one for one in conflict if isinstance(one, Before)])
        return f"each must move before the next, in a circle: {some(circle, 2 * FEW)}"
    limits = [one for one in conflict if isinstance(one, AtMost)]
    if len(limits) == len(conflict) == 1 and len(limits[0].most) == len(problem.windows):
        what, most = limits[0].what, sum(limits[0].most.values())
        moves = sum(amount(job, what) for job in problem.jobs)
        if moves > most:
            return (
                f"the windows as a whole are too few: {_told(moves, what)} must move,"
                f" and all {count(len(problem.windows), 'window')} together hold {_told(most, what)}"
            )
    fits = [one for one in conflict if isinstance(one, Fits)]
    if len(fits) == len(conflict) == 1:
        longest = max(window.minutes for window in problem.windows)
        takes = next(job.minutes for job in problem.jobs if job.id == fits[0].job)
        return f"{fits[0].job} takes {length(takes)}, and the longest window is {length(longest)}"
    if len(conflict) == 1:
        return "no plan can keep this, whatever else is given up"
    return f"no plan keeps all {len(conflict)} of these; without any one of them, one does"


def _raised(problem: Problem, one: AtMost, at: Mapping[str, str]) -> Change:
    held: dict[str, int] = defaultdict(int)
    for job in problem.jobs:
        held[at[job.id]] += amount(job, one.what)
    over = {window: held[window] for window, most in one.most.items() if held[window] > most}
    by_amount: dict[int, list[str]] = defaultdict(list)
    for window in _in_order(problem, over):
        by_amount[over[window]].append(window)
    raised = [f"{_told(most, one.what)} in {_all(named)}" for most, named in sorted(by_amount.items())]
    return _change(one, replace(one, most={**one.most, **over}), f"allow {' and '.join(raised)}")


def _piloted(problem: Problem, one: Pilot, at: Mapping[str, str], gone: bool) -> Change:
    pilot: list[Job] = [job for job in problem.jobs if at[job.id] in one.windows]
    if gone or not pilot or not all(job.low_risk for job in pilot):
        return _change(one, None, "do without a pilot")
    most = sum(job.workloads for job in pilot)
    return _change(one, replace(one, most=most), f"allow {count(most, 'workload')} in it")


def _change(one: Constraint, instead: Constraint | None, what: str) -> Change:
    if instead is not None:
        instead = replace(instead, words=f"{one.words} (changed: {what})")
    return Change(one, instead, f"{one.words}: {what}")


def _told(number: int, what: str) -> str:
    if what == "workloads":
        return count(number, "workload")
    return size(number << 20) if what == "mebibytes" else f"{length(number)} of {what}"


def _all(windows: Sequence[str]) -> str:
    """Every one by name: what is accepted is no more than what was read."""
    return some(windows, len(windows))


def _in_order(problem: Problem, names: set[str] | Mapping[str, int]) -> list[str]:
    found: list[Window] = [window for window in problem.windows if window.id in names]
    return [window.id for window in found]


def _circle(conflict: Sequence[Before]) -> list[str]:
    after = {one.first: one.then for one in conflict}
    found = [conflict[0].first]
    while (following := after.get(found[-1], found[0])) != found[0]:
        found.append(following)
    return [*found, found[0]]
