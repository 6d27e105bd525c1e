"""What a person means by what they typed."""

import pytest

from estate import suggest

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
