"""What a plan is made from, out of the workspace: the estate, planning.toml, moves so far, and the plan that holds."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from decant.journeys.assess import movers
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.cost import Costs
from estate.records.dependency import Dependency
from estate.records.move import Move, Phase
from estate.records.personal import PersonalData
from estate.records.plan import Plan
from estate.records.workload import Workload
from inventory.systems_file import load, with_systems
from migration import plan_file
from migration.plan import PLAN_ID, Estate
from migration.planning import file as planning_file
from migration.planning.asked import DONE, Given
from migration.planning.file import Planning
from migration.planning.measured import Finished

if TYPE_CHECKING:
    from pathlib import Path

    from decant.app import App


def estate_of(app: "App") -> Estate:
    """The estate as plans see it, with the systems that people confirmed."""
    return Estate(
        app.store.all_server_facts(),
        with_systems(app.store.all(Workload), load(app.workspace.systems)),
        app.store.all(Dependency),
        app.store.all(Assessment),
        movers(),
    )


def given(
    app: "App", file: "Path | None" = None, most: int | None = None, planning: Planning | None = None
) -> Given:
    """Everything that a plan is made from. `planning` stands for what is in the file.

    Raises `UsageError` where planning.toml, or another `file` that is given, is not right or not there.
    """
    if file is not None and not file.is_file():
        raise UsageError(f"there is no file {file}", "name a file such as planning.toml")
    rules = planning or planning_file.load(file or app.workspace.planning)
    if most is not None:
        rules = rules.model_copy(update={"capacity": rules.capacity.model_copy(update={"workloads": most})})
    estate, at, moves = estate_of(app), now(), app.store.moves()
    about = Given(
        estate,
        rules,
        at,
        moves,
        _finished(app, moves),
        app.store.all(PersonalData),
        next(iter(app.store.all(Costs)), None),
    )
    return replace(about, before=_before(app, about))


def _before(app: "App", about: Given) -> Plan | None:
    """The plan that holds: plan.toml, with a person's pins, else the stored one."""
    path = app.workspace.plan
    stored = app.store.get(Plan, PLAN_ID)
    if not path.exists():
        return stored
    try:
        return plan_file.load(path, about.estate, about.now, about.states)[0]
    except UsageError:
        return stored  # what is wrong with it is said where it is read as a person's plan


def _finished(app: "App", moves: list[Move]) -> list[Finished]:
    """What finished moves took: from the ledger's times of their phases."""
    done = {one.id: one for one in moves if one.phase in DONE}
    if not done:
        return []
    copied: dict[str, dict[str, datetime]] = {}
    for entry in app.ledger.entries("move.phase"):
        for move in entry.subjects:
            if move in done:
                copied.setdefault(move, {})[str(entry.payload["to"])] = datetime.fromisoformat(entry.at)
    return [
        Finished(name, move.kind, move.bytes, _copying(copied.get(name, {})), move.frozen_seconds)
        for name, move in done.items()
    ]


def _copying(phases: dict[str, datetime]) -> float | None:
    begun, ended = phases.get(Phase.SEEDING), phases.get(Phase.SYNCING)
    return None if begun is None or ended is None or ended <= begun else (ended - begun).total_seconds()
