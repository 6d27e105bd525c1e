"""Proofs of small estates, held against every plan that there is."""

from time import monotonic

import numpy as np
from hypothesis import given, settings

from migration.planner import bounds
from migration.planner.checker import broken, measured
from migration.planner.greedy import greedy
from migration.planner.problem import Problem
from migration.planner.proved import proved
from migration.planner.relaxation import Held, Prices, Relaxation
from migration.planner.translate import Translation
from tests.migration.planner.small import best, every_plan, problems


@given(problems(most_constraints=3))
@settings(max_examples=40)
def test_what_it_proves_is_the_best_of_all_plans(problem: Problem) -> None:
    translation = Translation(problem)
    tables = translation.tables()
    truth, at = best(problem), greedy(tables)
    if truth is None or at is None:
        return
    found, least = proved(tables, at, 30.0, 1, 1)
    assert broken(problem, translation.named(found)) == []
    assert tables.measures(found)[:3] == truth[:3]
    assert least == list(truth[:3])


@given(problems(most_constraints=3))
@settings(max_examples=40)
def test_no_plan_costs_less_than_the_floor_of_any_window_that_it_uses(problem: Problem) -> None:
    tables = Translation(problem).tables()
    truth, at = best(problem), greedy(tables)
    if truth is None or at is None:
        return
    held = Held(tables.late, truth[0])
    random = np.random.default_rng(len(problem.jobs))
    drawn = [random.uniform(0, 50, len(limit.most)) for limit in tables.limits]
    by_chance = Relaxation(tables, tables.exposed, held).floors(Prices(drawn, random.uniform(0, 5)))
    told = bounds.pressing(tables, tables.exposed, at, monotonic() + 5, held).floors
    names = {window.id: number for number, window in enumerate(problem.windows)}
    for plan in every_plan(problem):
        if broken(problem, plan):
            continue
        lateness, exposure, *_ = measured(problem, plan)
        if lateness > truth[0]:
            continue
        windows = np.array([names[plan[job.id]] for job in problem.jobs])
        for floors in (by_chance, told):
            assert floors[np.arange(len(windows)), windows].max() <= exposure + 1e-6
