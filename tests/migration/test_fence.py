"""The fence, on this machine: what a host does to an attempt that was overtaken."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.errors import HeldError, UnreachableError
from estate.records.base import now
from estate.records.host import Host
from estate.records.move import Move
from estate.transport.base import Result
from estate.transport.local import LocalTransport
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
    path = Path(fence.folder(attempt(0).id))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def run(epoch: int, script: str, stdin: bytes | None = None, timeout: float = 20) -> Result:
    return fence.run(LocalTransport(), HOST, attempt(epoch), script, stdin, timeout)


def test_a_script_runs_with_its_input_and_gives_its_result() -> None:
    result = run(1, "cat; echo no >&2; exit 7", b"in")
    assert (result.status, result.stdout, result.stderr) == (7, b"in", b"no\n")


def test_the_same_and_a_higher_epoch_pass_and_a_lower_one_is_refused(tmp_path: Path) -> None:
    assert run(3, "true").ok
    assert run(3, "true").ok
    assert run(5, "true").ok
    with pytest.raises(HeldError, match="attempt 5 has been here, and this is attempt 4"):
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


def test_a_stubborn_one_is_ended_too(tmp_path: Path) -> None:
    thread = threading.Thread(
        target=lambda: run(1, f"trap '' TERM; touch {tmp_path}/begun; sleep 15; touch {tmp_path}/late")
    )
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    assert run(2, "true").ok
    thread.join(5)
    assert not (tmp_path / "late").exists()


def test_steps_of_one_epoch_wait_for_each_other(tmp_path: Path) -> None:
    first = threading.Thread(
        target=lambda: run(1, f"touch {tmp_path}/begun; sleep 0.5; echo 1 >> {tmp_path}/order")
    )
    first.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.02)
    assert run(1, f"echo 2 >> {tmp_path}/order").ok
    first.join(5)
    assert (tmp_path / "order").read_text() == "1\n2\n"


def test_a_script_out_of_time_is_ended_on_the_host(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError):
        run(1, f"sleep 3; touch {tmp_path}/late", timeout=0.3)
    time.sleep(3.5)
    assert not (tmp_path / "late").exists()


def test_removing_takes_all_and_can_be_repeated(folder: Path) -> None:
    assert run(1, "true").ok
    for _ in range(2):
        fence.remove(LocalTransport(), HOST, attempt(1))
        assert not folder.exists()
