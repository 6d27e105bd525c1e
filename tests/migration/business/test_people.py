"""People's days by month and skill."""

from datetime import UTC, date, datetime

import pytest

from estate.records.business_case import MonthOfWork
from migration.business.people import HOURS_A_DAY, people
from migration.business.terms import Terms
from migration.business.ways import Roadmap
from migration.planning.calendar import slots
from migration.planning.file import Planning
from tests.migration.business.made import TODAY, plan, wave

WINDOWS = {"window": [{"every": "Saturday", "start": "20:00", "end": "06:00"}]}
PATEL = {"name": "A. Patel", "skill": "databases", "hours_a_window": 7.4}


def of(*days: tuple[str, date], **planning: object) -> dict[tuple[str, str], MonthOfWork]:
    rules = Planning.model_validate({**WINDOWS, **planning})
    road = Roadmap(plan(*(wave(n, when, name) for n, (name, when) in enumerate(days, 1))), (), TODAY, Terms())
    found = people(road, rules, slots(rules, datetime(2026, 11, 22, 12, tzinfo=UTC)))
    return {(one.month, one.skill): one for one in found}


def test_each_move_takes_what_its_kind_takes_in_the_month_of_its_wave() -> None:
    found = of(
        ("db/postgres/a", date(2027, 1, 9)),
        ("db/postgres/b", date(2027, 1, 16)),
        ("w/website/x", date(2027, 2, 13)),
    )
    assert found["2027-01", "databases"].days == pytest.approx(4 / HOURS_A_DAY, abs=0.01)
    assert found["2027-02", "applications"].days == pytest.approx(1 / HOURS_A_DAY, abs=0.01)
    assert ("2027-02", "databases") not in found


def test_a_whole_machine_takes_what_a_machine_takes() -> None:
    assert of(("file01", date(2027, 1, 9)))["2027-01", "servers"].days == pytest.approx(2 / HOURS_A_DAY, abs=0.01)


def test_where_nobody_is_named_nobody_knows_who_is_there() -> None:
    assert of(("db/postgres/a", date(2027, 1, 9)))["2027-01", "databases"].available is None


def test_people_have_the_hours_of_the_windows_in_which_they_are_there() -> None:
    """January 2027 has five Saturdays."""
    there = ("db/postgres/a", date(2027, 1, 9))
    assert of(there, person=[PATEL])["2027-01", "databases"].available == 5
    away = {**PATEL, "away": [{"first": "2027-01-09", "last": "2027-01-16"}]}
    assert of(there, person=[away])["2027-01", "databases"].available == 3
    few = {**PATEL, "hours_a_month": 14.8}
    assert of(there, person=[few])["2027-01", "databases"].available == pytest.approx(2, abs=0.02)
    shut = [{"name": "elections", "first": "2027-01-23", "last": "2027-01-31"}]
    assert of(there, person=[PATEL], blackout=shut)["2027-01", "databases"].available == 3


def test_of_a_skill_that_nobody_has_no_day_is_there() -> None:
    assert of(("w/website/x", date(2027, 1, 9)), person=[PATEL])["2027-01", "applications"].available == 0
