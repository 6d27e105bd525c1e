"""How lengths of time and lists of names are written for people."""

import pytest

from estate.documents.words import some, span


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
