"""Why a workload is in its wave: what presses, what it talks to, and what speaks against each earlier window. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from estate.documents.words import count
from estate.records.plan import Plan, Wave
from migration.planner.check import jobs_of
from migration.planner.problem import AtMost, Budget, Closed, Constraint, Pilot, Problem
from migration.planner.schedule import OBJECTIVES
from migration.planning.asked import Asked, Given
from migration.planning.evaluation import broken, measures, places
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
        reason = plan.not_moving.get(workload, "the plan does not know it yet: run `decant plan`")
        return _nowhere(workload, f"it does not move: {reason}")
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
    effort = [f"{minutes / 60:g} hours of {skill}" for skill, minutes in sorted(own.effort.items()) if minutes]
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
        takes=(f"about {own.minutes} minutes", f"{own.mebibytes:,} MiB over the link", *effort),
        earlier=tuple(_earlier(asked, problem, at, job)) if len(at) == len(problem.jobs) else (),
    )


def _nowhere(workload: str, reason: str) -> Why:
    return Why(workload, None, "", None, "", (), (reason,), (), "", (), (), ())


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
        against = [one for one in broken(ours, there) if one.id not in before]
        day = asked.slots[window.id].day
        if against:
            yield Earlier(day, _state(against), tuple(_said(one, window.id) for one in against))
            continue
        yield Earlier(day, *_worth(worth, measures(problem, there)))


def _touches(rule: Constraint, job: str) -> bool:
    return isinstance(rule, AtMost | Budget | Pilot | Closed) or job in jobs_of(rule)


def _state(against: Iterable[Constraint]) -> Literal["closed", "full", "too short", "against a rule"]:
    kinds = list(against)
    if any(isinstance(one, Closed) for one in kinds):
        return "closed"
    if any(one.id.startswith("fits:") for one in kinds):
        return "too short"
    return "full" if all(isinstance(one, AtMost | Budget) for one in kinds) else "against a rule"


def _said(rule: Constraint, window: str) -> str:
    if isinstance(rule, AtMost):
        most = rule.most[window]
        what = {"mebibytes": f"{most:,} MiB", "workloads": count(most, "workload")}
        return f"{rule.words} (here {what.get(rule.what, f'{most / 60:g} hours')})"
    return rule.words


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
