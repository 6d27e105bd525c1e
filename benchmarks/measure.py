"""Measuring: wall time, and the processor time of the whole machine, as clients and servers share it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
