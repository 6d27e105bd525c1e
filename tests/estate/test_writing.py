"""How files are written: whole or not at all, and never open to everybody."""

import os
import stat
from pathlib import Path

import pytest

from estate.errors import UsageError
from estate.paths import Workspace
from estate.writing import PRIVATE, TEAM, create, replace


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("wanted", [PRIVATE, TEAM])
def test_a_new_file_is_for_its_owner_or_the_group_too_and_for_nobody_else(tmp_path: Path, wanted: int) -> None:
    before = os.umask(0)
    try:
        replace(tmp_path / "a", "é\n", wanted)
        os.close(create(tmp_path / "b", wanted))
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (wanted, wanted)
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa9\n"
    with pytest.raises(FileExistsError):
        create(tmp_path / "a")


def test_what_the_umask_keeps_from_the_group_is_kept_from_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        replace(tmp_path / "a", "x", TEAM)
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o600


@pytest.mark.parametrize("own", [0o600, 0o664, 0o644])
def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path, own: int) -> None:
    (tmp_path / "a").write_text("before, and longer")
    (tmp_path / "a").chmod(own)
    replace(tmp_path / "a", b"after", PRIVATE)
    assert ((tmp_path / "a").read_text(), mode(tmp_path / "a")) == ("after", own)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for name in ("is", "is not"):
        (tmp_path / name).symlink_to(tmp_path / "there" / "file")
        replace(tmp_path / name, name)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "there" / "file").read_text() == name


def test_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to(os.devnull)
    replace(tmp_path / "null", "x")
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize("path", ["no/such/folder", "folder", "x" * 300])
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written") as said:
        replace(tmp_path / path, "x", remedy="choose another")
    assert said.value.remedy == "choose another"
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_asks_for_room_and_not_for_rights(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("/dev/full")
    with pytest.raises(UsageError) as full:
        replace(tmp_path / "a", "x", remedy="give another --output")
    assert full.value.remedy == "make room on that disk"


def test_a_workspace_knows_what_is_its_own(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.create()
    workspace.hosts.write_text("")
    (tmp_path / "link").symlink_to("hosts.toml")
    (tmp_path / "hard").hardlink_to(workspace.hosts)
    (tmp_path / "round").symlink_to("round")
    own = ("hosts.toml", "stacks/../hosts.toml", "link", "hard", "plan.toml", "decant.toml", "allowed_signers")
    own += ("stacks/a.toml", "processing/a.toml", ".decant/estate.db", ".decant/previews/a.json")
    assert [one for one in own if not workspace.is_own(tmp_path / one)] == []
    others = ("estate.svg", ".decant/reports/a.html", "notes/hosts.toml", "round", "no/such", "x" * 300)
    assert [one for one in others if workspace.is_own(tmp_path / one)] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another account")
def test_root_leaves_a_file_with_the_account_that_owns_it(tmp_path: Path) -> None:
    there = tmp_path / "plan.toml"
    there.write_text("before")
    os.chown(there, 4242, 4343)
    there.chmod(0o640)
    replace(there, "after")
    found = there.stat()
    assert (found.st_uid, found.st_gid, mode(there), there.read_text()) == (4242, 4343, 0o640, "after")


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 125 + ".json")
    for text in ("one", "two"):
        replace(path, text)
        assert path.read_text() == text
