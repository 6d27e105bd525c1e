"""Runs one command of a journey: its messages are passed on as they come, its output is kept."""

import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO


class Failed(Exception):
    """A command of a journey that exited with anything but 0 or 1; the journey turns it into its own error."""

    def __init__(self, command: str, status: int, last: str) -> None:
        super().__init__(command)
        self.command = command
        self.status = status
        self.last = last


def run(argv: Sequence[str], command: str, tell: Callable[[str], None]) -> str:
    """Run `argv` and return what it printed on stdout; each line of stderr is told at once.

    Status 1 (findings) is an outcome, not a failure. Raises `Failed` for any other; `command` is its name there.
    """
    process = subprocess.Popen(
        list(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    said: list[str] = []

    def listen(stream: IO[str]) -> None:
        for line in stream:
            if line.strip():
                said.append(line.rstrip())
                tell(f"    {line.rstrip()}")

    if process.stderr is None or process.stdout is None:
        raise Failed(command, -1, "its output could not be read")
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
        raise Failed(command, status, said[-1] if said else "")
    return output
