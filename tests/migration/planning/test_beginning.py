"""Nothing moves before there is something to move to."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from estate.errors import UsageError
from estate.records.plan import Plan
from migration.plan import Estate
from migration.planning.answers import answer, mended
from migration.planning.asked import Asked
from migration.planning.asking import ask
from migration.planning.edited import judge
from migration.planning.outcome import plan_of
from tests.migration.planning.small import AT, FIRST, NIGHTS, SECOND, days, estate, server
from tests.migration.proposing import given, planned

BUILT = date(2026, 12, 26)
"""The first night four weeks and more after the day of the plan."""


def _made(made: Estate, start: dict[str, Any], **more: Any) -> tuple[Plan, Asked]:
    rules = {"window": NIGHTS, "pilot": {"wanted": False}, "start": start, **more.pop("planning", {})}
    return planned(given(made, AT, rules, **more))


def test_without_a_target_nothing_moves_for_four_weeks_and_it_is_said() -> None:
    plan, asked = _made(estate("a"), {})
    assert days(plan) == {"a": BUILT}
    assert asked.problem is not None
    (rule,) = (one for one in asked.problem.constraints if one.id == "start")
    assert rule.words.startswith("nothing moves before 20 December 2026: there is no target server yet")
    assert rule.words in asked.notes


def test_a_target_that_is_there_lets_moves_begin() -> None:
    bare = estate("a")
    made = Estate([*bare.servers, server("new", role="target")], bare.workloads, [], bare.assessments)
    assert days(_made(made, {})[0]) == {"a": FIRST}


def test_a_council_says_when_to_begin() -> None:
    assert days(_made(estate("a"), {"weeks": 0})[0]) == {"a": FIRST}
    assert days(_made(estate("a"), {"day": date(2027, 3, 1)})[0]) == {"a": date(2027, 3, 6)}


def test_the_plan_that_holds_does_not_slide_from_day_to_day() -> None:
    before, _ = _made(estate("a"), {"weeks": 1})
    assert days(before) == {"a": SECOND}
    plan, asked = _made(estate("a"), {}, before=before)
    assert days(plan) == {"a": SECOND}
    assert any("the last plan begins then" in note and "4 weeks" not in note for note in asked.notes)
    assert days(_made(estate("a"), {"weeks": 4}, before=before)[0]) == {"a": BUILT}


def test_a_hard_deadline_before_that_is_a_conflict() -> None:
    rule = {"deadline": [{"server": "a", "day": FIRST + timedelta(days=1), "hard": True}]}
    plan, _ = _made(estate("a"), {}, planning=rule)
    assert any("x does not move before 20 December" in words for one in plan.conflicts for words in one.rules), (
        plan.conflicts
    )


def test_what_is_pinned_stays_where_a_person_put_it() -> None:
    rule = {"pin": [{"of": "a", "day": FIRST}]}
    assert days(_made(estate("a", "b"), {}, planning=rule)[0]) == {"a": FIRST, "b": BUILT}


def test_the_pilot_is_the_first_of_what_may_move() -> None:
    rule = {"pilot": {"low_risk": ["a"]}}
    plan, _ = _made(estate("a", "b"), {}, planning=rule)
    assert [wave.pilot for wave in plan.waves] == [True, False]
    assert days(plan)["a"] == BUILT


def test_a_plan_whose_days_are_past_breaks_no_rule_of_beginning() -> None:
    before, _ = _made(estate("a"), {"weeks": 0})
    wave = before.waves[0].model_copy(
        update={"expected": date(2026, 11, 14), "window_start": None, "window_end": None}
    )
    rules = {"window": NIGHTS, "pilot": {"wanted": False}, "start": {}}
    said = judge(given(estate("a"), AT, rules), before.model_copy(update={"waves": (wave,)})).warnings
    assert not any("nothing moves before" in one for one in said)


def test_what_has_to_move_earlier_is_let_through_alone() -> None:
    rule = {"deadline": [{"server": "a", "day": date(2026, 12, 10), "hard": True}], "window": NIGHTS}
    about = given(estate("a", "b", "c"), AT, {"pilot": {"wanted": False}, "start": {}, **rule})
    asked = ask(about)
    impossible = answer(asked).impossible
    assert impossible is not None
    plan = plan_of(about, asked, mended(impossible).schedule, impossible)
    assert days(plan) == {"a": FIRST, "b": BUILT, "c": BUILT}
    (change,) = plan.changes
    assert change.endswith(": open 2026-11-28 for it"), change
    # The day that the change opened is no first day of the plan: the others are not let through by it afterwards.
    (rule_of_all,) = _start_of_all(ask(replace(about, before=plan)))
    assert "nothing moves before 20 December 2026" in rule_of_all


def _start_of_all(asked: Asked) -> list[str]:
    assert asked.problem is not None
    return [one.words for one in asked.problem.constraints if one.id == "start"]


def test_what_must_move_before_what_has_to_is_let_through_too() -> None:
    rule = {
        "deadline": [{"server": "a", "day": FIRST, "hard": True}],
        "before": [{"first": "b", "then": "a"}],
        "start": {},
        "window": NIGHTS,
    }
    asked = ask(given(estate("a", "b", "c"), AT, rule))
    assert asked.problem is not None
    alone = {one.id for one in asked.problem.constraints if one.id.startswith("start:")}
    assert len(alone) == 2
    assert not any("c" in one.removeprefix("start:") for one in alone)


def test_a_first_day_behind_the_horizon_asks_for_a_longer_one() -> None:
    start = {"day": date(2027, 3, 1)}
    with pytest.raises(UsageError, match="nothing move before 1 March 2027") as refused:
        _made(estate("a"), start, planning={"horizon_months": 2})
    assert refused.value.remedy == "give horizon_months = 6 or more, or an earlier day"
    assert days(_made(estate("a"), start, planning={"horizon_months": 6})[0]) == {"a": date(2027, 3, 6)}


@pytest.mark.parametrize(("start", "said"), [({"weeks": 1}, True), ({"weeks": 2}, False), ({}, False)])
def test_less_time_than_building_takes_is_said(start: dict[str, Any], said: bool) -> None:
    notes = _made(estate("a"), start, build_days=14)[1].notes
    assert any("lets moves begin in 7 days, and building a target takes 14 days" in one for one in notes) == said


def test_whence_a_first_day_comes_is_said_even_where_it_is_the_first_window() -> None:
    before, _ = _made(estate("a"), {"weeks": 0})
    assert days(before) == {"a": FIRST}
    _, asked = _made(estate("a"), {}, before=before, unfiled=True)
    (said,) = [one for one in asked.notes if "the last plan" in one]
    assert "which Decant keeps though plan.toml is gone" in said
    assert "write `weeks = 4` under [start] in planning.toml to begin on 20 December 2026 or later" in said
