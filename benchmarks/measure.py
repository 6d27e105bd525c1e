"""Measuring: wall time, and the processor time of the whole machine, as clients and servers share it."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from estate.errors import UnfinishedError

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """What was spent, in seconds; both are 0 until the measured body ended."""

    wall: float = 0.0
    cpu: float = 0.0
    """Busy time of all cores, whoever used it."""


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure the body."""
    found = Spent()
    busy, started = _busy(), time.perf_counter()
    yield found
    found.wall = time.perf_counter() - started
    found.cpu = _busy() - busy


def _busy() -> float:
    """Seconds that all cores were busy since the machine started: user, nice, system, irq, softirq (proc(5))."""
    fields = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) / _TICK


@dataclass(frozen=True)
class Used:
    """What one process used."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, of it and its children."""
    peak: int
    """The most memory that it had at once, in bytes."""


def used(argv: Sequence[str], folder: Path, environment: Mapping[str, str], ends: int = 0) -> Used:
    """Run a program in `folder`. Raises `UnfinishedError` where it does not end with the status `ends`."""
    out, err = folder / "benchmark.out", folder / "benchmark.err"
    started = time.perf_counter()
    with out.open("wb") as stdout, err.open("wb") as stderr:
        own = [f"{name}={value}" for name, value in environment.items()]
        process = subprocess.Popen(
            ["env", *own, *argv], cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        _, status, spent_ = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != ends:
        last = err.read_text("utf-8", "replace").strip().splitlines()[-1:]
        raise UnfinishedError(f"{argv[-1]} ended with {process.returncode}: {last}", "run it by hand to see why")
    return Used(wall, spent_.ru_utime + spent_.ru_stime, spent_.ru_maxrss * 1024)
