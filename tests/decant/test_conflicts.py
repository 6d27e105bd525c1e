"""Where sources differ, and what a person lets stand."""

from pathlib import Path

import pytest

from tests.decant.face import Said, decant
from tests.decant.published import held

MAPPING = 'name = "{name}"\n[columns]\nname = "Name"\nmemory = "GB"\nowner = "Owner"\nserial = "Serial"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "anytown"
    assert decant("init", str(root), at=tmp_path).code == 0
    takes(root, "register", "srv1,8,Housing,A1", "srv2,4,Housing,B2")
    takes(root, "monitoring", "srv1,16,Housing,A1", "srv2,4,Housing,B2")
    return root


def takes(root: Path, name: str, *rows: str) -> str:
    (root / f"{name}.toml").write_text(MAPPING.format(name=name))
    (root / f"{name}.csv").write_text("\n".join(["Name,GB,Owner,Serial", *rows]) + "\n")
    said = decant("import", "csv", f"{name}.csv", "--mapping", f"{name}.toml", at=root)
    assert said.code == 0, said.err
    return said.err


def conflicts(root: Path, *words: str) -> Said:
    return decant("estate", "conflicts", *words, at=root)


def test_an_accepted_difference_is_listed_apart_and_no_longer_counts(workspace: Path) -> None:
    assert conflicts(workspace).code == 1
    said = conflicts(workspace, "srv1", "--accept", "memory", "--reason", "half of it was taken out in May")
    assert said.code == 0, said.err
    assert "Accepted as they are" in said.out
    assert "half of it was taken out in May" in said.out
    found = held(conflicts(workspace, "--json").json, "estate conflicts")
    assert found["conflicts"] == []
    (accepted,) = found["accepted"]
    assert (accepted["server"], accepted["field"], len(accepted["said"])) == ("srv1", "memory_bytes", 2)
    assert '"difference.accepted"' in decant("evidence", "export", at=workspace).out
    # Elsewhere both values are told as before.
    assert "Where sources differ" in decant("estate", "show", "srv1", at=workspace).out


def test_the_same_words_read_again_open_nothing_and_new_ones_do(workspace: Path) -> None:
    said = conflicts(workspace, "srv1", "--accept", "memory", "--reason", "known; password=Winter2019!")
    assert (said.code, "16.0 GiB" in said.out, "Winter2019" in said.out) == (0, True, False)
    assert "do not agree" not in takes(workspace, "monitoring", "srv1,16,Housing,A1", "srv2,4,Housing,B2")
    assert conflicts(workspace).code == 0
    takes(workspace, "monitoring", "srv1,64,Housing,A1", "srv2,4,Housing,B2")
    again = conflicts(workspace, "--json")
    assert again.code == 1
    assert again.json["accepted"] == []


def test_a_difference_can_be_opened_again(workspace: Path) -> None:
    assert conflicts(workspace, "srv1", "--accept", "memory_bytes", "--reason", "known").code == 0
    assert conflicts(workspace, "srv1", "--reopen", "memory").code == 1
    assert conflicts(workspace, "srv1", "--reopen", "memory").code == 2


def test_machines_that_look_like_one_can_be_said_to_be_two(workspace: Path) -> None:
    takes(workspace, "third", "srv2,4,Housing,C3")
    (alike,) = conflicts(workspace, "srv2", "--json").json["lookalikes"]
    assert "srv2" in alike["servers"]
    said = conflicts(workspace, "srv2", "--accept", "lookalikes", "--reason", "two of one name", "--json")
    assert (said.code, said.json["lookalikes"], len(said.json["accepted"])) == (0, [], 1)


def test_what_cannot_be_accepted_is_said(workspace: Path) -> None:
    for words, told in (
        (["srv1", "--accept", "memory"], "give it with --reason"),
        (["srv1", "--accept", "memry", "--reason", "x"], "Did you mean memory"),
        (["srv2", "--accept", "memory", "--reason", "x"], "there is no such difference as memory"),
        (["--accept", "memory", "--reason", "x"], "say of which SERVER"),
        (["srv1", "--reason", "x"], "--reason goes with --accept"),
        (["srv1", "--accept", "memory", "--reopen", "memory"], "exclude each other"),
    ):
        said = conflicts(workspace, *words)
        assert (said.code, told in said.err) == (2, True), said.err


def test_a_server_that_is_forgotten_takes_what_was_accepted_with_it(workspace: Path) -> None:
    assert conflicts(workspace, "srv1", "--accept", "memory", "--reason", "known").code == 0
    assert decant("estate", "forget", "srv1", "--confirm", "srv1", at=workspace).code == 0
    assert conflicts(workspace, "--json").json["accepted"] == []
