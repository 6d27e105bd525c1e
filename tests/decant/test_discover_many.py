"""`decant discover` over many servers: stopped in the middle, gone on with, and no larger for it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest

from decant.schemas import json_schema
from practice import many
from tests.decant.face import decant

HOSTS = 120


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    many.write(folder, HOSTS)
    return folder


@pytest.fixture
def workspace(recorded: Path, tmp_path: Path) -> Path:
    made = tmp_path / "town"
    assert decant("init", str(made), at=tmp_path).code == 0
    (made / "hosts.toml").write_bytes((recorded / "hosts.toml").read_bytes())
    return made


def start(workspace: Path, recorded: Path) -> "subprocess.Popen[str]":
    words = ["discover", "--replay", str(recorded / "transcripts"), "--tier", "1", "--json"]
    return subprocess.Popen(
        [sys.executable, "-m", "decant", *words],
        cwd=workspace,
        env={**os.environ, "HOME": str(workspace)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stored(workspace: Path) -> set[str]:
    """The servers that are in the store as read."""
    database = workspace / ".decant" / "estate.db"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=20)) as found:
        try:
            bodies = [
                row[0] for row in found.execute("SELECT body FROM record WHERE kind='Server' AND newest = 1")
            ]
        except sqlite3.OperationalError:
            return set()
    return {one["id"] for one in map(json.loads, bodies) if one["reached"]}


def until_some_are_stored(workspace: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if (workspace / ".decant" / "estate.db").exists() and len(stored(workspace)) >= 3:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("nothing was stored in two minutes")


def noted(workspace: Path, action: str) -> Iterator[dict[str, object]]:
    for line in decant("evidence", "export", at=workspace).out.splitlines():
        entry = json.loads(line)
        if entry["action"] == action:
            yield entry["payload"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_stop_loses_nothing_that_was_seen_and_the_next_run_goes_on(
    recorded: Path, workspace: Path, how: signal.Signals
) -> None:
    process = start(workspace, recorded)
    until_some_are_stored(workspace, process)
    process.send_signal(how)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    kept = stored(workspace)
    assert 3 <= len(kept) < HOSTS
    assert f"Stopped after {len(kept)} of {HOSTS} hosts, which are kept" in json.loads(out)["error"]["what"]
    assert {name for entry in noted(workspace, "discover") for name in dict(entry["hosts"])} == kept  # type: ignore[call-overload]  # JSON
    went_on(recorded, workspace, kept)


def test_a_kill_leaves_whole_servers_and_who_was_to_be_read(recorded: Path, workspace: Path) -> None:
    process = start(workspace, recorded)
    until_some_are_stored(workspace, process)
    process.kill()
    process.communicate(timeout=60)
    kept = stored(workspace)
    assert 3 <= len(kept) < HOSTS
    [begun] = noted(workspace, "discover.begun")
    assert len(begun["hosts"]) == HOSTS  # type: ignore[arg-type]  # JSON
    assert decant("evidence", "verify", at=workspace).code == 0
    went_on(recorded, workspace, kept)


def went_on(recorded: Path, workspace: Path, kept: set[str]) -> None:
    """The rest is read, what was kept is not read again, and all of it is derived."""
    words = ("discover", "--replay", str(recorded / "transcripts"), "--tier", "1", "--max-age", "1h")
    said = decant(*words, "--json", at=workspace)
    assert said.code == 0, said.err
    jsonschema.validate(said.json, json_schema("decant.discover/1"))
    assert {one["server"] for one in said.json["fresh"]} == kept
    assert all(0 <= one["age_seconds"] < 3600 for one in said.json["fresh"])
    assert len(said.json["servers"]) == HOSTS - len(kept)
    listed = decant("estate", "list", "--json", at=workspace).json
    assert len(listed["servers"]) == HOSTS
    assert {one["server"] for one in listed["workloads"]} == {one["id"] for one in listed["servers"]}
    again = decant(*words, at=workspace)
    assert again.code == 0
    assert f"{HOSTS} hosts left out, read since" in again.err


def test_memory_does_not_grow_with_the_servers(recorded: Path, workspace: Path) -> None:
    """What was read is not held: a server more takes a fraction of what its facts do (a megabyte)."""
    few = peak(workspace, recorded, HOSTS // 6)
    assert peak(workspace, recorded, HOSTS) - few < 40 << 20


def peak(workspace: Path, recorded: Path, count: int) -> int:
    """The most memory that a discovery of so many servers had, in bytes."""
    names = [path.name for path in sorted((recorded / "transcripts").iterdir())][:count]
    words = ["discover", *names, "--replay", str(recorded / "transcripts")]
    with (workspace / "out").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "decant", *words],
            cwd=workspace,
            env={**os.environ, "HOME": str(workspace)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (workspace / "out").read_text()
    return used.ru_maxrss * 1024
