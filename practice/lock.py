"""Locks between processes, given up by the kernel when their holder ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from estate.errors import HeldError
from estate.progress import Progress, Step


@contextmanager
def held(file: Path, what: str, wait_seconds: float, progress: Progress) -> Iterator[None]:
    """Hold `file` while the body runs.

    Waits up to `wait_seconds` for another process; raises `HeldError`, which names it, after that.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + wait_seconds
    with file.open("a+") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = file.read_text().strip() or "another process"
                if time.monotonic() >= deadline:
                    raise HeldError(
                        f"{what} is being changed by {holder}", "wait until it ends, or end that process"
                    ) from None
                progress(Step(what, note=f"waiting for {holder}"))
                time.sleep(0.5)
        handle.truncate(0)
        handle.write(f"process {os.getpid()} since {time.strftime('%H:%M:%S')}")
        handle.flush()
        yield
        handle.truncate(0)
