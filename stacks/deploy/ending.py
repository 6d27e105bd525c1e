"""Pulumi is let come to its end: cut off in the midst, it leaves a stack held, and nobody knows what was under way."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")
_LOOK_EVERY = 0.2
_PROGRAM = "pulumi"


def to_its_end(work: Callable[[], Result], interrupted: Callable[[], None]) -> Result:
    """Do `work`, and wait for its end also after a Ctrl-C, which a terminal gives to Pulumi as well: it then cancels.

    A SIGTERM, by which a pipeline ends a step, is handed to Pulumi as such a Ctrl-C. `interrupted` is called once for
    either. Raises `KeyboardInterrupt` after that where the work did not end well all the same, else what the work raises.
    """
    told = False
    with _terminations() as terminated, ThreadPoolExecutor(1, "pulumi") as pool:
        done = pool.submit(work)
        while not done.done():
            try:
                wait([done], _LOOK_EVERY)
                stop = terminated.is_set()
            except KeyboardInterrupt:
                stop = True
            if stop and not told:
                told = True
                interrupted()
    if told and done.exception() is not None:
        raise KeyboardInterrupt
    return done.result()


@contextmanager
def _terminations() -> Iterator[threading.Event]:
    """An event that a SIGTERM sets, which is handed on; outside of the main thread nothing sets it."""
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came
        return

    def hand_on(number: int, frame: FrameType | None) -> None:
        del number, frame
        if not came.is_set():
            came.set()
            for child in _of_ours():
                os.kill(child, signal.SIGINT)

    before = signal.signal(signal.SIGTERM, hand_on)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _of_ours() -> Iterator[int]:
    """The Pulumi that this process began, by its number; none on a system that does not tell."""
    for listed in Path("/proc/self/task").glob("*/children"):
        for child in listed.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == _PROGRAM:
                yield int(child)
