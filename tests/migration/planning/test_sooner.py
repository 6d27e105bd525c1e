"""What nothing holds back moves forward, and nothing gets worse by it."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from migration.planner.checker import broken, measured
from migration.planner.problem import AtMost, Job, Machine, Problem, Window
from migration.planning.sooner import sooner
from tests.migration.planner.small import every_plan, problems


@given(problems(), st.data())
@settings(max_examples=300, deadline=None)
def test_no_rule_breaks_nothing_is_later_and_no_objective_gets_worse(
    problem: Problem, data: st.DataObject
) -> None:
    plans = [plan for plan in every_plan(problem) if not broken(problem, plan)]
    assume(plans)
    plan = data.draw(st.sampled_from(plans))
    found = sooner(problem, plan)
    assert broken(problem, found) == []
    day = {window.id: window.day for window in problem.windows}
    assert all(day[found[job]] <= day[window] for job, window in plan.items())
    assert all(new <= old for new, old in zip(measured(problem, found), measured(problem, plan), strict=True))


def weekly(number: int) -> tuple[Window, ...]:
    return tuple(Window(f"w{one}", 7 * one, 60, "2026/27") for one in range(number))


def test_jobs_fill_the_first_windows_and_what_leaves_one_machine_stays_together() -> None:
    jobs = tuple(Job(name, 1, 0, 10, {}, 0) for name in "abcd")
    two = AtMost("two", "no window holds more than two", "workloads", {f"w{one}": 2 for one in range(9)})
    problem = Problem(jobs, (Machine("m", ("a", "b")),), weekly(9), (), (two,))
    found = sooner(problem, {"a": "w8", "b": "w8", "c": "w1", "d": "w0"})
    assert found["a"] == found["b"] == "w1"
    assert (found["c"], found["d"]) == ("w0", "w0")


def test_without_time_everything_stays() -> None:
    problem = Problem((Job("a", 1, 0, 10, {}, 0),), (), weekly(3))
    assert sooner(problem, {"a": "w2"}, seconds=-1) == {"a": "w2"}
    assert sooner(replace(problem), {"a": "w2"}) == {"a": "w0"}
