"""What a person accepted instead of a rule: kept with the plan, and held against it when it is edited. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter

from estate.records.plan import AcceptedChange, Plan
from migration.planner import problem as rules
from migration.planner.problem import Constraint, Deadline, Earliest, Problem
from migration.planner.schedule import Change
from migration.planning.evaluation import Places, broken

_KINDS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        one.__name__: TypeAdapter(one)
        for one in (
            rules.AtMost, rules.Together, rules.Budget, rules.Deadline, rules.Earliest, rules.Before, rules.Closed,
            rules.Fits, rules.Pilot, rules.Pinned,
        )
    }
)  # fmt: skip


def of(change: Change, today: date) -> AcceptedChange:
    """An accepted change as a plan keeps it; `today` is the day from which its days count."""
    instead = change.instead
    if instead is None:
        return AcceptedChange(words=change.words, instead="", today=today)
    kind = type(instead).__name__
    rule = _KINDS[kind].dump_python(instead, mode="json")
    return AcceptedChange(words=change.words, instead=json.dumps({"kind": kind, "rule": rule}), today=today)


def kept(before: Plan | None, longer: Iterable[date]) -> Iterator[AcceptedChange]:
    """Of the plan before, what made windows longer that stay so, for what is pinned in them."""
    days = {on.isoformat() for on in longer}
    for one in before.accepted if before else ():
        if any(lengthens(one, on) for on in days):
            yield one


def lengthens(one: AcceptedChange, on: str) -> bool:
    """Whether a change makes the window of a day longer."""
    return f"make the window of {on} " in one.words


def excuse(
    accepted: Iterable[AcceptedChange], rule: Constraint, problem: Problem, places: Places, today: date
) -> str:
    """The accepted change by which a plan may break `rule` as it does; empty where it breaks more than was accepted."""
    for one in accepted:
        begins = f"{rule.words}: "
        if one.words.startswith(begins) and (
            not one.instead or not broken(replace(problem, constraints=(_instead(one, today),)), places)
        ):
            return one.words.removeprefix(begins)
    return ""


def _instead(one: AcceptedChange, today: date) -> Constraint:
    read = json.loads(one.instead)
    found: Constraint = _KINDS[read["kind"]].validate_python(read["rule"])
    if isinstance(found, Deadline | Earliest):
        return replace(found, day=found.day + (one.today - today).days)
    return found
