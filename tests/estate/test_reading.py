"""A file that cannot be read as text is a mistake of the person, and is said in one sentence."""

import os
from pathlib import Path

import pytest

from estate import anchors, reading, signing
from estate.errors import UsageError


def test_text_and_toml_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('name = "Ynys Môn"\n', "utf-8")
    assert reading.text(file) == 'name = "Ynys Môn"\n'
    assert reading.toml(file) == {"name": "Ynys Môn"}


def test_what_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin").write_bytes("Ynys Môn".encode("latin-1"))
    (tmp_path / "broken").write_text("[move")
    for name, said in (
        ("nothing", "no such file"),
        ("folder", "is a directory"),
        ("latin", "byte 7"),
        ("broken", "not valid TOML"),
    ):
        with pytest.raises(UsageError, match=said) as wrong:
            reading.toml(tmp_path / name, "mend it")
        assert name in wrong.value.what
        assert wrong.value.remedy


def test_a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.toml")
    for read in (reading.toml, anchors.read, signing.given_public):
        with pytest.raises(UsageError, match="no regular file"):
            read(tmp_path / "plan.toml")


def test_toml_nested_past_reading_is_a_mistake_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("a = " + "[" * 5000)
    with pytest.raises(UsageError, match="holds tables or lists nested too deeply"):
        reading.toml(tmp_path / "plan.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[rate]\na = 1\n[rate]\n", "line 3: the table rate stands there twice"),
        ("a = 1\nb = Saturday\n", "line 2: that is no value: text needs quotation marks"),
        ("a = 2027-11-31\n", "line 1: there is no such day or time"),
        ("b = 1\na = 2027-13-01\n", "line 2: there is no such day; a date is 2027-03-31"),
        ("a = 1 b\n", "line 1: something follows that value"),
        ("a 1\n", "line 1: a key needs an = and a value"),
        ('a = "C:\\data"\n', "line 1: write \\\\ for a backslash"),
        ('a = "x\n', "line 1: a text may not go over the end of the line"),
        ("a = [1\n", "at its end: a list needs its closing bracket"),
        ("[move", "at its end: the heading of that table needs its closing bracket"),
    ],
)
def test_what_is_no_toml_is_said_in_plain_words_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rates.toml").write_text(text)
    with pytest.raises(UsageError) as wrong:
        reading.toml(tmp_path / "rates.toml")
    assert says in wrong.value.what
