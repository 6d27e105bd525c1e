"""A lock between processes: one holder at a time, named to the others, gone with its holder."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from estate.errors import HeldError
from estate.progress import Step, silent
from practice import lock

HOLD = """
import sys, time
from pathlib import Path
from estate.progress import silent
from practice import lock
with lock.held(Path(sys.argv[1]), "it", 0.0, silent):
    print("held", flush=True)
    time.sleep(60)
"""


def count(file: Path, counter: Path) -> None:
    for _ in range(50):
        with lock.held(file, "it", 60.0, silent):
            counter.write_text(str(int(counter.read_text()) + 1))


def test_a_lock_that_is_free_is_taken_and_leaves_no_file(tmp_path: Path) -> None:
    for _ in range(2):
        with lock.held(tmp_path / "one.lock", "it", 0.0, silent):
            assert f"process {os.getpid()}" in (tmp_path / "one.lock").read_text()
    assert list(tmp_path.iterdir()) == []


def test_another_process_is_refused_until_the_holder_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "one.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(HeldError, match=f"process {holder.pid} since"), lock.held(file, "it", 0.0, silent):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with lock.held(file, "it", 0.0, silent):
        pass


def test_who_waits_says_for_whom(tmp_path: Path) -> None:
    file, seen = tmp_path / "one.lock", list[Step]()
    started = time.monotonic()
    with (
        lock.held(file, "it", 0.0, silent),
        pytest.raises(HeldError),
        lock.held(file, "it", 0.6, seen.append),
    ):
        pass
    assert time.monotonic() - started >= 0.6
    assert f"waiting for process {os.getpid()}" in seen[0].note


@pytest.mark.slow
def test_many_processes_take_turns(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=count, args=(tmp_path / "one.lock", counter)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert counter.read_text() == "200"
