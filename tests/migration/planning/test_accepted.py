"""A plan with the least change to the rules: its waves are as the change says, and it is read again as what it is."""

from dataclasses import replace
from datetime import date, timedelta

from estate.records.plan import Plan
from migration.planner.schedule import Impossible
from migration.planning.answers import answer, mended
from migration.planning.asked import Given
from migration.planning.asking import ask
from migration.planning.edited import judge
from migration.planning.outcome import plan_of
from tests.migration.planning.small import AT, FIRST, estate
from tests.migration.proposing import given, planned

PILOT = {"pilot": {"wanted": False}}


def _accepted(about: Given) -> tuple[Plan, Impossible]:
    asked = ask(about)
    impossible = answer(asked).impossible
    assert impossible is not None
    return plan_of(about, asked, mended(impossible).schedule, impossible), impossible


def test_a_window_made_longer_is_as_long_as_what_needs_it() -> None:
    short = {"day": FIRST, "start": "20:00", "end": "20:30"}
    late = {"day": date(2027, 6, 5), "start": "08:00", "end": "20:00"}
    rules = {"window": [short, late], "deadline": [{"server": "a", "day": date(2027, 1, 1), "hard": True}]}
    about = given(estate("a"), AT, {**PILOT, **rules})
    plan, _ = _accepted(about)
    (wave,) = plan.waves
    asked = ask(about)
    assert asked.problem is not None
    (needed,) = (one.minutes for one in asked.problem.jobs)
    assert wave.expected == FIRST
    assert wave.window_start is not None
    assert wave.window_end is not None
    assert wave.window_end - wave.window_start == timedelta(minutes=needed) > timedelta(minutes=30)
    (said,) = judge(about, plan).warnings
    assert "by an accepted change (make the window of 2026-11-28" in said


def test_a_window_that_an_accepted_change_opened_is_told_as_that() -> None:
    one = {"day": FIRST, "start": "20:00", "end": "06:00"}
    later = {"day": date(2027, 3, 6), "start": "20:00", "end": "06:00"}
    rules = {"window": [one, later], "horizon_months": 2, "capacity": {"workloads": 1}}
    about = given(estate("a", "b"), AT, {**PILOT, **rules})
    plan, _ = _accepted(about)
    said = [one for one in judge(about, plan).warnings if "is planned for" in one]
    opened = [wave for wave in plan.waves if wave.expected == date(2027, 3, 6)]
    assert len(said) == len(opened) == 1
    assert said[0].endswith("a window that an accepted change opened: give it in planning.toml too")
    moved = plan.model_copy(update={"changes": (), "accepted": ()})
    (said_of_another,) = [one for one in judge(about, moved).warnings if "is planned for" in one]
    assert said_of_another.endswith("which is no window of planning.toml")


def test_what_is_pinned_in_a_window_made_longer_keeps_it_as_long_when_planned_anew() -> None:
    short = {"day": FIRST, "start": "20:00", "end": "20:30"}
    late = {"day": date(2027, 6, 5), "start": "08:00", "end": "20:00"}
    rules = {"window": [short, late], "deadline": [{"server": "a", "day": date(2027, 1, 1), "hard": True}]}
    about = given(estate("a", "b"), AT, {**PILOT, **rules})
    plan, _ = _accepted(about)
    (wave,) = [one for one in plan.waves if one.expected == FIRST]
    pinned = wave.model_copy(
        update={"moves": tuple(one.model_copy(update={"pinned": True}) for one in wave.moves)}
    )
    before = plan.model_copy(
        update={"waves": tuple(pinned if one.number == wave.number else one for one in plan.waves)}
    )
    anew, asked = planned(replace(about, before=before))
    assert anew.conflicts == ()
    first, second = anew.waves
    assert (first.expected, first.window_end) == (FIRST, wave.window_end)
    assert [move.workload for move in first.moves] == [move.workload for move in wave.moves]
    assert second.expected == date(2027, 6, 5), "the longer window is for what stays in it alone"
    assert asked.kept.longer.keys() == {FIRST}
    assert judge(replace(about, before=anew), anew).warnings == ()
