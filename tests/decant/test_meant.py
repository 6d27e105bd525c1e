"""What a person typed almost rightly is answered with what they meant."""

from pathlib import Path

import pytest

from tests.decant.face import decant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stack check test", "`decant check stack test`"),
        ("stack check", "`decant check stack`"),
        ("check test", "`decant check stack test` or `decant check hosts test`"),
        ("check hots", "Did you mean `decant check hosts`?"),
        ("stack preview test --no-input", "put it before the command, as in `decant --no-input stack preview`"),
        ("stack list --workspace there", "as in `decant --workspace DIRECTORY stack list`"),
    ],
)
def test_the_words_that_were_meant_are_offered(tmp_path: Path, typed: str, meant: str) -> None:
    said = decant(*typed.split(), at=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert meant in said.err
