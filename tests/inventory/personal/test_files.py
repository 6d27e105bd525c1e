"""A tree of files, looked through by the real script: what a tree may hold besides files holds nothing up."""

import os
import time
from pathlib import Path

import pytest

from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.transport.local import LocalTransport
from inventory.personal.files import Tree, look
from inventory.personal.sample import Limits
from inventory.personal.shell import Shell
from tests.inventory.personal import forms


def looked(root: Path, limits: Limits | None = None) -> PersonalData:
    host = Host(name="here", address="127.0.0.1", user="nobody", sudo="none")
    return look(Shell(LocalTransport(), host), Tree("here/files/t", "here", str(root)), limits or Limits())


def why(found: PersonalData) -> dict[str, int]:
    return {f"{left.what}: {left.reason}": left.count for left in found.not_looked_at}


def test_every_form_is_found_by_folder_and_type(tmp_path: Path) -> None:
    folder = tmp_path / "housing" / "2024"
    folder.mkdir(parents=True)
    for kind, data in forms.FORMS.items():
        (folder / f"case.{kind}").write_bytes(data)
    found = looked(tmp_path)
    assert found.outcome is Outcome.KNOWN
    assert {place.where for place in found.places} == {f"{tmp_path}/housing/**/*.{kind}" for kind in forms.FORMS}
    for place in found.places:
        assert {one.kind for one in place.found} >= forms.KINDS, place.where
    for planted in forms.PLANTED:
        assert planted not in found.model_dump_json()


@pytest.mark.timeout(60)
def test_pipes_devices_links_and_what_cannot_be_read_are_counted_and_hold_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_bytes(forms.FORMS["txt"])
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to("self.txt")
    (tmp_path / "out.txt").symlink_to("/etc/passwd")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "data.bin").write_bytes(bytes(5000))
    (tmp_path / "large.docx").write_bytes(bytes(2 << 20))
    (tmp_path / "empty.csv").touch()
    begun = time.monotonic()
    found = looked(tmp_path)
    assert time.monotonic() - begun < 20
    assert why(found) == {
        "pipes, sockets and devices: not opened": 1,
        "symbolic links: not followed": 3,
        "pdf files: not looked into": 1,
        "pictures, sound and film: not looked into": 1,
        "other files: binary": 1,
        "files: a document too large to be read whole": 1,
    }
    assert [place.where for place in found.places] == [f"{tmp_path}/*.txt"]


def test_awkward_names_are_read_and_never_shown(tmp_path: Path) -> None:
    names = [
        b"new\nline.txt",
        b"$(reboot)`id`.txt",
        b"latin \xe9.txt",
        b"-rf.txt",
        b"a 'q' \"q\".txt",
        b"\x01.txt",
    ]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(forms.FORMS["txt"])
    found = looked(tmp_path)
    assert [(place.where, place.looked_at) for place in found.places] == [(f"{tmp_path}/*.txt", len(names))]


def test_a_folder_called_after_a_person_or_a_case_is_not_named(tmp_path: Path) -> None:
    for name in (forms.NI, forms.EMAIL, "case 1234567", "tenants"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_bytes(forms.FORMS["txt"])
    found = looked(tmp_path)
    assert sorted({place.where for place in found.places}) == [
        f"{tmp_path}/*/**/*.txt",
        f"{tmp_path}/case */**/*.txt",
        f"{tmp_path}/tenants/**/*.txt",
    ]


def test_a_sample_is_bounded_by_files_groups_and_bytes(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * 100_000)
    (tmp_path / "late.csv").write_bytes(b"x,y\n" * 30_000 + forms.FORMS["csv"])
    found = looked(tmp_path, Limits(files=5, file_bytes=1000))
    assert found.values == 6
    assert found.bytes == 6000
    assert found.places == ()
    assert "the first 0 KiB" in found.sample


def test_a_tree_that_is_gone_is_said(tmp_path: Path) -> None:
    found = looked(tmp_path / "none")
    assert (found.outcome, found.reason) == (Outcome.FAILED, "the tree is there no more, or may not be seen")


def test_nothing_is_written_beside_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(forms.FORMS["txt"])
    before = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]}
    looked(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]} == before
