"""Many small steps: what they make keeps every constraint, and is no worse than it was."""

from time import monotonic

import pytest
from hypothesis import given, settings

from benchmarks.generated import CONTRACTS, HARD, Contracts, estate
from migration.planner.annealing import joined, sooner
from migration.planner.checker import broken
from migration.planner.clusters import clusters
from migration.planner.greedy import greedy
from migration.planner.problem import Problem
from migration.planner.tables import Numbers, Tables
from migration.planner.translate import Translation
from tests.migration.planner.small import problems

SECONDS = 0.05


@given(problems(most_constraints=3))
@settings(max_examples=60)
def test_what_joins_what_talks_keeps_every_constraint_and_makes_nothing_before_it_worse(problem: Problem) -> None:
    translation = Translation(problem)
    tables = translation.tables()
    at = greedy(tables)
    if at is None:
        return
    together = joined(tables, at, monotonic() + SECONDS, 1)
    assert broken(problem, translation.named(together)) == []
    before, after = tables.measures(at), tables.measures(together)
    assert all(one <= other for one, other in zip(after, before, strict=True))


@given(problems(most_constraints=3))
@settings(max_examples=60)
def test_what_makes_a_plan_less_late_keeps_every_constraint(problem: Problem) -> None:
    translation = Translation(problem)
    tables = translation.tables()
    at = greedy(tables)
    if at is None:
        return
    found = sooner(tables, at, 30, monotonic() + SECONDS, 1)
    assert broken(problem, translation.named(found)) == []
    assert _both(tables, found) <= _both(tables, at)


@pytest.mark.parametrize("contracts", [CONTRACTS, HARD])
def test_it_betters_the_plan_of_the_simple_planner_by_much(contracts: Contracts) -> None:
    whole = Translation(estate(300, contracts=contracts)).tables()
    tables = whole.merged(clusters(whole))
    at = greedy(tables)
    assert at is not None
    found = sooner(tables, at, 30, monotonic() + 3, 1)
    assert tables.kept(found)
    assert _both(tables, found) < 0.95 * _both(tables, at)
    together = joined(tables, found, monotonic() + 3, 1)
    assert tables.kept(together)
    assert tables.measures(together)[:3] <= tables.measures(found)[:3]
    assert tables.measures(together)[3] < tables.measures(found)[3]


def test_a_small_estate_does_not_wait_for_the_time_to_be_over() -> None:
    tables = Translation(estate(20)).tables()
    at = greedy(tables)
    assert at is not None
    began = monotonic()
    joined(tables, at, began + 600, 1)
    assert monotonic() - began < 300


def _both(tables: Tables, at: Numbers) -> int:
    lateness, exposure, *_ = tables.measures(at)
    return 30 * lateness + exposure
