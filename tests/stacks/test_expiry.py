"""How long a short-lived stack may live, and when its owners are told."""

from datetime import date, timedelta

import pytest

from estate.errors import RefusedError, UsageError
from stacks.expiry import check_extension, days_left, latest, may_live, stage, told
from stacks.kinds import KINDS
from stacks.settings.file import load
from tests.stacks.conftest import WriteSettings

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("left", "at", "said"),
    [
        (8, None, "expires in 8 days"),
        (7, "7 days", "expires in 7 days"),
        (2, "7 days", "expires in 2 days"),
        (1, "1 day", "expires in 1 day"),
        (0, "1 day", "expires today"),
        (-1, "expired", "expired 1 day ago"),
        (-40, "expired", "expired 40 days ago"),
    ],
)
def test_owners_are_told_in_three_stages(left: int, at: str | None, said: str) -> None:
    assert days_left(TODAY + timedelta(days=left), TODAY) == left
    assert stage(left) == at
    assert told(left) == said


@pytest.mark.parametrize("kind", [one for one in KINDS if not KINDS[one].lasts])
def test_a_new_stack_may_live_and_one_day_longer_is_too_long(write: WriteSettings, kind: str) -> None:
    settings = load(write(kind))
    assert settings.expires_on is not None
    written = settings.expires_on - KINDS[settings.kind].longest  # type: ignore[operator]
    may_live(kind, settings, written)
    with pytest.raises(RefusedError, match="days at most"):
        may_live(kind, settings, written - timedelta(days=1))


def test_a_file_that_was_valid_when_it_was_written_stays_readable_and_is_not_built(write: WriteSettings) -> None:
    settings = load(write("test"))
    assert settings.expires_on is not None
    with pytest.raises(RefusedError, match="expired on"):
        may_live("test", settings, settings.expires_on + timedelta(days=1))


def test_production_lasts_and_has_nothing_to_extend(write: WriteSettings) -> None:
    settings = load(write("production"))
    may_live("production", settings, TODAY)
    with pytest.raises(UsageError, match="lasts"):
        check_extension("production", settings, TODAY, TODAY)
    with pytest.raises(ValueError, match="lasts"):
        latest(settings.about, TODAY)


def test_an_extension_is_counted_from_today(write: WriteSettings) -> None:
    settings = load(write("incident"))
    ends = settings.expires_on
    assert ends is not None
    at_the_end = ends
    check_extension("incident", settings, at_the_end + timedelta(days=14), at_the_end)
    with pytest.raises(UsageError, match=(at_the_end + timedelta(days=14)).isoformat()):
        check_extension("incident", settings, at_the_end + timedelta(days=15), at_the_end)


def test_an_extension_is_later_than_what_there_is_and_not_past(write: WriteSettings) -> None:
    settings = load(write("test"))
    ends = settings.expires_on
    assert ends is not None
    with pytest.raises(UsageError, match="no later"):
        check_extension("test", settings, ends, ends - timedelta(days=3))
    with pytest.raises(UsageError, match="is past"):
        check_extension("test", settings, ends + timedelta(days=1), ends + timedelta(days=2))


def test_an_incident_is_gone_fourteen_days_after_it_was_first_built_whoever_extends_it(
    write: WriteSettings,
) -> None:
    settings = load(write("incident", ("[tags]", "[tags]")))
    assert settings.expires_on is not None
    begun = settings.expires_on - timedelta(days=14)
    later = settings.expires_on + timedelta(days=1)
    check_extension("incident", settings, later, later, None)
    with pytest.raises(UsageError, match="as it was built on"):
        check_extension("incident", settings, later, settings.expires_on, begun)
    may_live("incident", settings, settings.expires_on, begun)
    with pytest.raises(RefusedError, match="at most from the day they were built"):
        may_live("incident", settings, settings.expires_on, begun - timedelta(days=1))


def test_a_test_stack_may_be_extended_as_often_as_it_is_needed(write: WriteSettings) -> None:
    settings = load(write("test"))
    assert settings.expires_on is not None
    check_extension("test", settings, settings.expires_on + timedelta(days=20), settings.expires_on, TODAY)
