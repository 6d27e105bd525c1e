"""The planner on problems so small that every plan can be tried."""

import ast
from dataclasses import replace

import pytest
from hypothesis import given, settings

from estate.errors import UsageError
from migration.planner import checker
from migration.planner.checker import broken, measured
from migration.planner.problem import AtMost, Before, Budget, Closed, Job, Link, Machine, Pilot, Problem, Window
from migration.planner.schedule import OBJECTIVES, Impossible, Schedule
from migration.planner.solve import solve
from tests.migration.planner.small import best, problems

A_WHILE = 30.0
"""Seconds: far more than any of these takes."""


def job(name: str, workloads: int = 1, minutes: int = 60, low_risk: bool = False) -> Job:
    return Job(name, workloads, 10, minutes, {}, 100, low_risk)


def weekly(number: int) -> tuple[Window, ...]:
    return tuple(Window(f"w{week}", 7 + 7 * week, 480, "2026/27") for week in range(number))


def planned(problem: Problem) -> Schedule:
    found = solve(problem, A_WHILE)
    assert isinstance(found, Schedule)
    return found


@given(problems(most_constraints=3))
@settings(max_examples=120)
def test_a_plan_keeps_every_constraint_and_is_the_best_there_is(problem: Problem) -> None:
    found = solve(problem, A_WHILE)
    truth = best(problem)
    if isinstance(found, Impossible):
        assert truth is None
        return
    assert broken(problem, found.windows) == []
    assert tuple(one.value for one in found.measures) == measured(problem, found.windows) == truth
    assert [one.name for one in found.measures] == list(OBJECTIVES)
    assert all(one.bound <= one.value and one.gap == 0 for one in found.measures)


def test_what_is_out_of_support_moves_before_what_is_not() -> None:
    jobs = tuple(job(f"j{number}") for number in range(6))
    machines = tuple(
        Machine(f"m{number}", (f"j{number}",), unsupported_from=-10 if number > 3 else None) for number in range(6)
    )
    windows = weekly(4)
    limit = AtMost("most", "two a window", "workloads", {window.id: 2 for window in windows})
    found = planned(Problem(jobs, machines, windows, (), (limit,)))
    assert found.windows["j4"] == found.windows["j5"] == "w0"


def test_a_contract_goes_before_support() -> None:
    jobs = (job("contract"), job("support"))
    machines = (Machine("m1", ("contract",), due=7), Machine("m2", ("support",), unsupported_from=-900))
    windows = weekly(2)
    limit = AtMost("most", "one a window", "workloads", {window.id: 1 for window in windows})
    assert planned(Problem(jobs, machines, windows, (), (limit,))).windows == {"contract": "w0", "support": "w1"}


def test_what_talks_moves_together() -> None:
    jobs = tuple(job(f"j{number}") for number in range(4))
    windows = weekly(2)
    limit = AtMost("most", "two a window", "workloads", {window.id: 2 for window in windows})
    found = planned(Problem(jobs, (), windows, (Link("j0", "j3"), Link("j1", "j2")), (limit,)))
    assert found.windows["j0"] == found.windows["j3"] != found.windows["j1"] == found.windows["j2"]


def test_the_pilot_holds_low_risk_jobs_alone() -> None:
    jobs = (job("risky"), job("mild", low_risk=True), job("meek", low_risk=True))
    windows = weekly(3)
    found = planned(Problem(jobs, (), windows, (), (Pilot("pilot", "a pilot", frozenset({"w0"}), 1),)))
    assert [name for name, window in found.windows.items() if window == "w0"] in (["mild"], ["meek"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda p: replace(p, jobs=()), "nothing to plan"),
        (lambda p: replace(p, windows=()), "no window"),
        (lambda p: replace(p, jobs=(*p.jobs, p.jobs[0])), "job given twice: a"),
        (lambda p: replace(p, windows=p.windows[::-1]), "order of time"),
        (lambda p: replace(p, machines=(Machine("m", ("ghost",)),)), "machine m: no such job: ghost"),
        (lambda p: replace(p, links=(Link("a", "ghost"),)), "no such job: ghost"),
        (
            lambda p: replace(p, constraints=(Before("x", "web first", "ghost", "a"),)),
            "web first: no such job: ghost",
        ),
        (
            lambda p: replace(p, constraints=(Closed("x", "elections", frozenset(), frozenset({"w9"})),)),
            "elections",
        ),
        (lambda p: replace(p, constraints=(Budget("x", "the budget", "2026/27", -1),)), "below zero: the budget"),
        (lambda p: replace(p, jobs=(job("a", workloads=-1), *p.jobs[1:])), "below zero: job a"),
    ],
)
def test_what_cannot_be_put_is_the_writers_to_mend(wrong: object, said: str) -> None:
    assert callable(wrong)
    with pytest.raises(UsageError, match=said):
        solve(wrong(Problem((job("a"), job("b")), (), weekly(2))), A_WHILE)


def test_the_checker_knows_the_problem_and_nothing_of_the_planner() -> None:
    tree = ast.parse(open(checker.__file__).read())  # noqa: PTH123, SIM115
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"collections", "collections.abc", "migration.planner.problem"}
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
