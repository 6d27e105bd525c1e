"""Financial years, whole and in part."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.documents.words import financial_year
from migration.business.period import period, years_after

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def test_a_period_begins_on_its_day_and_ends_with_a_financial_year() -> None:
    found = period(date(2026, 11, 22), date(2029, 2, 1))
    assert [year.name for year in found.years] == ["2026/27", "2027/28", "2028/29"]
    assert (found.first, found.until) == (date(2026, 11, 22), date(2029, 4, 1))
    assert [year.length for year in found.years] == [365, 366, 365]


def test_what_is_left_of_a_year_is_told_in_days_of_that_year() -> None:
    first, leap, _ = period(date(2026, 11, 22), date(2029, 2, 1)).years
    assert first.part(date.min, date.max) == 130 / 365
    assert leap.part(date.min, date.max) == 1
    assert leap.part(date(2028, 2, 29), date(2028, 3, 1)) == 1 / 366
    assert leap.part(date(2029, 1, 1), date(2029, 2, 1)) == 0


def test_the_last_day_of_a_financial_year_is_a_period_of_its_own() -> None:
    found = period(date(2027, 3, 31), date(2027, 3, 31))
    assert [(year.name, year.part(date.min, date.max)) for year in found.years] == [("2026/27", 1 / 365)]


@given(DAYS, st.integers(0, 8000))
def test_the_years_cover_every_day_once(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    found = period(first, last)
    assert found.years[0].first == first
    assert all(one.until == then.first for one, then in zip(found.years, found.years[1:], strict=False))
    assert found.until > last
    assert sum(year.part(first, last) * year.length for year in found.years) == pytest.approx(days)
    for year in found.years:
        assert financial_year(year.first) == financial_year(year.until - timedelta(days=1)) == year.name
        assert found.years[found.holding(year.first) or 0] is year


@given(DAYS, DAYS, DAYS)
def test_two_halves_of_a_time_are_the_whole_of_it(one: date, two: date, three: date) -> None:
    first, middle, until = sorted((one, two, three))
    for year in period(first, until).years:
        assert year.part(first, middle) + year.part(middle, until) == pytest.approx(year.part(first, until))


def test_a_year_after_a_leap_day_is_the_last_of_february() -> None:
    assert years_after(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)
