"""Numbers and lengths of time on the command line: the digits 0 to 9, and nothing that only looks like them."""

import click
import pytest

from decant.commands._plan_what_if import _Deadline
from decant.durations import Duration
from decant.numbers import Amount, Whole


@pytest.mark.parametrize("written", ["٢", "２", "1_0", "two", "", "1.0", "9" * 5000])
def test_what_is_no_whole_number_in_our_digits_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter, match="write it in the digits 0 to 9"):
        Whole(1, 10).convert(written, None, None)


def test_a_whole_number_is_held_to_its_limits() -> None:
    assert Whole(1, 10).convert("7", None, None) == 7
    with pytest.raises(click.BadParameter, match="not in the range"):
        Whole(1, 10).convert("11", None, None)


@pytest.mark.parametrize("written", ["٣h", "３h", "1٣h", "1.٣h", "5", "h", "-1h", "1e3s"])
def test_what_is_no_length_of_time_in_our_digits_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter, match="no length of time"):
        Duration().convert(written, None, None)


def test_a_length_of_time_is_seconds() -> None:
    assert [Duration().convert(one, None, None) for one in ("30s", "1.5m", "24h", "7d")] == [30, 90, 86400, 604800]


@pytest.mark.parametrize("written", ["nan", "inf", "-inf", "0.5", "two"])
def test_what_is_no_amount_within_its_limits_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter):
        Amount(1).convert(written, None, None)


@pytest.mark.parametrize("written", ["db=9999-01-01", "db=2200-01-01", "db=0001-01-01", "db=2027-02-30", "db"])
def test_a_day_that_no_plan_can_mean_is_refused(written: str) -> None:
    with pytest.raises(click.BadParameter, match="write it as db01=2027-03-31"):
        _Deadline().convert(written, None, None)
