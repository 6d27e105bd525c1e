"""Scores the risk of each legacy server, keeps it, and asks what only people know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from decant.journeys import systems as systems_of
from decant.journeys.legacy import Chosen, by_server, choose
from estate import reading, writing
from estate.documents.words import LONDON
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.risk import Risk
from inventory.systems_file import load as systems_file
from migration.case import case_of
from migration.risk import answers
from migration.risk.questions import Question, added, questions, template
from migration.risk.score import risk_of

if TYPE_CHECKING:
    from decant.app import App


@dataclass(frozen=True)
class Scored:
    """The risks, those first that are high whatever is still open, and what was newly asked in answers.toml."""

    risks: tuple[Risk, ...]
    asked: tuple[Question, ...] = ()


def score(app: "App", names: Sequence[str] = (), *, ask: bool = False) -> Scored:
    """Score and keep the risk of these servers, or of all; with `ask`, add what is open to answers.toml.

    Raises `UsageError` where nothing was discovered yet, a name is not known, or a file is not right.
    """
    chosen = choose(app, names)
    today = now().astimezone(LONDON).date()
    risks, systems, given = _scored(app, chosen, today)
    asked: tuple[Question, ...] = ()
    if ask:
        asked = questions(risks, systems, given)
        path = app.workspace.answers
        text = reading.text(path) if path.exists() else template()
        if asked or not path.exists():
            writing.replace(path, added(text, asked, today))
    app.ledger.append(
        "risk.scored", [one.subject for one in risks], {one.subject: one.rating for one in risks}, actor=app.actor
    )
    return Scored(tuple(sorted(risks, key=lambda one: (-one.lowest, -one.highest, one.subject))), asked)


def keep(app: "App", chosen: Chosen, today: date) -> None:
    """Score these servers and keep what came of it, for whoever reads it later. Raises as `score` does."""
    _scored(app, chosen, today)


def _scored(
    app: "App", chosen: Chosen, today: date
) -> tuple[tuple[Risk, ...], dict[str, list[str]], answers.Answers]:
    workloads = systems_of.take_in(app, systems_file(app.workspace.systems))
    held, used = by_server(workloads), by_server(app.store.all(Dependency))
    systems: dict[str, list[str]] = {}
    for one in workloads:
        if one.system and not one.os_owned and one.system not in systems.setdefault(one.server, []):
            systems[one.server].append(one.system)
    known = {name for names in systems.values() for name in names}
    given, at = answers.load(app.workspace.answers, set(chosen.legacy), known, today), now()
    risks = tuple(
        risk_of(
            case_of(chosen.legacy[name], held.get(name, ()), used.get(name, ()), (), today, app.lifecycle),
            at,
            given,
            systems.get(name, ()),
        )
        for name in chosen.names
    )
    app.store.put(*risks)
    return risks, systems, given
