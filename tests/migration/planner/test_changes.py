"""The least change is what its words say: no plan is made after it that the words did not allow."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from migration.planner import changes
from migration.planner.checker import broken, measured
from migration.planner.packed import packed
from migration.planner.problem import (
    AtMost,
    Before,
    Closed,
    Constraint,
    Deadline,
    Earliest,
    Fits,
    Machine,
    Pilot,
    Pinned,
    Problem,
    Together,
    Window,
)
from migration.planner.schedule import Change, Impossible, Schedule
from migration.planner.solve import solve
from migration.planner.translate import Translation, amount
from tests.migration.planner.small import every_plan, possible, problems
from tests.migration.planner.test_solve import A_WHILE, job, weekly

Plan = Mapping[str, str]


def refused(problem: Problem, seconds: float = A_WHILE) -> Impossible:
    found = solve(problem, seconds)
    assert isinstance(found, Impossible)
    return found


def planned(problem: Problem) -> Schedule:
    found = solve(problem, A_WHILE)
    assert isinstance(found, Schedule)
    return found


def read(problem: Problem, change: Change) -> Callable[[Plan], bool]:
    """What the words of a change say of a plan: read from the words and the old rule, not from the new rule."""
    one, words = change.constraint, change.words.removeprefix(f"{change.constraint.words}: ")

    def said(pattern: str) -> str:
        match_ = re.fullmatch(pattern, words)
        assert match_, words
        return str(match_[1])

    def still(rule: Constraint) -> Callable[[Plan], bool]:
        return lambda plan: not broken(replace(problem, constraints=(rule,)), plan)

    def every_window_said(plan: Plan, rule: AtMost) -> bool:
        named = {
            window
            for part in words.removeprefix("allow ").split(" and ")
            for window in part.split(" in ")[1].split(", ")
        }
        return all(still(replace(rule, most={w: m}))(plan) for w, m in rule.most.items() if w not in named)

    match one:
        case Fits(job=name):
            longer = said(r"make the window of (\w+) .* long for it")
            return lambda plan: plan[name] == longer or still(one)(plan)
        case Pinned(job=name):
            there = said(rf"let {name} move in (\w+) instead")
            return lambda plan: plan[name] == there
        case Before(first=first, then=then):
            assert words == f"let {first} and {then} move in any order"
            return lambda plan: True
        case Closed(windows=windows):
            opened = words.removeprefix("open ").removesuffix(" for it").split(", ")
            left = windows - set(opened)
            return still(replace(one, windows=left)) if left else lambda plan: True
        case Deadline() | Earliest():
            to = said(r"move it to (\w+), \d+ days? (?:later|earlier)")
            day = next(window.day for window in problem.windows if window.id == to)
            return still(replace(one, day=day))
        case Pilot():
            if words == "do without a pilot":
                return lambda plan: True
            return still(replace(one, most=int(said(r"allow (\d+) workloads? in it"))))
        case AtMost():
            return lambda plan: every_window_said(plan, one)
    assert change.instead is not None
    return still(change.instead)  # one number of all: its words are tested below


@given(problems(most_constraints=8))
@settings(max_examples=80)
def test_the_plans_after_the_least_change_are_those_that_its_words_allow(problem: Problem) -> None:
    assume(not possible(problem))
    found = refused(problem)
    changed = {change.constraint.id for change in found.changes}
    rest = replace(problem, constraints=tuple(one for one in problem.constraints if one.id not in changed))
    allowed = [read(problem, change) for change in found.changes]
    for plan in every_plan(problem):
        kept = not broken(found.mended, plan)
        said = not broken(rest, plan) and all(says(plan) for says in allowed)
        assert said >= kept
        if not any(isinstance(change.constraint, AtMost) for change in found.changes):
            assert said == kept
    made = planned(found.mended)
    assert broken(rest, made.windows) == []
    assert all(says(made.windows) for says in allowed)


def test_a_window_is_made_longer_for_what_needs_it_and_no_shorter_one_is_taken() -> None:
    windows = (
        Window("w0", 7, 120, "2026/27"), Window("w1", 14, 270, "2026/27"), Window("w2", 99, 720, "2026/27"),
    )  # fmt: skip
    rules = (Fits("fits", "a needs its time", "a"), Deadline("due", "The contract of a", "a", 30))
    found = refused(
        Problem((job("a", minutes=300),), (Machine("m", ("a",), unsupported_from=-9),), windows, (), rules)
    )
    assert [change.words for change in found.changes] == [
        "a needs its time: make the window of w1 5 hours long for it"
    ]
    assert planned(found.mended).windows == {"a": "w1"}


def test_doing_without_a_pilot_is_said_where_that_was_the_smaller_change() -> None:
    jobs = (job("a", workloads=11, low_risk=True), job("b", workloads=11))
    pilot = Pilot("pilot", "A pilot of one", frozenset({"w0"}), 1)
    found = refused(Problem(jobs, (), weekly(3), (), (pilot,)))
    assert [(change.words, change.instead) for change in found.changes] == [
        ("A pilot of one: do without a pilot", None)
    ]


def test_of_changes_that_are_equally_small_the_one_that_is_soonest_is_offered() -> None:
    windows = weekly(30)
    closed = Closed("all", "Nothing moves", frozenset(), frozenset(window.id for window in windows))
    most = AtMost("most", "One a window", "workloads", {window.id: 1 for window in windows})
    machines = (Machine("m", ("a",), due=10), Machine("n", ("b",), unsupported_from=-5))
    found = refused(Problem((job("a"), job("b")), machines, windows, (), (closed, most)))
    assert [change.words for change in found.changes] == ["Nothing moves: open w0, w1"]
    made = planned(found.mended)
    assert made.windows == {"a": "w0", "b": "w1"}


def test_some_more_in_several_windows_is_less_than_very_many_in_one() -> None:
    windows = weekly(6)
    most = AtMost("most", "Four a window", "workloads", {window.id: 4 for window in windows})
    found = refused(Problem(tuple(job(f"j{n}") for n in range(30)), (), windows, (), (most,)))
    (change,) = found.changes
    assert isinstance(change.instead, AtMost)
    assert sum(change.instead.most.values()) == 30
    assert max(change.instead.most.values()) <= 6


def test_what_windows_hold_together_is_a_limit_of_its_own() -> None:
    month = Together("month", "One workload in the month", "workloads", frozenset({"w0", "w1", "w2"}), 1)
    jobs = (job("a"), job("b"), job("c"))
    due = tuple(Deadline(f"due-{name}", f"{name} is due", name, 20) for name in "ab")
    assert Counter(planned(Problem(jobs, (), weekly(5), (), (month,))).windows.values()).total() == 3
    found = refused(Problem(jobs, (), weekly(5), (), (month, *due)))
    assert found.conflicts == ((month, *due),)
    (change,) = found.changes
    if isinstance(change.instead, Together):
        assert change.words == "One workload in the month: allow 2 workloads instead of 1 workload"


@given(problems(most_constraints=3))
@settings(max_examples=60)
def test_the_simplest_of_plans_keeps_every_rule(problem: Problem) -> None:
    translation = Translation(problem)
    at = packed(translation.tables())
    assert at is None or broken(problem, translation.named(at)) == []


@pytest.mark.parametrize(("servers", "each"), [(67, 2), (200, 5)])
def test_more_jobs_with_a_deadline_than_windows_before_it_hold_are_counted_however_many_others_there_are(
    servers: int, each: int
) -> None:
    jobs = tuple(job(f"j{n}") for n in range(3 * servers))
    windows = weekly(40 + 3 * servers // each)
    most = AtMost("most", "So many a window", "workloads", {window.id: each for window in windows})
    before = windows[:34]
    shut = Closed("year end", "The year end", frozenset(), frozenset(window.id for window in before[10:14]))
    due = tuple(Deadline(f"due-{n}", f"j{n} is due", f"j{n}", before[-1].day) for n in range(servers))
    fits = tuple(Fits(f"fits-{n}", f"j{n} fits", f"j{n}") for n in range(len(jobs)))
    problem = Problem(jobs, (), windows, (), (most, shut, *due, *fits))
    found = refused(problem, 10)
    (conflict,) = found.conflicts
    held = sum(
        amount(one, "workloads") for one in jobs if any(getattr(rule, "job", "") == one.id for rule in conflict)
    )
    room = each * (30 if shut in conflict else 34)
    assert held == room + 1
    assert most in conflict
    assert [change.constraint for change in found.changes] == [most]
    made = solve(found.mended, 5)
    assert isinstance(made, Schedule)
    assert broken(found.mended, made.windows) == []
    assert measured(found.mended, made.windows)[0] == 0


def test_where_a_proof_takes_too_long_some_change_is_told_and_that_it_may_not_be_the_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changes, "BUILT", 3600.0)
    jobs = tuple(job(f"j{n}") for n in range(300))
    windows = weekly(200)
    most = AtMost("most", "Two a window", "workloads", {window.id: 2 for window in windows})
    due = tuple(Deadline(f"due-{n}", f"j{n} is due", f"j{n}", windows[20].day) for n in range(60))
    found = refused(Problem(jobs, (), windows, (), (most, *due)))
    assert [most in one for one in found.conflicts] == [True]
    assert [change.constraint for change in found.changes] == [most]
    assert found.doubts == ("the change may not be the least: there was too little time to prove it",)
    made = planned(found.mended)
    assert broken(found.mended, made.windows) == []
