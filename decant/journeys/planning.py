"""What a plan is made from, out of the workspace: the estate, planning.toml, moves so far, and the plan that holds."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from decant.journeys.assess import movers
from estate import reading
from estate.errors import UsageError
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.cost import Costs
from estate.records.dependency import Dependency
from estate.records.move import Move, Phase
from estate.records.personal import PersonalData
from estate.records.plan import Plan
from estate.records.workload import Workload
from estate.suggest import pick
from inventory.systems_file import load, with_systems
from migration import plan_file
from migration.costing import assumptions
from migration.plan import PLAN_ID, Estate
from migration.planning import file as planning_file
from migration.planning.asked import DONE, Given
from migration.planning.file import Planning
from migration.planning.measured import Finished
from migration.planning.named import as_known
from migration.planning.results import Result, Rule

if TYPE_CHECKING:
    from pathlib import Path

    from decant.app import App
    from migration.planning.what_if import Differences
    from migration.planning.why import Why


def estate_of(app: "App") -> Estate:
    """The estate as plans see it, with the systems that people confirmed."""
    workloads, systems = app.store.all(Workload), load(app.workspace.systems)
    known = {one.id for one in workloads}
    return Estate(
        app.store.all_server_facts(),
        with_systems(workloads, systems),
        app.store.all(Dependency),
        app.store.all(Assessment),
        movers(),
        tuple(one for entry in systems.entries for one in entry.workloads if one not in known),
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
        as_known(rules, [one.server.id for one in estate.servers]),
        at,
        moves,
        _finished(app, moves),
        app.store.all(PersonalData),
        next(iter(app.store.all(Costs)), None),
        unfiled=not app.workspace.plan.exists(),
        build_days=assumptions.load(app.workspace.assumptions).terms.build_days,
    )
    return replace(about, before=_before(app, about))


def held(app: "App", about: Given) -> Plan:
    """The plan that holds: plan.toml as it is now, with how good it is; a person's plan is judged for that.

    Raises `UsageError` where there is none, or plan.toml is not right.
    """
    path, stored = app.workspace.plan, app.store.get(Plan, PLAN_ID)
    if not path.exists():
        if stored is None:
            raise UsageError("there is no plan yet", "run `decant plan`")
        return stored
    plan, _ = plan_file.load(path, about.estate, about.now, about.states)
    same = stored is not None and plan_file.render(stored) == reading.text(path)
    if stored is not None and same and not _newer(app.workspace.planning, path):
        return stored.model_copy(update={"waves": plan.waves})
    from migration.planning.edited import judge

    plan = with_accepted(plan, stored)
    return judge(about, plan).of(plan)


def _newer(one: "Path", other: "Path") -> bool:
    """Whether a file was written after another."""
    return one.exists() and one.stat().st_mtime_ns > other.stat().st_mtime_ns


def with_accepted(plan: Plan, stored: Plan | None) -> Plan:
    """A plan that a person edited, with what was accepted for the plan before it."""
    return plan.model_copy(update={"accepted": stored.accepted if stored else ()})


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


def rules_of(about: Given) -> list[Rule]:
    """Every rule that a plan is held to: its name, and in words."""
    from migration.planning.asking import ask

    asked = ask(about)
    held = [*(asked.problem.constraints if asked.problem else ()), *(one.rule for one in asked.unkept)]
    return [Rule(one.id, one.words) for one in held]


def why(app: "App", name: str) -> "Why":
    """Why a workload is where it is in the plan that holds; of one in no wave, which rules that it is in cannot hold.

    Raises `UsageError` for one that is not known, where there is no plan, or plan.toml is not right.
    """
    from migration.planning.answers import answer
    from migration.planning.asking import ask
    from migration.planning.edited import asked_of
    from migration.planning.evaluation import places
    from migration.planning.outcome import conflicts
    from migration.planning.why import explain

    about = given(app)
    there = app.workspace.plan.exists() or app.store.get(Plan, PLAN_ID) is not None
    plan = held(app, about) if there else Plan(id=PLAN_ID, waves=(), at=about.now)
    workload = _meant(about, plan, name)
    asked = ask(about)
    if not any(move.workload == workload for wave in plan.waves for move in wave.moves):
        planned = asked.unkept or asked.job_of(workload)
        found = answer(asked, before=about.before, told=app.progress).impossible if planned else None
        if found is None and not there:
            held(app, about)
        return explain(about, asked, plan.model_copy(update={"conflicts": conflicts(found)}), workload)
    if asked.problem is None or len(places(asked, plan)) < len(asked.parts):
        # A person's plan may part systems, or be for other days: it is explained by its own.
        asked = asked_of(about, plan)
    return explain(about, asked, plan, workload)


def _meant(about: Given, plan: Plan, name: str) -> str:
    """The workload that a person names: by itself, else as the first of its server, its system or its wave."""
    found = {one.id: one.id for one in about.estate.workloads}
    ends = {one.rsplit("/", 1)[-1] for one in found}
    titled = [
        (title, move.workload)
        for wave in plan.waves
        for move in wave.moves
        for title in (move.workload.split("/", 1)[0], wave.name)
    ]
    titled += [(one.system, one.id) for one in about.estate.workloads if one.system]
    for title, workload in titled:
        if title not in ends:
            found.setdefault(title, workload)
    return found[
        pick("workload", name, found, "give a workload, server, system or wave; see `decant estate list`")
    ]


def what_if(app: "App", wanted: "Differences", seconds: float) -> "tuple[Result, Result]":
    """What comes of the rules as they are, and of others. Writes nothing."""
    from migration.planning.what_if import differing, result

    about = given(app)
    if not about.estate.workloads:
        raise UsageError(
            "no workload is known yet", "run `decant discover`, or `decant import` a list; then `decant assess`"
        )
    other = differing(about, wanted)
    return (
        result(about, seconds, (), app.progress),
        result(other, seconds, wanted.dropped, app.progress),
    )
