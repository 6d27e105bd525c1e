"""Whether a plan keeps its rules, and what it is worth: by the planner's independent judge, for plans of people. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from estate.records.plan import Plan
from migration.planner import checker
from migration.planner.problem import Constraint, Problem
from migration.planner.schedule import OBJECTIVES
from migration.planning.asked import Asked
from migration.planning.kept import day_of

Places = Mapping[str, str]
"""Window by job."""


def places(asked: Asked, plan: Plan) -> dict[str, str]:
    """The window of each job in a plan, of jobs that are whole in one wave with a day that is a window."""
    window: dict[str, str] = {}
    for wave in plan.waves:
        day = day_of(wave)
        if day is not None and day.isoformat() in asked.slots:
            window.update(dict.fromkeys((move.workload for move in wave.moves), day.isoformat()))
    found: dict[str, str] = {}
    for job, part in asked.parts.items():
        held = {window.get(one.id, "") for one in part.workloads}
        if len(held) == 1 and (only := held.pop()):
            found[job] = only
    return found


def broken(problem: Problem, places: Places) -> list[Constraint]:
    """The rules that a plan breaks, in their order."""
    rules = {one.id: one for one in problem.constraints}
    found = {_rule(line, rules) for line in checker.broken(problem, places)}
    return [one for one in problem.constraints if one.id in found]


def _rule(line: str, rules: Mapping[str, Constraint]) -> str:
    """The judge begins each line with the rule's id, which may itself hold colons."""
    at = line.find(": ")
    while at >= 0 and line[:at] not in rules:
        at = line.find(": ", at + 1)
    return line[:at] if at >= 0 else ""


def measures(problem: Problem, places: Places) -> dict[str, int]:
    """What a plan is worth by each objective, as `migration.planner.problem` defines them."""
    return dict(zip(OBJECTIVES, checker.measured(problem, places), strict=True))


def without(problem: Problem, rules: frozenset[str]) -> Problem:
    """The problem without the rules of these ids."""
    return replace(problem, constraints=tuple(one for one in problem.constraints if one.id not in rules))
