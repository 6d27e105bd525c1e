"""Proposes a plan, keeps a person's edits, and stores what holds."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decant.journeys.planning import estate_of, given, with_accepted
from decant.journeys.systems import take_in
from estate import reading, writing
from estate.errors import UsageError
from estate.records.base import now
from estate.records.plan import Plan
from inventory.systems_file import load
from migration import overrides, plan_file
from migration.assess import MOVING
from migration.plan import PLAN_ID
from migration.planned import Decided

if TYPE_CHECKING:
    from pathlib import Path

    from decant.app import App
    from migration.planner.schedule import Impossible
    from migration.planning.asked import Asked, Given


MADE = "plan.made"
PROPOSED = "proposed"
SECONDS = 10.0
"""What a planner may take, unless a person says otherwise."""


@dataclass(frozen=True)
class Planned:
    """The plan that holds, and what a person should know of it."""

    plan: Plan
    """Where no plan keeps every rule and no change was accepted: the one that held before, or an empty one."""
    written: bool
    """Whether plan.toml was written now."""
    edited: bool
    """Whether plan.toml is a person's."""
    kept: "Path | None"
    """Where an edited plan.toml was put away."""
    warnings: tuple[str, ...]
    differences: tuple[str, ...] = ()
    """What a fresh proposal would do otherwise."""
    faults: tuple[str, ...] = ()
    """What cannot be kept or planned, whatever is done: the command ends with 1."""
    impossible: bool = False
    """Whether no plan keeps every rule, and nothing was written."""
    durations: tuple[str, ...] = ()
    """How long moves are taken to last, and where that is from."""
    supposed: bool = False
    """Whether nobody gave windows, so that days are indicative."""
    late: bool = False
    """Whether a person's plan misses a hard deadline or a partner's last day."""

    @property
    def whole(self) -> bool:
        """Whether everything that could move is planned, and no day that binds is missed."""
        return not self.faults and not self.impossible and not self.late


def decided(app: "App") -> Decided:
    """What people decided of moves: plan.toml as it is now, else the plan as stored; and the overrides.

    Raises `UsageError` where plan.toml or overrides.toml is not right.
    """
    estate = estate_of(app)
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


def make_plan(
    app: "App",
    fresh: bool = False,
    most: int | None = None,
    file: "Path | None" = None,
    accept_change: bool = False,
    seconds: float = SECONDS,
) -> Planned:
    """Plan by planning.toml (or another `file`), or read the plan that a person has edited; store it.

    An edited plan.toml is overwritten only with `fresh`, and kept beside. `most` is the number of workloads in
    a wave, instead of the file's. Where no plan keeps every rule, nothing is written, unless the least change is
    accepted. Raises `UsageError` where nothing was discovered yet or a file is not right, and `UnfinishedError` where
    the time was too short.
    """
    take_in(app, load(app.workspace.systems))
    about = given(app, file, most)
    if not about.estate.workloads:
        raise UsageError(
            "no workload is known yet", "run `decant discover`, or `decant import` a list; then `decant assess`"
        )
    path = app.workspace.plan
    if path.exists() and not fresh and not _is_as_proposed(app, path):
        return _read(app, about, seconds)
    return _propose(app, about, accept_change, seconds, anew=fresh)


def _read(app: "App", about: "Given", seconds: float) -> Planned:
    """A person's plan: read, held against the rules, and stored as it is."""
    from migration.planning.edited import Judged, judge

    path = app.workspace.plan
    plan, warnings = plan_file.load(path, about.estate, about.now, about.states)
    plan = with_accepted(plan, app.store.get(Plan, PLAN_ID))
    judged: Judged = judge(about, plan)
    plan = judged.of(plan)
    proposal, impossible, asked = _best(app, about, seconds)
    differences = plan_file.differences(plan, proposal) if impossible is None else ()
    if impossible is not None:
        warnings.append("no plan keeps every rule: `decant plan --fresh` says which cannot hold together")
    app.store.put(plan)
    _note(app, plan, "a person")
    return Planned(
        plan=plan,
        written=False,
        edited=True,
        kept=None,
        warnings=(*warnings, *judged.warnings, *asked.notes),
        differences=tuple(differences),
        faults=asked.faults,
        durations=asked.durations,
        supposed=asked.supposed,
        late=judged.late,
    )


def _propose(app: "App", about: "Given", accept_change: bool, seconds: float, *, anew: bool) -> Planned:
    """A plan by the rules, in place of the one that is there; what a person edited is put away beside it.

    Without `anew`, a plan stands whose changes are still the very ones that are needed.
    """
    from migration.planning.answers import mended
    from migration.planning.outcome import conflicts, plan_of

    path = app.workspace.plan
    plan, impossible, asked = _best(app, about, seconds)
    if (
        impossible is not None
        and not (accept_change or anew)
        and (stands := _still_accepted(app, path, impossible))
    ):
        return Planned(
            plan=stands,
            written=False,
            edited=False,
            kept=None,
            warnings=(
                "the plan stands, as the changes that it needs are those that were accepted for it",
                *asked.notes,
            ),
            faults=asked.faults,
            durations=asked.durations,
            supposed=asked.supposed,
        )
    if impossible is not None and not (accept_change and impossible.changes):
        held = about.before or Plan(id=PLAN_ID, waves=(), at=about.now)
        told = {"conflicts": conflicts(impossible), "changes": tuple(one.words for one in impossible.changes)}
        return Planned(
            plan=held.model_copy(update=told),
            written=False,
            edited=False,
            kept=None,
            warnings=(*impossible.doubts, *asked.notes),
            faults=asked.faults,
            impossible=True,
            durations=asked.durations,
            supposed=asked.supposed,
        )
    if impossible is not None:
        answer = mended(impossible, seconds, app.progress)
        plan = plan_of(about, asked, answer.schedule, impossible)
    kept = None
    if path.exists() and not _is_as_proposed(app, path):
        kept = path.with_name(f"{path.name}.before")
        os.replace(path, kept)  # noqa: PTH105 - atomic
    writing.replace(path, plan_file.render(plan))
    _, warnings = plan_file.load(path, about.estate, about.now, about.states)
    app.store.put(plan)
    _note(app, plan, PROPOSED)
    return Planned(
        plan=plan,
        written=True,
        edited=False,
        kept=kept,
        warnings=(*warnings, *(impossible.doubts if impossible else ()), *asked.notes),
        faults=asked.faults,
        durations=asked.durations,
        supposed=asked.supposed,
    )


def _still_accepted(app: "App", path: "Path", impossible: "Impossible") -> Plan | None:
    """The plan that holds, where a person accepted for it the very changes that are needed; else None."""
    stored = app.store.get(Plan, PLAN_ID)
    needed = {one.words for one in impossible.changes}
    if stored is None or not needed or {one.words for one in stored.accepted} != needed:
        return None
    return stored if path.exists() and _is_as_proposed(app, path) else None


def _best(app: "App", about: "Given", seconds: float) -> "tuple[Plan, Impossible | None, Asked]":
    """The best plan by the rules; where there is none, one of what is kept, and why."""
    from migration.planning.answers import answer
    from migration.planning.asking import ask
    from migration.planning.outcome import plan_of

    asked = ask(about)
    found = answer(asked, seconds, about.before, app.progress)
    return plan_of(about, asked, found.schedule), found.impossible, asked


def _note(app: "App", plan: Plan, by: str) -> None:
    changed = {"changed_rules": list(plan.changes)} if plan.changes else {}
    app.ledger.append(
        MADE,
        [move.workload for wave in plan.waves for move in wave.moves],
        {"waves": len(plan.waves), "by": by, **changed},
        actor=app.actor,
    )


def _is_as_proposed(app: "App", path: "Path") -> bool:
    """Whether plan.toml is what Decant itself wrote last; a person's plan, once read, is stored just as one of ours."""
    stored, made = app.store.get(Plan, PLAN_ID), app.ledger.entries(MADE)
    if stored is None or not made or made[-1].payload["by"] != PROPOSED:
        return False
    return reading.text(path) == plan_file.render(stored)
