"""Decisions that the paper asks for now."""

from datetime import date, timedelta

import pytest

from decant.journeys.paper_public import Names, neutral
from estate.documents.paper import implications
from estate.documents.paper.compose import compose
from estate.documents.paper.decisions import needed
from estate.documents.paper.html import html
from estate.documents.paper.matter import Matter
from estate.documents.paper.model import Table
from estate.records.assessment import Disposition
from estate.records.plan import PlannedMove
from estate.records.risk import Risk, Score
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


RULES = (
    "planning01 is empty by 31 January 2027 (its contract ends), marked hard",
    "Othertown is gone by 31 March 2027",
)
"""Rules that a person's plan breaks."""


def test_each_rule_that_a_person_s_plan_breaks_is_a_decision_and_a_risk_under_its_own_words() -> None:
    edited = papers.plan(broken=RULES)
    asked = [row for row in rows(plan=edited) if "this rule gives way" in row]
    assert [row.split(" | ")[0] for row in asked] == [f"Whether this rule gives way: {one}" for one in RULES]
    said = html(compose(papers.matter(plan=edited), {}))
    assert "The plan was edited by a person, and breaks 2 rules that were given" in said
    assert f"2 rules: {RULES[0]}; {RULES[1]}" in said
    assert not any("gives way" in row for row in rows())


def test_the_public_edition_counts_the_rules_that_are_broken_and_tells_none() -> None:
    full = papers.matter(plan=papers.plan(broken=RULES))
    shown = neutral(full, Names(full))
    said = html(compose(shown, {}))
    assert "Whether 2 rules that the plan breaks give way" in said
    assert "planning01" not in said
    assert "Othertown is gone" not in said


def becomes(what: Disposition, server: str = "planning01") -> Matter:
    """A paper in which a server with a contract is in no wave."""
    made = papers.matter()
    assessments = tuple(
        one.model_copy(update={"disposition": what}) if one.server == server else one for one in made.assessments
    )
    waves = tuple(wave for wave in made.plan.waves if not any(server in move.workload for move in wave.moves))
    return made.model_copy(update={"assessments": assessments, "plan": papers.plan(waves=waves)})


@pytest.mark.parametrize(
    ("what", "told", "needed_by_then"),
    [
        (Disposition.RETAIN, "stays", "Renew it, or plan a move"),
        (Disposition.REPURCHASE, "is to be replaced", "Have the service in use by then, or renew it"),
        (Disposition.RETIRE, "is to be switched off", "Switch it off by then, or renew it"),
    ],
)
def test_a_contract_of_what_no_wave_empties_is_told_and_asked_about(
    what: Disposition, told: str, needed_by_then: str
) -> None:
    matter = becomes(what)
    table = needed(matter).blocks[0]
    assert isinstance(table, Table)
    (asked,) = [row for row in table.rows if "servers that do not move" in row[0]]
    assert f"no wave empties the server: 1 {told}" in asked[1]
    assert asked[2:] == ("Planning (1)", "31 January 2027")
    assert not any(row[0].startswith("Extend") and "planning01" in str(row) for row in table.rows)
    said = html(compose(matter, {}))
    assert "Contracts of servers that do not move" in said
    assert needed_by_then in said
    assert "A contract ends of a server that does not move" in said
    assert "1 contract, the first on 31 January 2027" in said


def test_a_contract_that_ends_after_the_years_of_the_case_is_not_asked_about() -> None:
    matter = becomes(Disposition.RETAIN)
    later = tuple(
        one.model_copy(update={"contract_end": date(2040, 1, 31)}) if one.id == "planning01" else one
        for one in matter.servers
    )
    assert "servers that do not move" not in html(compose(matter.model_copy(update={"servers": later}), {}))


def test_moves_are_told_by_the_tool_that_makes_them() -> None:
    waves = papers.plan().waves
    moves = tuple(one.model_copy(update={"how": "Azure Migrate"}) for one in waves[0].moves)
    vendor = tuple(one.model_copy(update={"how": "the vendor"}) for one in waves[1].moves)
    made = (
        waves[0].model_copy(update={"moves": moves}),
        waves[1].model_copy(update={"moves": vendor}),
        *waves[2:],
    )
    said = html(compose(papers.matter(plan=papers.plan(waves=made)), {}))
    assert "4 by Decant, 1 by Azure Migrate, 1 by the vendor and 4 by hand" in said
    assert "moved by people" not in said


def scored(server: str, points: int | None) -> Risk:
    score = Score(criterion="support", points=points, basis="measured" if points else "open", why="")
    least = score.model_copy(update={"most": 5})
    return Risk(subject=server, likelihood=(least,), impact=(score,), framework="The framework", at=papers.AT)


def test_what_the_framework_calls_red_is_told_the_worst_first() -> None:
    """5 x 5 is red, 3 x 3 is not, and what nobody answered may be."""
    found = tuple(scored(*one) for one in (("files01", 3), ("revdb01", 5), ("cctv01", None), ("housing01", 4)))
    section = implications.risks(papers.matter(risks=found))
    table = next(one for one in section.everything() if isinstance(one, Table) and "Red" in one.caption)
    assert [row[:3] for row in table.rows] == [
        ("revdb01", "25", "Red"),
        ("housing01", "16", "Red"),
        ("cctv01", "1 to 30", "Open: may be red"),
    ]
    public = html(compose(papers.matter(edition="public", risks=found), {}))
    assert "turn out to be: 2. Not red: 1. Of 1 the open answers decide." in public
    assert "Red, or red if" not in public
