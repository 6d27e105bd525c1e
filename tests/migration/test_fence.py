"""The fence, on this machine: what a host does to an attempt that was overtaken."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.errors import HeldError
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Move
from estate.transport.base import Result
from estate.transport.local import LocalTransport
from estate.transport.privilege import rooted
from migration import fence

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the fence lives in /var/lib, which is root's")

HOST = Host(name="localhost", address="127.0.0.1")


def attempt(epoch: int) -> Move:
    moment = now()
    return Move(
        id=f"fence-test-{os.getpid()}",
        workload="a/files/b",
        kind="files",
        source="a",
        target="b",
        epoch=epoch,
        created_at=moment,
        changed_at=moment,
    )


@pytest.fixture(autouse=True)
def folder() -> Iterator[Path]:
    yield Path(fence.folder(attempt(0)))
    shutil.rmtree(fence.folder(attempt(0)), ignore_errors=True)


def run(epoch: int, script: str, stdin: bytes | None = None) -> Result:
    return fence.run(rooted(LocalTransport(), HOST), HOST, attempt(epoch), script, stdin, 20)


def test_a_script_runs_with_its_input_and_gives_its_result(folder: Path) -> None:
    result = run(1, "cat; echo no >&2; exit 7", b"in")
    assert (result.status, result.stdout, result.stderr) == (7, b"in", b"no\n")
    assert folder.stat().st_mode & 0o077 == 0


def test_the_same_and_a_higher_epoch_pass_and_a_lower_one_is_refused(tmp_path: Path) -> None:
    assert run(3, "true").ok
    assert run(3, "true").ok
    assert run(5, "true").ok
    with pytest.raises(HeldError, match="overtaken by attempt 5"):
        run(4, f"touch {tmp_path}/done")
    assert not (tmp_path / "done").exists()


def test_a_status_of_its_own_is_not_taken_for_a_refusal() -> None:
    assert run(1, "exit 75").status == 75


def test_a_higher_epoch_ends_what_a_lower_one_has_running(tmp_path: Path) -> None:
    old: list[Result] = []
    script = f"(sleep 30; touch {tmp_path}/late) & touch {tmp_path}/begun; wait; touch {tmp_path}/late"
    thread = threading.Thread(target=lambda: old.append(run(1, script)))
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    start = time.monotonic()
    assert run(2, "true").ok
    assert time.monotonic() - start < 6
    thread.join(5)
    assert not old[0].ok
    assert not (tmp_path / "late").exists()


def test_commands_of_one_epoch_run_side_by_side(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = threading.Thread(target=lambda: run(1, f"cat {tmp_path}/pipe > {tmp_path}/got"))
    reader.start()
    assert run(1, f"echo hello > {tmp_path}/pipe").ok
    reader.join(5)
    assert (tmp_path / "got").read_text() == "hello\n"


def test_nothing_of_a_command_is_left_behind_and_removing_takes_all(folder: Path) -> None:
    run(1, "true")
    assert sorted(path.name for path in (folder / "fence").iterdir()) == ["epoch", "lock"]
    fence.remove(rooted(LocalTransport(), HOST), HOST, attempt(1))
    assert not folder.exists()
    fence.remove(rooted(LocalTransport(), HOST), HOST, attempt(1))
    assert not folder.exists()
