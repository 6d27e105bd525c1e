"""The way for large estates, on small ones where the truth is known, and on one that is too large for one model."""

from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.generated import CONTRACTS, HARD, Contracts, estate
from estate.progress import silent
from migration.planner import bounds
from migration.planner.checker import broken, measured
from migration.planner.clusters import clusters
from migration.planner.greedy import greedy
from migration.planner.large import large
from migration.planner.problem import Problem
from migration.planner.relaxation import Held, Prices, Relaxation
from migration.planner.schedule import Schedule
from migration.planner.solve import SMALL, solve
from migration.planner.swaps import pressed
from migration.planner.translate import Translation
from tests.migration.planner.small import best, problems


@given(problems(most_constraints=3))
@settings(max_examples=25)
def test_its_plans_keep_every_constraint_and_its_bounds_are_true(problem: Problem) -> None:
    translation = Translation(problem)
    found = large(translation.tables(), 0.3, 1, 1, silent)
    truth = best(problem)
    if truth is None:
        assert found.at is None
        return
    assert found.at is not None
    windows = translation.named(found.at)
    assert broken(problem, windows) == []
    values = tuple(one.value for one in found.measures)
    assert values == measured(problem, windows)
    assert values >= truth
    assert found.measures[0].bound <= truth[0]
    for number, one in enumerate(found.measures):
        assert one.bound <= one.value
        if values[:number] == truth[:number]:
            assert one.bound <= truth[number]


@given(problems(most_constraints=4))
@settings(max_examples=60)
def test_tables_reckon_as_the_checker_does(problem: Problem) -> None:
    translation = Translation(problem)
    tables = translation.tables()
    random = np.random.default_rng(len(problem.jobs))
    for _ in range(5):
        at = random.integers(0, len(problem.windows), len(problem.jobs))
        windows = translation.named(at)
        assert tables.measures(at) == measured(problem, windows)
        assert tables.kept(at) == (broken(problem, windows) == [])


@given(problems(most_constraints=3))
@settings(max_examples=60)
def test_what_small_steps_and_the_greedy_planner_make_keeps_every_constraint(problem: Problem) -> None:
    translation = Translation(problem)
    tables = translation.tables()
    at = greedy(tables)
    if at is None:
        return
    assert broken(problem, translation.named(at)) == []
    sooner = pressed(tables, at, monotonic() + 5)
    assert broken(problem, translation.named(sooner)) == []


def test_an_estate_that_is_too_large_for_one_model_is_planned_near_its_bound() -> None:
    problem = estate(80)
    assert len(problem.jobs) > SMALL
    found = solve(problem, 4.0)
    assert isinstance(found, Schedule)
    assert broken(problem, found.windows) == []
    tables = Translation(problem).tables()
    simple = greedy(tables)
    assert simple is not None
    lateness, exposure, *_ = found.measures
    assert (lateness.value, exposure.value) < tables.measures(simple)[:2]
    assert exposure.bound > 0.5 * exposure.value
    assert all(one.bound <= one.value for one in found.measures)


def test_what_shares_a_machine_is_planned_as_one() -> None:
    tables = Translation(estate(200)).tables()
    group = clusters(tables)
    assert all(len(set(group[jobs])) == 1 for jobs in tables.members)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_bound_is_no_more_than_what_any_plan_comes_to(seed: int) -> None:
    tables = Translation(estate(60, seed)).tables()
    at = greedy(tables)
    assert at is not None
    proved = bounds.pressing(
        tables, tables.exposed, at, monotonic() + 2, Held(tables.late, tables.measures(at)[0])
    ).least
    better = pressed(tables, at, monotonic() + 2)
    assert 0 < proved <= tables.measures(better)[1]


def test_prices_told_by_some_jobs_prove_nearly_as_much_as_those_told_by_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = Translation(estate(120)).tables()
    plan = greedy(tables)
    assert plan is not None
    assert bounds.sampled(tables, tables.exposed, plan, monotonic() + 30, None) is None
    monkeypatch.setattr(bounds, "SAMPLE", 40)
    prices = bounds.sampled(tables, tables.exposed, plan, monotonic() + 30, None)
    assert prices is not None
    told, _, _ = Relaxation(tables, tables.exposed, None).cheapest(prices)
    proved = bounds.pressing(tables, tables.exposed, plan, monotonic() + 30).least
    assert 0.7 * proved < told <= proved


@given(problems(most_constraints=3))
@settings(max_examples=40)
def test_no_prices_tell_of_more_lateness_or_exposure_than_the_best_plan_has(problem: Problem) -> None:
    truth = best(problem)
    at = greedy(tables := Translation(problem).tables())
    if truth is None or at is None:
        return
    until = monotonic() + 5
    group = clusters(tables)
    merged = tables.merged(group)
    plan = greedy(merged)
    if plan is not None:
        assert bounds.soonest(tables, merged, group, plan, until) <= truth[0]
    held = Held(tables.late, truth[0])
    assert bounds.pressing(tables, tables.exposed, at, until, held).least <= truth[1]
    random = np.random.default_rng(len(problem.jobs))
    drawn = [random.uniform(0, 50, len(limit.most)) for limit in tables.limits]
    told, _, _ = Relaxation(tables, tables.exposed, held).cheapest(Prices(drawn, random.uniform(0, 5)))
    assert told <= truth[1] + 1e-6


def test_what_must_move_first_is_reckoned_with_where_something_is_late() -> None:
    tables = Translation(estate(60)).tables()
    first, then = tables.befores[0]
    late = np.zeros_like(tables.late)
    machine = next(row for row, jobs in enumerate(tables.members) if then in jobs)
    late[machine] = np.arange(late.shape[1])
    allowed = tables.allowed.copy()
    allowed[first, :9] = False
    assert allowed[first].any()
    made = replace(tables, late=late, allowed=allowed, limits=())
    nothing = Prices([])
    told, _, _ = Relaxation(made, late, None).cheapest(nothing)
    assert told >= 10


@pytest.mark.parametrize("contracts", [CONTRACTS, HARD])
def test_where_contracts_cannot_be_kept_a_plan_is_late_no_more_than_the_simple_one(contracts: Contracts) -> None:
    problem = estate(80, contracts=contracts)
    found = solve(problem, 5.0)
    assert isinstance(found, Schedule)
    assert broken(problem, found.windows) == []
    simple = greedy(Translation(problem).tables())
    lateness = found.measures[0]
    assert simple is None or lateness.value <= Translation(problem).tables().measures(simple)[0]
    assert 0 < lateness.bound <= lateness.value
