"""Problems without a plan: why, and the least that restores one."""

from dataclasses import replace

from hypothesis import assume, given, settings

from migration.planner.checker import broken
from migration.planner.problem import (
    AtMost,
    Before,
    Closed,
    Deadline,
    Earliest,
    Fits,
    Job,
    Pinned,
    Problem,
    Window,
)
from migration.planner.schedule import Impossible, Schedule
from migration.planner.solve import solve
from tests.migration.planner.small import fewest_broken, possible, problems
from tests.migration.planner.test_solve import A_WHILE, job, weekly


def refused(problem: Problem) -> Impossible:
    found = solve(problem, A_WHILE)
    assert isinstance(found, Impossible)
    return found


@given(problems(most_constraints=9))
@settings(max_examples=120)
def test_every_conflict_is_minimal_and_the_least_change_restores_a_plan(problem: Problem) -> None:
    assume(not possible(problem))
    found = refused(problem)
    members = [one.id for conflict in found.conflicts for one in conflict]
    assert members
    assert len(members) == len(set(members))
    for conflict in found.conflicts:
        assert not possible(replace(problem, constraints=conflict))
        for left_out in conflict:
            others = tuple(one for one in conflict if one is not left_out)
            assert possible(replace(problem, constraints=others))
    rest = tuple(one for one in problem.constraints if one.id not in members)
    assert possible(replace(problem, constraints=rest))
    assert len(found.changes) == fewest_broken(problem) >= len(found.conflicts)
    instead = {change.constraint.id: change.instead for change in found.changes}
    kept = [instead.get(one.id, one) for one in problem.constraints]
    assert found.mended == replace(problem, constraints=tuple(one for one in kept if one))
    plan = solve(found.mended, A_WHILE)
    assert isinstance(plan, Schedule)
    assert broken(found.mended, plan.windows) == []
    assert all(change.words.startswith(change.constraint.words) for change in found.changes)
    assert len(found.reasons) == len(found.conflicts)


def test_a_circle_of_befores_is_the_conflict() -> None:
    circle = tuple(Before(f"b{n}", f"{a} before {b}", a, b) for n, (a, b) in enumerate(["ab", "bc", "ca"]))
    apart = Before("d", "d before a", "d", "a")
    found = refused(Problem(tuple(job(name) for name in "abcd"), (), weekly(6), (), (apart, *circle)))
    assert found.conflicts == (circle,)
    assert found.reasons == ("each must move before the next, in a circle: a, b, c, a",)
    assert len(found.changes) == 1


def test_two_things_that_are_wrong_are_both_told() -> None:
    late = Deadline("late", "Contract of a ends on day 5", "a", 5)
    long = Fits("long", "b needs its time", "b")
    found = refused(Problem((job("a"), job("b", minutes=900)), (), weekly(3), (), (late, long)))
    assert set(found.conflicts) == {(late,), (long,)}
    assert [change.words for change in found.changes] == [
        "Contract of a ends on day 5: move it to w0, 2 days later",
        "b needs its time: make the window of w0 15 hours long for it",
    ]


def test_windows_that_are_too_few_as_a_whole_are_said_to_be() -> None:
    windows = weekly(3)
    most = AtMost("most", "Two workloads a window", "workloads", {window.id: 2 for window in windows})
    found = refused(Problem(tuple(job(f"j{n}") for n in range(7)), (), windows, (), (most,)))
    assert found.conflicts == ((most,),)
    assert found.reasons == (
        "the windows as a whole are too few: 7 workloads must move, and all 3 windows together hold 6 workloads",
    )
    assert sum(1 for window in windows if found.mended.constraints[0].most[window.id] > 2) == 1  # type: ignore[attr-defined]


def test_a_day_that_is_past_is_moved_no_further_than_it_must_be() -> None:
    past = Deadline("past", "Contract of a ended", "a", -20)
    found = refused(Problem((job("a"),), (), weekly(9), (), (past,)))
    (change,) = found.changes
    assert change.instead == replace(past, day=7, words=change.instead.words if change.instead else "")


def test_only_the_closed_window_that_is_needed_opens() -> None:
    closed = Closed("election", "The election", frozenset(), frozenset({"w0", "w1", "w2"}))
    due = Deadline("due", "Contract of a", "a", 14)
    first = Earliest("first", "The vendor of a", "a", 10)
    found = refused(Problem((job("a"), job("b")), (), weekly(5), (), (closed, due, first)))
    assert found.conflicts == ((closed, due),)
    (change,) = found.changes
    assert isinstance(change.instead, Closed)
    assert change.instead.windows == {"w0", "w2"}
    assert change.words == "The election: open w1"


def test_zero_of_everything_is_said_in_one_conflict() -> None:
    windows: tuple[Window, ...] = weekly(3)
    none = AtMost("none", "Nothing over the link", "mebibytes", {window.id: 0 for window in windows})
    pinned = Pinned("pin", "a stays", "a", "w1")
    found = refused(Problem((Job("a", 1, 5, 5, {}, 0),), (), windows, (), (pinned, none)))
    assert found.conflicts == ((none,),)
    assert [change.words for change in found.changes] == ["Nothing over the link: allow 5.0 MiB in w1"]
