"""Scores one server by the framework: an answer first, else what was measured, else open. Pure."""

from collections.abc import Iterable
from datetime import datetime

from estate.records.risk import Risk, Score
from migration.case import Case
from migration.risk.answers import NONE, Answers
from migration.risk.framework import Criterion, framework
from migration.risk.measures import MEASURES, Measured


def risk_of(case: Case, at: datetime, answers: Answers = NONE, systems: Iterable[str] = ()) -> Risk:
    """The risk of one server; `systems` are those that it is part of."""
    ours = framework()
    given = answers.of(case.facts.server.id, systems)
    scores = {}
    for criterion in ours.criterion:
        measure = MEASURES.get(criterion.id)
        measured = measure(case) if measure else None
        answer = given.get(criterion.id)
        if answer is None:
            scores[criterion] = _measured(criterion, measured)
        else:
            differs = measured is not None and measured.points not in (None, answer.points)
            beside = f"; measured: {measured.points}, as {measured.why}" if differs and measured else ""
            scores[criterion] = _score(criterion, answer.points, "answered", f"{answer}{beside}")
    return Risk(
        subject=case.facts.server.id,
        likelihood=tuple(score for one, score in scores.items() if one.side == "likelihood"),
        impact=tuple(score for one, score in scores.items() if one.side == "impact"),
        framework=ours.name,
        red_from=ours.red,
        legacy_from=ours.legacy,
        at=at,
    )


def _measured(criterion: Criterion, measured: Measured | None) -> Score:
    if measured is None:
        return _score(criterion, None, "open", f"to be answered: {criterion.question}")
    if measured.points is None:
        return _score(criterion, None, "open", f"to be answered: {criterion.question} Seen: {measured.why}")
    return _score(criterion, measured.points, "measured", measured.why)


def _score(criterion: Criterion, points: int | None, basis: str, why: str) -> Score:
    return Score.model_validate(
        {"criterion": criterion.id, "points": points, "basis": basis, "why": why, "most": criterion.most}
    )
