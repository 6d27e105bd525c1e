"""`decant evidence` and `decant approvers`: what an auditor types."""

import base64
import json
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from decant.schemas import json_schema
from tests.decant.face import decant

KEY = base64.b64encode(b"\0\0\0\x0bssh-ed25519" + bytes(36)).decode()
"""Of the right form; nobody signs with it here."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", "anytown", at=tmp_path).code == 0
    made = tmp_path / "anytown"
    for name in ("bob", "carol"):
        (made / "allowed_signers").write_text(f"{name} ssh-ed25519 {KEY}\n")
        assert decant("approvers", "record", "--yes", at=made).code == 0
    return made


def change(workspace: Path, statement: str) -> None:
    with sqlite3.connect(workspace / ".decant/estate.db") as raw:
        raw.execute("DROP TRIGGER ledger_no_update")
        raw.execute("DROP TRIGGER ledger_no_delete")
        raw.execute(statement)


def test_a_whole_ledger_is_exit_0(workspace: Path) -> None:
    said = decant("evidence", "verify", "--json", at=workspace)
    assert said.code == 0, said.err
    jsonschema.validate(said.json, json_schema("decant.evidence/1"))
    assert said.json["holds"] is True
    assert said.json["entries"] >= 2
    assert "The ledger holds" in decant("evidence", "verify", at=workspace).out


def test_a_changed_entry_is_exit_1_and_named(workspace: Path) -> None:
    change(workspace, "UPDATE ledger SET actor = 'eve' WHERE sequence = 2")
    said = decant("evidence", "verify", at=workspace)
    assert said.code == 1
    assert "ledger entry 2 does not hold" in said.err
    said = decant("evidence", "verify", "--json", at=workspace)
    assert (said.code, said.json["schema"]) == (1, "decant.error/1")


def test_copies_kept_elsewhere_show_what_the_workspace_alone_cannot(workspace: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.pub"
    kept.write_bytes((workspace / ".decant/ledger.pub").read_bytes())
    assert decant("evidence", "anchor", at=workspace).code == 0
    anchors = tmp_path / "kept.jsonl"
    anchors.write_bytes((workspace / ".decant/anchors.jsonl").read_bytes())
    words = ("evidence", "verify", "--public-key", str(kept), "--anchors", str(anchors))
    assert decant(*words, at=workspace).code == 0
    (workspace / ".decant/anchors.jsonl").unlink()
    change(workspace, "DELETE FROM ledger WHERE sequence > 1")
    assert decant("evidence", "verify", at=workspace).code == 0  # nothing here knows of it any more
    said = decant(*words, at=workspace)
    assert said.code == 1
    assert "ledger entry 2 does not hold: it is missing" in said.err


def test_a_lost_store_is_refused_by_every_command_and_not_begun_anew(workspace: Path) -> None:
    for name in ("estate.db", "estate.db-wal", "estate.db-shm"):
        (workspace / ".decant" / name).unlink(missing_ok=True)
    for words in (["estate", "list"], ["evidence", "verify"], ["approvers", "record"], ["init"]):
        said = decant(*words, at=workspace)
        assert (said.code, words) == (4, words)
        assert "is gone, and the evidence ledger with it" in said.err
    assert not (workspace / ".decant/estate.db").exists()


def test_an_anchor_goes_to_the_second_place_of_the_settings(workspace: Path, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.jsonl"
    with (workspace / "decant.toml").open("a") as out:
        out.write(f'\n[ledger]\nanchor_file = "{place}"\n')
    assert decant("evidence", "anchor", at=workspace).code == 0
    assert place.read_bytes() == (workspace / ".decant/anchors.jsonl").read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    said = decant("evidence", "verify", "--json", at=workspace).json
    assert said["anchors"] == 2
    assert said["elsewhere_sequence"] == said["anchored_sequence"] == said["entries"]
    place.unlink()
    said = decant("evidence", "verify", at=workspace)
    assert said.code == 0
    assert f"{place} cannot be read here, so its anchors were not compared" in said.err


def test_the_report_says_whether_an_anchor_outside_the_workspace_was_compared(
    workspace: Path, tmp_path: Path
) -> None:
    assert decant("evidence", "anchor", at=workspace).code == 0
    page = Path(decant("report", "--json", at=workspace).json["path"])
    assert "No anchor kept outside the workspace was compared" in page.read_text()
    with (workspace / "decant.toml").open("a") as out:
        out.write(f'\n[ledger]\nanchor_file = "{tmp_path / "elsewhere.jsonl"}"\n')
    assert decant("evidence", "anchor", at=workspace).code == 0
    said = decant("report", "--json", at=workspace).json
    covered = said["report"]["ledger"]["elsewhere_sequence"]
    assert covered == said["report"]["ledger"]["anchored_sequence"]
    assert f"An anchor kept outside the workspace covers entry {covered}." in Path(said["path"]).read_text()


LISTENING = """
import socket, subprocess, sys
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind("/dev/log")
ear.settimeout(30)
subprocess.run([sys.executable, "-m", "decant", "evidence", "anchor"], check=True, stdout=sys.stderr)
print(ear.recv(4096).decode())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a /dev of its own")
def test_an_anchor_goes_to_the_system_log_where_the_settings_say_so(workspace: Path) -> None:
    (workspace / "decant.toml").write_text('[ledger]\nanchor_file = "syslog:"\n')
    own_dev = """set -e; made=own-dev; mkdir "$made"; mount -t tmpfs tmpfs "$made"
        mknod "$made/null" c 1 3; mknod "$made/urandom" c 1 9; mount --move "$made" /dev; exec "$@" """
    argv = ["unshare", "--mount", "sh", "-c", own_dev, "sh", sys.executable, "-c", LISTENING]
    done = subprocess.run(argv, cwd=workspace, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    noted = json.loads(done.stdout.partition("ledger anchor ")[2].rstrip("\0\n"))
    kept = (workspace / ".decant/anchors.jsonl").read_text().splitlines()
    assert noted == json.loads(kept[-1])
    assert noted["sequence"] >= 3


def test_an_export_is_json_lines_and_never_overwrites(workspace: Path, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert decant("evidence", "export", str(file), at=workspace).code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["payload"]["principals"] == ["carol"]
    again = decant("evidence", "export", str(file), at=workspace)
    assert again.code == 2
    assert "cannot be written" in again.err
    assert decant("evidence", "export", at=workspace).out == file.read_text()


def test_files_that_are_not_there_are_bad_use(workspace: Path) -> None:
    assert decant("evidence", "verify", "--anchors", "none.jsonl", at=workspace).code == 2
    assert decant("evidence", "verify", "--public-key", "none.pub", at=workspace).code == 2


def test_who_may_approve_is_shown_before_it_is_recorded(workspace: Path) -> None:
    listed = decant("approvers", "list", "--json", at=workspace).json
    assert [one["name"] for one in listed["approvers"]] == ["carol"]
    assert listed["recorded_in_entry"]
    (workspace / "allowed_signers").write_text(f"dave ssh-ed25519 {KEY}\n")
    said = decant("approvers", "record", at=workspace)
    assert said.code == 4
    assert "dave" in said.out
    assert "--yes" in said.err
    assert decant("approvers", "list", "--json", at=workspace).json["recorded_in_entry"] is None


def test_a_public_key_without_a_name_is_nobody(workspace: Path) -> None:
    (workspace / "allowed_signers").write_text(f"ssh-ed25519 {KEY} dave@laptop\n")
    for words in (("approvers", "list"), ("approvers", "record", "--yes")):
        said = decant(*words, at=workspace)
        assert said.code == 2
        assert "names nobody" in said.err
        assert "NAME namespaces=" in said.err
    assert "names nobody" in decant("doctor", "--offline", at=workspace).out


def test_a_public_key_that_is_none_is_bad_use_and_not_broken_evidence(workspace: Path) -> None:
    junk = workspace / "junk.pub"
    junk.write_text("junk\n")
    for given in (junk, workspace / "nowhere.pub"):
        said = decant("evidence", "verify", "--public-key", str(given), at=workspace)
        assert said.code == 2, said.err
        assert "ledger.pub" in said.err
