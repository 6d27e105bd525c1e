"""The machine's own packages and programs."""

import pytest

from estate.errors import DecantError, ToolMissingError, UnreachableError
from practice import system, tool

NOWHERE = {"decant-no-such-tool": "decant-no-such-package"}


def test_a_program_that_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "PACKAGES", NOWHERE)
    assert tool.missing() == ["decant-no-such-package"]
    with pytest.raises(ToolMissingError, match="apt-get install decant-no-such-package"):
        tool.run(["decant-no-such-tool"], "trying")


def test_a_command_that_fails_says_so_with_its_last_words() -> None:
    with pytest.raises(DecantError, match=r"mending failed with status 3 \(it broke\)"):
        tool.run(["sh", "-c", "echo first >&2; echo it broke >&2; exit 3"], "mending")


def test_a_command_that_hangs_is_ended() -> None:
    with pytest.raises(DecantError, match="more than 0 seconds"):
        tool.run(["sleep", "60"], "waiting", timeout=0.2)


@pytest.mark.practice
def test_where_all_is_there_nothing_is_installed() -> None:
    assert system.install() == []


@pytest.mark.practice
def test_a_package_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tool, "PACKAGES", NOWHERE)
    with pytest.raises(UnreachableError, match="apt-get"):
        system.install()
