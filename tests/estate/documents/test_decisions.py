"""Decisions that the paper asks for now."""

from datetime import timedelta

from estate.documents.paper.decisions import needed
from estate.documents.paper.model import Table
from estate.records.plan import PlannedMove
from tests.estate.documents import papers

LATER = papers.AT + timedelta(days=90)
"""Behind the days of waves 1 and 2."""


def rows(**changes: object) -> list[str]:
    (table,) = [block for block in needed(papers.matter(**changes)).blocks if isinstance(block, Table)]
    return [" | ".join(map(str, row)) for row in table.rows]


def test_waves_whose_days_are_past_are_asked_about_first() -> None:
    first = rows(at=LATER)[0]
    assert first.startswith("New days for wave 1, wave 2 | Their days are past, and 2 workloads have not moved")


def test_what_has_moved_by_its_day_is_not_asked_about() -> None:
    plan = papers.plan()
    moved = tuple(
        wave.model_copy(update={"moves": tuple(map(_done, wave.moves))}) if wave.number < 3 else wave
        for wave in plan.waves
    )
    assert not any(row.startswith("New days") for row in rows(at=LATER, plan=papers.plan(waves=moved)))


def test_nothing_is_asked_of_days_to_come() -> None:
    assert not any(row.startswith("New days") for row in rows())


def _done(move: PlannedMove) -> PlannedMove:
    return move.model_copy(update={"state": "done"})
