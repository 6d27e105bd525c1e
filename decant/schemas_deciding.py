"""The published shapes of what is decided: assessments, systems, plans."""

from collections.abc import Mapping

from decant import rows
from decant.schema_output import Output
from estate.records.assessment import Assessment
from estate.records.cost import CostLine, NotPriced
from estate.records.forecast import Forecast
from estate.records.plan import Conflict, Reached, Wave
from estate.records.risk import Risk
from estate.records.system import System
from migration.planning.results import Result, Rule
from migration.planning.why import Why

_BROKEN = "the rules that a plan.toml edited by a person breaks; what was accepted is not among them"

DECIDING: Mapping[str, Output] = {
    "decant.assessments/1": Output(
        ("assess",),
        "What should become of each server.",
        {
            "assessments": (list[Assessment], "one a server"),
            "forecast": (Forecast, "which of these servers are out of support today, in 90 and in 180 days"),
        },
    ),
    "decant.risks/1": Output(
        ("risk",),
        "The risk of each server by the Legacy IT Risk Assessment Framework.",
        {
            "risks": (list[rows.RiskRow], "each server, the highest first by the lowest score that it can have"),
            "asked": (int, "questions that were added to answers.toml"),
        },
    ),
    "decant.why/1": Output(
        ("why",),
        "Every reason behind what is said of one server.",
        {
            "server": (str, "its name"),
            "assessment": (Assessment | None, "what should become of it; null where it was not assessed"),
            "risk": (Risk | None, "its scores; null where they were not made"),
            "lowest": (float | None, "the lowest that its risk can be, and"),
            "highest": (float | None, "the highest, while criteria are open"),
            "costs": (list[CostLine], "the lines that are for it or what it holds"),
            "unpriced": (list[NotPriced], "what of it has no price"),
            "places": (list[rows.PlaceRow], "each of its workloads in the plan"),
            "missing": (list[rows.MissingRow], "what is not there yet, and the command that makes it"),
        },
    ),
    "decant.systems/1": Output(
        ("systems propose", "systems list"),
        "Workloads that serve one purpose and move together.",
        {
            "systems": (list[System], "each system; only a `confirmed` one counts in a plan"),
            "shared": (dict[str, list[str]], "workloads of no system, each with the systems that use it"),
            "unplaced": (list[str], "jobs of which nothing tells what they work for"),
            "unclear": (list[str], "talk of which it is not known which workloads are its ends"),
            "written": (bool, "whether systems.toml changed"),
        },
    ),
    "decant.system/1": Output(
        ("systems show",),
        "One system.",
        {"system": (System, "its workloads, why each is in it, and what came and went since")},
    ),
    "decant.plan/1": Output(
        ("plan",),
        "The waves.",
        {
            "waves": (list[Wave], "in order"),
            "not_moving": (dict[str, str], "every workload that is in no wave, with the reason"),
            "by_decant": (
                int,
                "how many workloads Decant moves itself; `how` of each move says with what the others move",
            ),
            "of": (int, "how many workloads move"),
            "reached": (list[Reached], "what it is worth by each objective, the first the most important"),
            "conflicts": (
                list[Conflict],
                "sets of rules that cannot hold together; the waves are then of the plan before, or of the least change",
            ),
            "changes": (list[str], "the least change to the rules that restores a plan"),
            "broken": (list[str], _BROKEN),
            "edited": (bool, "whether a person has edited plan.toml"),
            "written": (bool, "whether plan.toml was written"),
            "indicative": (bool, "whether nobody gave windows, so that days are only supposed"),
            "durations": (
                list[str],
                "how long moves are taken to last, by kind of workload and tool, and where that is from",
            ),
            "faults": (list[str], "what cannot be kept or planned, whatever is done; the exit code is then 1"),
            "warnings": (list[str], "what a person should look at"),
            "differences": (list[str], "what a fresh proposal would do otherwise"),
        },
    ),
    "decant.plan-shown/1": Output(
        ("plan show",),
        "The plan as it stands.",
        {
            "waves": (list[Wave], "in order"),
            "not_moving": (dict[str, str], "every workload that is in no wave, with the reason"),
            "by_decant": (
                int,
                "how many workloads Decant moves itself; `how` of each move says with what the others move",
            ),
            "of": (int, "how many workloads move"),
            "reached": (
                list[Reached],
                "what it is worth by each objective; without bounds where a person changed the file since",
            ),
            "conflicts": (
                list[Conflict],
                "sets of rules that cannot hold together, where it supposes changed ones",
            ),
            "changes": (list[str], "the changes to the rules that it supposes"),
            "broken": (list[str], _BROKEN),
            "rules": (list[Rule], "with --rules, each rule that a plan is held to; else empty"),
        },
    ),
    "decant.plan-why/1": Output(
        ("plan why",),
        "Why a workload is in its wave.",
        {"why": (Why, "what presses, what it talks to, and what speaks against each earlier window")},
    ),
    "decant.plan-what-if/1": Output(
        ("plan what-if",),
        "What would come of other rules.",
        {"now": (Result, "by the rules as they are"), "then": (Result, "by the others")},
    ),
}
