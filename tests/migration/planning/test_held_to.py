"""What an edited plan is held to: every rule, and of what was accepted no more than that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from estate.documents.words import LONDON
from estate.records.plan import Plan
from migration.plan_file import load, render
from migration.planning.answers import answer, mended
from migration.planning.asked import Given
from migration.planning.asking import ask
from migration.planning.edited import Judged, judge
from migration.planning.outcome import plan_of
from migration.planning.what_if import result
from tests.migration.planning.small import AT, FIRST, NIGHTS, SECOND, THIRD, days, estate
from tests.migration.proposing import given, planned

PILOT = {"pilot": {"wanted": False}}


def accepted(about: Given) -> Plan:
    asked = ask(about)
    impossible = answer(asked).impossible
    assert impossible is not None
    return plan_of(about, asked, mended(impossible).schedule, impossible)


def moved(plan: Plan, server: str, on: date) -> Plan:
    """The plan with a server's wave on another Saturday night."""
    begins = datetime(on.year, on.month, on.day, 20, tzinfo=LONDON)
    times = {"expected": on, "window_start": begins, "window_end": begins + timedelta(hours=10)}
    return plan.model_copy(
        update={
            "waves": tuple(
                wave.model_copy(update=times) if wave.moves[0].workload.startswith(server) else wave
                for wave in plan.waves
            )
        }
    )


HARD = {"deadline": [{"server": "a", "day": FIRST + timedelta(days=1), "hard": True}]}
CLOSED = {"blackout": [{"name": "Count", "first": FIRST, "last": FIRST}]}


def test_a_deadline_that_was_moved_by_a_week_is_not_moved_by_two() -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS, **HARD, "earliest": [{"of": "a", "day": SECOND}]})
    plan = accepted(about)
    assert days(plan)["a"] is not None
    assert judge(about, plan).broken == ()
    worse = judge(about, moved(plan, "a", THIRD + timedelta(weeks=4)))
    assert worse.late
    assert any("leaves a by" in one for one in worse.broken)


def test_a_window_that_was_opened_is_no_leave_to_use_another_closed_one() -> None:
    rules = {
        **PILOT, "window": NIGHTS, **HARD, "horizon_months": 2,
        "blackout": [{"name": "Count", "first": FIRST, "last": SECOND + timedelta(days=1)}],
    }  # fmt: skip
    about = given(estate("a"), AT, rules)
    plan = accepted(about)
    assert judge(about, plan).broken == ()
    other = judge(about, moved(plan, "a", SECOND))
    assert any("(Count)" in one or "leaves a" in one for one in other.broken)


def test_more_in_a_window_than_was_accepted_breaks_the_rule() -> None:
    rules = {**PILOT, "window": [{"day": FIRST, "start": "20:00", "end": "06:00"},
                                 {"day": SECOND, "start": "20:00", "end": "06:00"}],
             "horizon_months": 1, "capacity": {"workloads": 1}}  # fmt: skip
    about = given(estate("a", "b", "c"), AT, rules)
    plan = accepted(about)
    assert judge(about, plan).broken == ()
    (first, second) = plan.waves
    everything = plan.model_copy(
        update={"waves": (first.model_copy(update={"moves": (*first.moves, *second.moves)}),)}
    )
    assert any("no window holds more than 1 workload" in one for one in judge(about, everything).broken)


def test_a_change_written_into_the_file_by_hand_excuses_nothing() -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS, **HARD})
    plan, _ = planned(about)
    (rule,) = [one for one in ask(about).problem.constraints if one.id.startswith("deadline:")]  # type: ignore[union-attr]
    forged = moved(plan, "a", SECOND).model_copy(update={"changes": (f"{rule.words}: whatever",)})
    judged = judge(about, forged)
    assert judged.late
    assert rule.words in judged.broken
    assert any("nobody accepted" in one for one in judged.warnings)
    assert judged.of(forged).changes == ()


def test_a_plan_without_any_day_misses_its_hard_deadlines() -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS, **HARD})
    plan, _ = planned(about)
    bare = plan.model_copy(
        update={
            "waves": tuple(
                one.model_copy(update={"expected": None, "window_start": None, "window_end": None})
                for one in plan.waves
            )
        }
    )
    for empty in (bare, plan.model_copy(update={"waves": ()})):
        assert judge(about, empty).late
        assert judge(about, empty).broken


def times(plan: Plan, **more: datetime) -> Plan:
    return plan.model_copy(update={"waves": (plan.waves[0].model_copy(update=more), *plan.waves[1:])})


def test_a_window_that_was_made_short_by_hand_holds_no_more_than_it_can() -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS})
    plan, _ = planned(about)
    assert plan.waves[0].window_start is not None
    short = times(plan, window_end=plan.waves[0].window_start + timedelta(minutes=1))
    assert any("moves only in windows that are as long" in one for one in judge(about, short).broken)


def test_a_window_that_reaches_beyond_that_of_planning_toml_is_told() -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS})
    plan, _ = planned(about)
    assert plan.waves[0].window_end is not None
    wide = times(plan, window_end=plan.waves[0].window_end + timedelta(days=9))
    assert any("and that of planning.toml is from" in one for one in judge(about, wide).broken)
    outside = judge(about, moved(plan, "a", FIRST + timedelta(days=2)))
    assert any("which is no window of planning.toml" in one for one in outside.broken)


def test_a_hard_deadline_is_kept_by_what_has_ended_by_then() -> None:
    by = {"deadline": [{"server": "a", "day": SECOND, "hard": True}]}
    plan, _ = planned(given(estate("a"), AT, {**PILOT, "window": NIGHTS, **by}))
    assert days(plan) == {"a": FIRST}, "the night of the second Saturday ends on a Sunday"


def test_what_is_pinned_is_not_offered_a_day_on_which_nothing_can_be_built_yet() -> None:
    rules = {**PILOT, "window": NIGHTS, "pin": [{"of": "a", "day": date(2027, 1, 2)}],
             "blackout": [{"name": "New year", "first": date(2027, 1, 1), "last": date(2027, 1, 5)}],
             "start": {"weeks": 4}}  # fmt: skip
    plan = accepted(given(estate("a"), AT, rules))
    assert days(plan)["a"] is not None
    assert days(plan)["a"] >= date(2026, 12, 20)  # type: ignore[operator]


def test_without_its_pin_something_keeps_the_first_day_as_all_else_does() -> None:
    rules = {**PILOT, "window": NIGHTS, "pin": [{"of": "a", "day": date(2027, 2, 6)}],
             "start": {"day": date(2027, 1, 20)}}  # fmt: skip
    about = given(estate("a"), AT, rules)
    dropped = result(about, 5, ["pin"])
    without_it = given(estate("a"), AT, {**rules, "pin": []})
    assert dropped.reached == result(without_it, 5).reached
    assert dropped.last_day == result(without_it, 5).last_day


def test_a_deadline_that_is_past_is_no_rule_that_a_plan_keeps() -> None:
    rules = {**PILOT, "window": NIGHTS, "deadline": [{"server": "a", "day": date(2020, 1, 1), "hard": True}]}
    found = result(given(estate("a"), AT, rules), 5)
    assert not found.exists
    assert any("is past" in one for one in found.faults)


@pytest.mark.parametrize(("minutes", "ends"), [(330, "01:30:00"), (390, "01:30:00Z")])
def test_an_end_in_the_hour_that_comes_twice_is_read_again_as_what_it_was(
    tmp_path: Path, minutes: int, ends: str
) -> None:
    night = {"day": date(2027, 10, 30), "start": "20:00", "end": "00:30"}
    about = given(estate("a"), AT, {**PILOT, "window": [night], "horizon_months": 12})
    plan, _ = planned(about)
    begins = plan.waves[0].window_start
    assert begins is not None
    wanted = (begins.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(LONDON)
    longer = times(plan, window_end=wanted)
    path = tmp_path / "plan.toml"
    path.write_text(render(longer))
    assert f"window_end = 2027-10-31T{ends}\n" in path.read_text()
    again = load(path, about.estate, AT)[0].waves[0]
    assert again.window_end is not None
    assert again.window_start is not None
    assert (again.window_end.timestamp() - again.window_start.timestamp()) / 60 == minutes


def test_before_the_pilot_nothing_risky_is_let_through_unnamed() -> None:
    rules = {"window": NIGHTS, "start": {"weeks": 4}, "pilot": {"low_risk": ["b"]}, **HARD}
    about = given(estate("a", "b", "c"), AT, rules)
    plan = accepted(about)
    early = {name for name, on in days(plan).items() if on is not None and on < date(2026, 12, 20)}
    named = {
        name for name in ("a", "b", "c") if any(f"{name}/" in one or f" {name} " in one for one in plan.changes)
    }
    assert early <= {"a", "b"} | named


def test_what_was_accepted_is_known_to_a_plan_that_is_read_again(tmp_path: Path) -> None:
    about = given(estate("a"), AT, {**PILOT, "window": NIGHTS, **HARD, **CLOSED})
    plan = accepted(about)
    path = tmp_path / "plan.toml"
    path.write_text(render(plan).replace('name = "', 'name = "our ', 1))
    read, _ = load(path, about.estate, AT)
    judged: Judged = judge(replace(about, before=plan), read.model_copy(update={"accepted": plan.accepted}))
    assert judged.broken == ()
    assert judged.of(read.model_copy(update={"accepted": plan.accepted})).changes == plan.changes
