"""What a person means by what they typed."""

import pytest

from estate import suggest
from estate.errors import UsageError
from estate.suggest import pick, same

SERVERS = ["db-legacy", "web-legacy", "files-legacy"]


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        ("db-legasy", "did you mean db-legacy or web-legacy?"),
        ("db", "did you mean db-legacy?"),
        ("bd01", "see the list"),
        ("SERVER", "write the name of a server in the place of SERVER: see the list"),
    ],
)
def test_the_remedy_is_what_is_near_or_how_to_see_them_all(typed: str, remedy: str) -> None:
    assert suggest.unknown("server", typed, SERVERS, "see the list").remedy == remedy


def test_capitals_tell_nothing_apart() -> None:
    known = ["wyr-sql01", "db-legacy/postgres/reports"]
    assert pick("server", "WYR-SQL01", known, "look") == "wyr-sql01"
    assert pick("workload", "Reports", known, "look") == "db-legacy/postgres/reports"
    assert same("WYR-sql01", known) == "wyr-sql01"
    assert same("wyr-sql02", known) is None


def test_what_capitals_do_tell_apart_is_taken_as_it_is_written() -> None:
    known = ["db/postgres/App", "db/postgres/app"]
    assert pick("workload", "app", known, "look") == "db/postgres/app"
    assert same("DB/postgres/APP", known) is None
    with pytest.raises(UsageError, match="more than one workload"):
        pick("workload", "APP", known, "look")
