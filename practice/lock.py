"""Locks between processes, given up by the kernel when their holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from estate.errors import HeldError
from estate.progress import Progress, Step

_AGAIN = 0.1
"""Seconds between two tries."""


@contextmanager
def held(file: Path, what: str, wait_seconds: float, progress: Progress) -> Iterator[None]:
    """Hold `file` while the body runs.

    Waits up to `wait_seconds` for another process; raises `HeldError`, which names it, after that.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + wait_seconds
    while (handle := _taken(file)) is None:
        holder = _holder(file)
        if time.monotonic() >= deadline:
            raise HeldError(f"{what} is being changed by {holder}", "wait until it ends, or end that process")
        progress(Step(what, note=f"waiting for {holder}"))
        time.sleep(_AGAIN)
    with handle:
        handle.truncate(0)
        handle.write(f"process {os.getpid()} since {time.strftime('%H:%M:%S')}")
        handle.flush()
        try:
            yield
        finally:
            file.unlink()


def _taken(file: Path) -> TextIO | None:
    """The lock, or None where another process has it or has just given it up with its file."""
    handle = file.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle.fileno()).st_ino == file.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    handle.close()
    return None


def _holder(file: Path) -> str:
    try:
        return file.read_text().strip() or "another process"
    except FileNotFoundError:
        return "another process"
