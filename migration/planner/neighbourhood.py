"""A good plan made better: a few windows are emptied and filled anew, as well as can be, again and again."""

from collections.abc import Callable
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from migration.planner.exact import solved, solver_of
from migration.planner.model import Model
from migration.planner.tables import Flags, Numbers, Tables

LEAST, MOST = 2, 24
"""How many windows are emptied at once: more where that went quickly, fewer where it did not."""
ONCE = 0.5
"""Seconds for one filling."""
CROWD = 160
"""How many jobs are moved at once at most."""


def improved(
    tables: Tables,
    at: Numbers,
    number: int,
    until: float,
    workers: Callable[[], int],
    seed: int,
    goal: float = 0.0,
) -> Numbers:
    """The plan, bettered in the objective of this number until it comes to `goal` or time is up.

    Objectives before it never get worse. `workers` is asked each time how many may be at work.
    """
    random = np.random.default_rng(seed)
    values = tables.measures(at)
    size, dull = 4, 0
    while values[number] > goal and monotonic() < until:
        windows = _windows(tables, at, number, size, random)
        jobs = np.flatnonzero(windows[at])
        if len(jobs) < 2 or not windows.any():
            dull += 1
            if dull > MOST:
                break
            continue
        if len(jobs) > CROWD:
            jobs = np.sort(random.choice(jobs, CROWD, replace=False))
        part = tables.part(jobs, at, windows)
        model = Model(part)
        now = at[jobs]
        for before in range(number):
            model.cp.add(model.objective(before) <= part.measures(now)[before])
        model.cp.minimize(model.objective(number))
        model.hint(now)
        solver = solver_of(min(ONCE, max(0.05, until - monotonic())), workers(), seed)
        state = solved(solver, model.cp)
        if state in {"OPTIMAL", "FEASIBLE"}:
            trial = at.copy()
            trial[jobs] = model.read(solver)
            if (found := tables.measures(trial))[: number + 1] < values[: number + 1]:
                at, values = trial, found
        quick = state == "OPTIMAL" and solver.wall_time < ONCE / 4
        size = min(MOST, size + 1) if quick else max(LEAST, size - (state != "OPTIMAL"))
    return at


def _windows(tables: Tables, at: Numbers, number: int, size: int, random: np.random.Generator) -> Flags:
    """The windows to empty: those between which most is cut; those that are near each other; those of one machine."""
    windows = len(tables.days)
    likely: NDArray[np.float64] = (np.bincount(at, minlength=windows) > 0).astype(np.float64)
    if number < 2:
        costs = (tables.late, tables.exposed)[number]
        for jobs, cost in zip(tables.members, costs, strict=True):
            likely[at[jobs]] += cost[at[jobs].max()]
    centre = int(random.choice(windows, p=likely / likely.sum()))
    likely = np.ones(windows)
    if number == 3:
        one, other, weight = tables.links
        between = np.where(at[one] == centre, at[other], np.where(at[other] == centre, at[one], centre))
        likely[:] = np.bincount(between, weight, windows) + 0.1
    elif number == 2:
        spread = [jobs for jobs in tables.members if len(set(at[jobs].tolist())) > 1]
        if spread:
            likely[at[spread[int(random.integers(len(spread)))]]] = 1e6
    else:
        away = np.arange(windows) - centre
        likely[:] = 1.0 / (1.0 + np.abs(away)) ** 2 + np.where(away < 0, 0.5 / max(1, centre), 0.0)
    likely[centre] = 0.0
    most = min(size - 1, int((likely > 0).sum()))
    chosen = random.choice(windows, most, replace=False, p=likely / likely.sum())
    found = np.zeros(windows, np.bool_)
    found[chosen] = True
    found[centre] = True
    return found
