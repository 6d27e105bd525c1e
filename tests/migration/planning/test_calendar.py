"""Windows fall on the right days, and are as long as they truly are, also on the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from estate.documents.words import LONDON
from estate.errors import UsageError
from migration.planning.calendar import Slot, blacked_out, hidden, instant, months_on, slots, supposed
from migration.planning.file import Planning

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)
NIGHT = {"every": "Saturday", "start": "20:00", "end": "06:00"}


def laid(*windows: dict[str, Any], **more: Any) -> list[Slot]:
    return slots(Planning.model_validate({"window": list(windows), **more}), NOW)


def by_day(found: list[Slot]) -> dict[date, Slot]:
    return {slot.day: slot for slot in found}


def test_a_weekly_night_is_an_hour_shorter_in_march_and_an_hour_longer_in_october() -> None:
    found = by_day(laid(NIGHT))
    assert found[date(2027, 3, 20)].minutes == 600
    assert found[date(2027, 3, 27)].minutes == 540
    assert found[date(2027, 10, 30)].minutes == 660
    assert found[date(2027, 10, 30)].end == datetime(2027, 10, 31, 6, 0, tzinfo=UTC)
    assert {slot.minutes for slot in found.values()} == {540, 600, 660}


def test_a_window_over_midday_is_as_long_on_the_day_itself() -> None:
    day = {"start": "08:00", "end": "18:00"}
    found = by_day(laid({"day": FORWARD, **day}, {"day": BACK, **day}))
    assert [found[one].minutes for one in (FORWARD, BACK)] == [600, 600]
    assert found[FORWARD].start == datetime(2027, 3, 28, 7, 0, tzinfo=UTC)
    assert found[BACK].start == datetime(2027, 10, 31, 8, 0, tzinfo=UTC)


def test_a_recurring_window_that_begins_in_the_skipped_hour_begins_with_the_change() -> None:
    found = by_day(laid({"every": "Sunday", "start": "01:30", "end": "05:00"}))
    assert found[FORWARD].start == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert found[FORWARD].minutes == 180
    assert found[date(2027, 3, 21)].minutes == 210


def test_a_recurring_window_that_lies_in_the_skipped_hour_is_not_there_that_night() -> None:
    found = by_day(laid({"every": "Sunday", "start": "01:10", "end": "01:50"}))
    assert FORWARD not in found
    assert found[date(2027, 4, 4)].minutes == 40


def test_an_hour_that_comes_twice_counts_as_the_first() -> None:
    found = by_day(laid({"every": "Saturday", "start": "22:00", "end": "01:30"}))
    assert found[date(2027, 10, 30)].minutes == 210
    assert instant(BACK, time(1, 30)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_single_window_at_a_time_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="01:30 on 28 March 2027 does not exist"):
        laid({"day": FORWARD, "start": "01:30", "end": "05:00"})


@given(st.dates(date(2020, 1, 1), date(2036, 12, 31)), st.times())
@example(FORWARD, time(1, 30))
@example(BACK, time(1, 30))
def test_an_instant_shows_the_time_that_was_asked_for_unless_it_is_skipped(on: date, at: time) -> None:
    shown = instant(on, at).astimezone(LONDON)
    if shown.replace(tzinfo=None) != datetime.combine(on, at):
        assert on.month == 3
        assert on.weekday() == 6
        assert at.hour == 1
        assert shown.replace(tzinfo=None) == datetime.combine(on, time(2, 0))
    else:
        assert shown.fold == 0


@given(st.dates(date(2026, 11, 23), date(2028, 10, 1)), st.times(), st.times())
def test_minutes_are_those_that_pass(on: date, start: time, end: time) -> None:
    try:
        found = laid({"day": on, "start": start, "end": end})
    except UsageError:
        # Only on the day of the change in March may it be refused.
        assert any(one.month == 3 and one.weekday() == 6 and one.day > 24 for one in (on, on + timedelta(days=1)))
        return
    (slot,) = found
    assert slot.start is not None
    assert slot.end is not None
    assert slot.start.astimezone(LONDON).date() == on
    wall = timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute) % timedelta(days=1)
    wall = wall or timedelta(days=1)
    change = (slot.start.astimezone(LONDON).utcoffset() or timedelta()) - (
        slot.end.astimezone(LONDON).utcoffset() or timedelta()
    )
    assert abs(slot.minutes - (wall + change) / timedelta(minutes=1)) <= 1


def test_some_weeks_of_a_month_and_a_time_of_year() -> None:
    found = laid({**NIGHT, "of_month": [1, 3], "first": date(2027, 1, 1), "last": date(2027, 2, 28)})
    assert [slot.id for slot in found] == ["2027-01-02", "2027-01-16", "2027-02-06", "2027-02-20"]


def test_the_last_of_a_month_is_its_fourth_or_its_fifth() -> None:
    found = laid({**NIGHT, "of_month": [2, "last"], "first": date(2027, 1, 1), "last": date(2027, 2, 28)})
    assert [slot.id for slot in found] == ["2027-01-09", "2027-01-30", "2027-02-13", "2027-02-27"]


def test_of_two_weekly_windows_on_a_day_the_longer_counts_and_a_single_one_before_both() -> None:
    short = {"every": "Saturday", "start": "20:00", "end": "22:00"}
    found = by_day(laid(short, NIGHT, {"day": date(2027, 1, 9), "start": "10:00", "end": "11:00"}))
    assert found[date(2027, 1, 2)].minutes == 600
    assert found[date(2027, 1, 9)].minutes == 60


def test_windows_that_are_hidden_by_a_longer_one_are_named_but_not_where_a_day_was_given_one() -> None:
    short = {"every": "Saturday", "start": "20:00", "end": "22:00", "last": date(2027, 1, 16)}
    planning = Planning.model_validate(
        {
            "window": [
                {**NIGHT, "first": date(2027, 1, 1)},
                short,
                {"day": date(2027, 1, 9), "start": "10:00", "end": "11:00"},
            ]
        }
    )
    assert hidden(planning, NOW) == (date(2027, 1, 2), date(2027, 1, 16))
    assert hidden(Planning.model_validate({"window": [NIGHT]}), NOW) == ()


def test_two_single_windows_on_a_day_are_refused() -> None:
    one = {"day": date(2027, 1, 9), "start": "10:00", "end": "11:00"}
    with pytest.raises(UsageError, match="two windows on 9 January 2027"):
        laid(one, one)


def test_windows_end_with_the_horizon_and_none_ahead_is_said() -> None:
    assert laid(NIGHT, horizon_months=2)[-1].day == date(2027, 1, 16)
    with pytest.raises(UsageError, match=r"no window of planning\.toml begins between now and 22 November 2028"):
        laid({"day": date(2026, 11, 1), "start": "10:00", "end": "11:00"})


def test_a_window_that_has_begun_is_over_for_planning() -> None:
    today = {"day": date(2026, 11, 22), "start": "08:00", "end": "18:00"}
    later = {"day": date(2026, 11, 22), "start": "10:00", "end": "18:00"}
    with pytest.raises(UsageError):
        laid(today)
    assert len(laid(later)) == 1


def test_supposed_windows_are_saturdays_from_four_weeks_ahead_without_times() -> None:
    found = supposed(date(2026, 11, 22), 3)
    assert [slot.id for slot in found] == ["2026-12-26", "2027-01-02", "2027-01-09"]
    assert {slot.start for slot in found} == {None}


def test_a_blackout_closes_each_window_that_it_touches() -> None:
    found = laid(NIGHT)
    (blackout,) = Planning.model_validate(
        {"blackout": [{"name": "x", "first": date(2027, 1, 17), "last": date(2027, 1, 30)}]}
    ).blackout
    # The night from the 16th ends on the 17th.
    assert blacked_out(found, blackout) == {"2027-01-16", "2027-01-23", "2027-01-30"}


@given(st.dates(date(2020, 1, 1), date(2036, 12, 31)), st.integers(0, 120))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(on: date, months: int) -> None:
    there = months_on(on, months)
    assert (there.year * 12 + there.month) - (on.year * 12 + on.month) == months
    assert there.day == on.day or (there + timedelta(days=1)).day == 1
