"""How much people can do in a month, however its windows are used."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migration.planning.calendar import Slot
from migration.planning.capacity import limits, months
from migration.planning.file import Planning

FIRST = date(2027, 1, 1)


def nights(number: int) -> list[Slot]:
    start = datetime(2027, 1, 1, 20, 0, tzinfo=UTC)
    return [
        Slot(FIRST + timedelta(days=at), start + timedelta(days=at), start + timedelta(days=at, hours=10))
        for at in range(number)
    ]


def rules(*people: dict[str, Any]) -> Planning:
    return Planning.model_validate(
        {"person": [{"name": f"P{at}", "skill": "servers", **one} for at, one in enumerate(people)]}
    )


def hours(people: Planning, windows: int) -> float:
    """What they have in so many windows of one month, by the plain sum."""
    return sum(
        min(one.hours_a_window * windows, one.hours_a_month or one.hours_a_window * windows)
        for one in people.person
    )


def test_the_hours_of_a_month_hold_in_a_month_of_many_windows() -> None:
    (found,) = months(rules({"hours_a_window": 8, "hours_a_month": 16}), nights(10))
    assert (found.minutes, len(found.windows), found.whole) == (16 * 60, 10, True)


def test_beside_somebody_without_such_hours_a_month_of_many_windows_is_counted_on_the_safe_side() -> None:
    people = rules({"hours_a_window": 8, "hours_a_month": 16}, {"hours_a_window": 1})
    (found,) = months(people, nights(10))
    assert found.minutes == (16 + 3) * 60, "three windows are the fewest in which the month's hours are short"
    assert found.safe


@given(
    st.integers(1, 9),
    st.lists(
        st.fixed_dictionaries(
            {"hours_a_window": st.integers(1, 8)}, optional={"hours_a_month": st.integers(1, 40)}
        ),
        min_size=1,
        max_size=3,
    ),
)
@settings(max_examples=60, deadline=None)
def test_work_that_keeps_these_limits_is_never_more_than_people_have(
    number: int, about: list[dict[str, Any]]
) -> None:
    people, slots = rules(*about), nights(number)
    alone = limits(people, slots)["servers"]
    together = [(set(one.windows), one.minutes) for one in months(people, slots)]
    for size in range(1, number + 1):
        for some in combinations([slot.id for slot in slots], size):
            # The most that the limits let these windows hold, were all others empty.
            allowed = min(
                [sum(alone[one] for one in some), *(most for held, most in together if held >= set(some))]
            )
            assert allowed <= hours(people, size) * 60 or any(held < set(some) for held, _ in together)


@pytest.mark.parametrize("number", [2, 10])
def test_hours_that_the_windows_never_use_up_limit_nothing(number: int) -> None:
    assert list(months(rules({"hours_a_window": 1, "hours_a_month": 40}), nights(number))) == []
