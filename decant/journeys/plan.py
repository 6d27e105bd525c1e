"""Proposes a plan, keeps a person's edits, and stores what holds."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decant.journeys.assess import movers
from decant.journeys.systems import take_in
from estate import reading, writing
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.plan import Plan
from estate.records.workload import Workload
from inventory.systems_file import load, with_systems
from migration import overrides, plan_file
from migration.assess import MOVING
from migration.plan import MOST, PLAN_ID, Estate, propose
from migration.planned import Decided

if TYPE_CHECKING:
    from pathlib import Path

    from decant.app import App


MADE = "plan.made"
PROPOSED = "proposed"


@dataclass(frozen=True)
class Planned:
    """The plan that holds, and what a person should know of it."""

    plan: Plan
    written: bool
    """Whether plan.toml was written now."""
    edited: bool
    """Whether plan.toml is a person's."""
    kept: "Path | None"
    """Where an edited plan.toml was put away."""
    warnings: tuple[str, ...]
    differences: tuple[str, ...]
    """What a fresh proposal would do otherwise."""


def decided(app: "App") -> Decided:
    """What people decided of moves: plan.toml as it is now, else the plan as stored; and the overrides.

    Raises `UsageError` where plan.toml or overrides.toml is not right.
    """
    estate = _estate(app)
    path = app.workspace.plan
    plan = plan_file.load(path, estate, now())[0] if path.exists() else app.store.get(Plan, PLAN_ID)
    legacy = {one.server.id for one in estate.servers if one.server.role == "legacy"}
    return Decided(
        plan,
        {
            one.server: f"{one.who} decided that it is to {one.disposition.value}: {one.reason}"
            for one in overrides.load(app.workspace.overrides, legacy).values()
            if one.disposition not in MOVING
        },
    )


def _estate(app: "App") -> Estate:
    return Estate(
        app.store.all_server_facts(),
        with_systems(app.store.all(Workload), load(app.workspace.systems)),
        app.store.all(Dependency),
        app.store.all(Assessment),
        movers(),
    )


def make_plan(app: "App", fresh: bool = False, most: int = MOST) -> Planned:
    """Propose a plan, or read the one that a person has edited, and store it.

    An edited plan.toml is overwritten only with `fresh`, and kept beside. `most` is the number of workloads in
    a wave. Raises `UsageError` where nothing was discovered yet or an edited plan.toml is not right.
    """
    take_in(app, load(app.workspace.systems))
    estate = _estate(app)
    if not estate.workloads:
        raise UsageError("no workload was discovered yet", "run `decant discover`, then `decant assess`")
    path = app.workspace.plan
    proposal = propose(estate, now(), most)
    edited = path.exists() and not _is_as_proposed(app, path)
    kept = None
    plan = proposal
    if edited and not fresh:
        plan, warnings = plan_file.load(path, estate, now())
    else:
        if edited:
            kept = path.with_name(f"{path.name}.before")
            os.replace(path, kept)  # noqa: PTH105 - atomic
        writing.replace(path, plan_file.render(proposal))
        _, warnings = plan_file.load(path, estate, now())
    app.store.put(plan)
    app.ledger.append(
        MADE,
        [move.workload for wave in plan.waves for move in wave.moves],
        {"waves": len(plan.waves), "by": "a person" if edited and not fresh else PROPOSED},
        actor=app.actor,
    )
    return Planned(
        plan=plan,
        written=not edited or fresh,
        edited=edited and not fresh,
        kept=kept,
        warnings=tuple(warnings),
        differences=tuple(plan_file.differences(plan, proposal)),
    )


def _is_as_proposed(app: "App", path: "Path") -> bool:
    """Whether plan.toml is what Decant itself wrote last; a person's plan, once read, is stored just as one of ours."""
    stored, made = app.store.get(Plan, PLAN_ID), app.ledger.entries(MADE)
    if stored is None or not made or made[-1].payload["by"] != PROPOSED:
        return False
    return reading.text(path) == plan_file.render(stored)
