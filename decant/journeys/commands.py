"""Runs one command of a journey: its messages are passed on as they come, its output is kept."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO

from estate.errors import UnfinishedError


def run(argv: Sequence[str], command: str, tell: Callable[[str], None]) -> str:
    """Run `argv` and return what it printed on stdout; each line of stderr is told at once, but for what to
    type next, which the journey itself knows.

    Status 1 (findings) is an outcome, not a failure. Raises `UnfinishedError` for any other, with
    the last line it said; `command` is its name there.
    """
    process = subprocess.Popen(
        list(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said: list[str] = []

    def listen(stream: IO[str]) -> None:
        for line in stream:
            if line.strip() and not line.startswith("Next: "):
                said.append(line.rstrip())
                tell(f"    {line.rstrip()}")

    if process.stderr is None or process.stdout is None:
        raise UnfinishedError(f"The output of `{command}` could not be read", "run it by hand")
    ears = threading.Thread(target=listen, args=(process.stderr,), daemon=True)
    ears.start()
    try:
        output = process.stdout.read()
        status = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=30)
        ears.join(timeout=5)
    if status not in (0, 1):
        last = f" ({said[-1]})" if said else ""
        raise UnfinishedError(f"`{command}` exited with {status}{last}", "run it by hand to see more")
    return output
