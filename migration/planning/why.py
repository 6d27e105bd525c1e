"""Why a workload is in its wave: what presses, what it talks to, and what speaks against each earlier window. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from estate.documents.words import count, length, pounds, size, span
from estate.records.plan import Plan, Wave
from migration.planner.check import jobs_of
from migration.planner.problem import AtMost, Budget, Closed, Constraint, Job, Pilot, Pinned, Problem, Together
from migration.planner.schedule import OBJECTIVES
from migration.planner.translate import amount
from migration.planning.asked import Asked, Given, Part
from migration.planning.evaluation import broken, measures, places
from migration.planning.measured import MIB, hours_ahead, in_window
from migration.planning.parts import pressing


@dataclass(frozen=True)
class Talk:
    """Another system that it talks to."""

    system: str
    dependencies: int
    together: bool
    """Whether it moves in the same window."""
    day: date | None


@dataclass(frozen=True)
class Earlier:
    """An earlier window, and what speaks against it."""

    day: date
    state: Literal["closed", "full", "too short", "against a rule", "worse", "as good", "better"]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Why:
    """All that can be said of one workload's place."""

    workload: str
    wave: int | None
    """None where it does not move."""
    name: str
    day: date | None
    system: str
    """What it moves with, whole."""
    together: tuple[str, ...]
    """The other workloads of that."""
    reasons: tuple[str, ...]
    talks: tuple[Talk, ...]
    low_risk: str
    not_low_risk: tuple[str, ...]
    takes: tuple[str, ...]
    """What it takes of a window, in words."""
    earlier: tuple[Earlier, ...]


def explain(given: Given, asked: Asked, plan: Plan, workload: str) -> Why:
    """Why a workload is where `plan` has it, by the rules in `asked`."""
    wave: Wave | None = next(
        (one for one in plan.waves if any(move.workload == workload for move in one.moves)), None
    )
    job = asked.job_of(workload)
    if wave is None:
        return replace(_nowhere(workload, ""), reasons=tuple(_not_placed(given, asked, plan, workload)))
    move = next(one for one in wave.moves if one.workload == workload)
    if job is None or asked.problem is None:
        said = {"done": "it has moved", "running": "its move is under way"}.get(
            move.state, "nothing is known of it"
        )
        return replace(_nowhere(workload, f"{said}, and stays in its wave"), wave=wave.number, name=wave.name)
    at = places(asked, plan)
    part, problem = asked.parts[job], asked.problem
    own = next(one for one in problem.jobs if one.id == job)
    reasons = [f"{server}: {words}" for server in sorted(part.servers) for words in pressing(given, server)]
    reasons += [one.words for one in problem.constraints if job in jobs_of(one) and not _everybodys(one)]
    reasons += [f"the pilot: {part.low_risk}"] if wave.pilot and part.low_risk else []
    reasons += _conflicts(asked, plan, job, part.servers)
    return Why(
        workload=workload,
        wave=wave.number,
        name=wave.name,
        day=wave.expected,
        system=job,
        together=tuple(one.id for one in part.workloads if one.id != workload),
        reasons=tuple(dict.fromkeys(reasons)),
        talks=tuple(_talks(asked, problem, at, job)),
        low_risk=part.low_risk,
        not_low_risk=part.not_low_risk,
        takes=tuple(_takes(given, part, own)),
        earlier=tuple(_earlier(asked, problem, at, job)) if len(at) == len(problem.jobs) else (),
    )


def _nowhere(workload: str, reason: str) -> Why:
    return Why(workload, None, "", None, "", (), (reason,), (), "", (), (), ())


def _not_placed(given: Given, asked: Asked, plan: Plan, workload: str) -> Iterator[str]:
    """Why a workload is in no wave, what presses of it all the same, and which rules that it is in cannot hold together."""
    server, job = given.kinds[workload].server, asked.job_of(workload)
    against = _conflicts(asked, plan, job, {server})
    unknown = "no plan keeps every rule" if against else "the plan does not know it yet: run `decant plan`"
    yield f"it does not move: {plan.not_moving.get(workload, unknown)}"
    yield from (f"{server}: {words}" for words in pressing(given, server))
    yield from against


def _conflicts(asked: Asked, plan: Plan, job: str | None, servers: Collection[str]) -> list[str]:
    """The sets of rules that cannot hold together and have one of this job, or of these servers."""
    every = asked.problem.constraints if asked.problem and job else ()
    rules = [
        one for one in every if job in set(jobs_of(one)) and not (isinstance(one, Closed) and len(one.jobs) > 1)
    ]
    rules += [rule for one in asked.unkept if set(jobs_of(one.rule)) & set(servers) for rule in one.both]
    words = {one.words for one in rules}
    held = [one.rules for one in plan.conflicts if words.intersection(one.rules)]
    return [
        f"{'these rules cannot all hold' if len(one) > 1 else 'no plan keeps this'}: {'; '.join(one)}"
        for one in held
    ]


def _everybodys(rule: Constraint) -> bool:
    return isinstance(rule, Closed) or rule.id.startswith("fits:")


def _talks(asked: Asked, problem: Problem, at: Mapping[str, str], job: str) -> Iterator[Talk]:
    for link in problem.links:
        if job not in (link.one, link.other):
            continue
        other = link.other if link.one == job else link.one
        window = at.get(other)
        yield Talk(other, link.weight, window == at.get(job), asked.slots[window].day if window else None)


def _earlier(asked: Asked, problem: Problem, at: Mapping[str, str], job: str) -> Iterator[Earlier]:
    """What would come of moving this one job alone in each earlier window, the rest staying."""
    ours = replace(problem, constraints=tuple(one for one in problem.constraints if _touches(one, job)))
    before = {one.id for one in broken(ours, at)}
    worth = measures(problem, at)
    for window in problem.windows:
        if window.id == at[job]:
            return
        there = {**at, job: window.id}
        against = _speaking([one for one in broken(ours, there) if one.id not in before])
        day = asked.slots[window.id].day
        if against:
            state = _state(against)
            told = tuple(_said(one, problem, there, window.id) for one in _telling(against, state))
            yield Earlier(day, state, told)
            continue
        yield Earlier(day, *_worth(worth, measures(problem, there)))


def _touches(rule: Constraint, job: str) -> bool:
    return isinstance(rule, AtMost | Together | Budget | Pilot | Closed) or job in jobs_of(rule)


def _state(against: Iterable[Constraint]) -> Literal["closed", "full", "too short", "against a rule"]:
    kinds = list(against)
    if any(isinstance(one, Closed) for one in kinds):
        return "closed"
    if any(one.id.startswith("fits:") for one in kinds):
        return "too short"
    return "full" if all(isinstance(one, AtMost | Together | Budget) for one in kinds) else "against a rule"


def _speaking(against: Sequence[Constraint]) -> Sequence[Constraint]:
    """A pin counts only where nothing else speaks."""
    return [one for one in against if not isinstance(one, Pinned)] or against


def _telling(against: Sequence[Constraint], state: str) -> Sequence[Constraint]:
    """What makes the window what it is: of a closed one what closes it."""
    return [one for one in against if state != "closed" or isinstance(one, Closed)]


def _said(rule: Constraint, problem: Problem, there: Mapping[str, str], window: str) -> str:
    """A rule in words; of a limit, how much the window would hold with it."""
    year = {one.id: one.year for one in problem.windows}
    match rule:
        case AtMost(what=what, most=most):
            held, allowed = sum(amount(one, what) for one in problem.jobs if there[one.id] == window), most[window]
        case Together(what=what, windows=windows, most=allowed):
            held = sum(amount(one, what) for one in problem.jobs if there[one.id] in windows)
        case Budget():
            held = sum(one.pounds for one in problem.jobs if year[there[one.id]] == rule.year)
            return f"{rule.words}: {pounds(held)} with it"
        case _:
            return rule.words
    return f"{rule.words}: it would hold {_amount(what, held)} with it, and {_amount(what, allowed)} is allowed"


def _amount(what: str, much: int) -> str:
    if what == "workloads":
        return f"{much:,}"
    return size(much * MIB) if what == "mebibytes" else length(much)


def _takes(given: Given, part: Part, own: Job) -> Iterator[str]:
    """What a job takes of its window, and what is copied before it."""
    yield f"about {length(own.minutes)}"
    before = sum(in_window(one, given.estate.how(one), given.planning)[1] for one in part.workloads)
    within = "less than 1 MiB" if not own.mebibytes else size(own.mebibytes * MIB)
    yield f"{within} over the link in the window"
    if before:
        yield f"{size(before)} are copied before it, which takes about {span(hours_ahead(before, given.planning))}"
    yield from (f"{length(minutes)} of {skill}" for skill, minutes in sorted(own.effort.items()) if minutes)


def _worth(
    now: Mapping[str, int], there: Mapping[str, int]
) -> tuple[Literal["worse", "as good", "better"], tuple[str, ...]]:
    """By the first objective that differs: only that one decides."""
    for name in OBJECTIVES:
        more = there[name] - now[name]
        if not more:
            continue
        if name in ("lateness", "exposure"):
            what = f"{count(abs(more), 'day')} {'late' if name == 'lateness' else 'out of support'}"
        elif name == "dual running":
            what = f"{count(abs(more), 'day')} of dual running"
        else:
            what = f"{count(abs(more), 'dependency', 'dependencies')} cut"
        return ("worse" if more > 0 else "better"), (f"{what} {'more' if more > 0 else 'less'}",)
    return "as good", ("it would make no difference",)
