"""How lengths of time, lists of names and financial years are written for people."""

from datetime import UTC, date, datetime

import pytest

from estate.documents.words import financial_year, some, span


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "0 s"),
        (59 / 3600, "59 s"),
        (0.05, "3 min"),
        (0.9999, "1 hour"),
        (1.5, "1.5 hours"),
        (12.04, "12 hours"),
        (47, "47 hours"),
        (159, "6.6 days"),
        (168, "7 days"),
        (720.4, "30 days"),
    ],
)
def test_a_length_of_time_is_told_in_the_unit_that_fits_it(hours: float, said: str) -> None:
    assert span(hours) == said


def test_of_many_names_some_are_told_and_the_rest_counted() -> None:
    assert some(["a", "b", "c"], 3) == "a, b, c"
    assert some(["a", "b", "c", "d", "e"], 3) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    ("when", "shown"),
    [
        (date(2026, 11, 22), "2026/27"),
        (date(2026, 4, 1), "2026/27"),
        (date(2027, 3, 31), "2026/27"),
        (date(2028, 2, 29), "2027/28"),
        (date(1999, 12, 31), "1999/00"),
        (date(2000, 3, 31), "1999/00"),
        (date(2099, 4, 1), "2099/00"),
        (datetime(2027, 3, 31, 22, 59, tzinfo=UTC), "2026/27"),
        (datetime(2027, 3, 31, 23, 0, tzinfo=UTC), "2027/28"),
    ],
)
def test_a_financial_year_runs_from_april_to_march_in_london(when: date, shown: str) -> None:
    assert financial_year(when) == shown
