"""Object stores in decant.toml: named, shown, and refused where something is wrong with one."""

from pathlib import Path

import pytest

from tests.decant.face import decant

ARCHIVE = """
[[object_store]]
name = "archive"
kind = "azure"
url = "https://council.blob.core.windows.net"
container = "archive"
prefix = "shared/"
account = "council"
key = "env:ARCHIVE_KEY"
"""
HOST = '\n[[host]]\nname = "archive"\naddress = "192.0.2.1"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    assert decant("init", ".", at=tmp_path).code == 0
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / "decant.toml").write_text(text)


def test_it_is_shown_with_where_it_came_from(root: Path) -> None:
    write(root, ARCHIVE)
    said = decant("config", "show", "--json", at=root)
    assert said.code == 0, said.err
    rows = {row["setting"]: row for row in said.json["settings"]}
    assert rows["object_store archive"]["value"] == "azure archive/shared/"
    assert rows["object_store archive"]["from"].endswith("decant.toml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("env:ARCHIVE_KEY", "c2VjcmV0", "not a reference to a secret"),
        ('url = "https://council.blob.core.windows.net"', "", "needs its url"),
        ("shared/", "shared", "prefix"),
        ('kind = "azure"', 'kind = "azure"\nbucket = "x"', "unknown setting object_store.0.bucket"),
    ],
)
def test_what_is_wrong_with_one_is_said_and_no_secret_with_it(root: Path, old: str, new: str, told: str) -> None:
    write(root, ARCHIVE.replace(old, new))
    said = decant("config", "show", at=root)
    assert said.code == 2
    assert told in " ".join(said.err.split())
    assert "c2VjcmV0" not in said.out + said.err


def test_a_name_that_is_a_host_s_too_is_refused(root: Path) -> None:
    write(root, ARCHIVE)
    (root / "hosts.toml").write_text(HOST)
    said = decant("moves", at=root)
    assert said.code == 2
    assert "the name of an object store, and of another one or of a host" in " ".join(said.err.split())
    write(root, ARCHIVE + ARCHIVE)
    (root / "hosts.toml").write_text("")
    assert decant("moves", at=root).code == 2
    write(root, ARCHIVE)
    assert decant("moves", at=root).code == 0
