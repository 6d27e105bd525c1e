"""Nothing moves before there is something to move to."""

from datetime import date
from typing import Any

from estate.records.plan import Plan
from migration.plan import Estate
from migration.planning.asked import Asked
from migration.planning.edited import judge
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
    rule = {"deadline": [{"server": "a", "day": FIRST, "hard": True}]}
    plan, _ = _made(estate("a"), {}, planning=rule)
    assert any("nothing moves before" in words for one in plan.conflicts for words in one.rules)


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
