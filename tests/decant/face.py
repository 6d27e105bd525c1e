"""Runs the command line as a person does, in a process of its own, and keeps what it said."""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Said:
    """One run: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What it printed, as one JSON object."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def decant(
    *words: str,
    at: Path,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    timeout: float = 120,
    within: Sequence[str] = (),
) -> Said:
    """Run `decant WORDS` in the folder `at`, without a terminal; `within` is what goes before the command."""
    settings = {**os.environ, "HOME": str(at), "XDG_CONFIG_HOME": str(at / ".config"), **(environment or {})}
    # What acts on Python's own start wants a start.
    if not within and all(name in os.environ for name in settings if name.startswith(("PYTHON", "LD_"))):
        return _on_standby(words, at, settings, stdin or "", timeout)
    done = subprocess.run(
        [*within, sys.executable, "-m", "decant", *words],
        cwd=at,
        env=settings,
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def _on_standby(words: Sequence[str], at: Path, settings: Mapping[str, str], stdin: str, timeout: float) -> Said:
    """The same in a fork of a process that has imported Decant already (`standby.py`)."""
    spaces = tuple(str(Path(f"/proc/thread-self/ns/{kind}").readlink()) for kind in ("net", "mnt"))
    request = json.dumps({"words": words, "at": str(at), "environment": settings}).encode()
    with socket.socket(socket.AF_UNIX) as asked, ThreadPoolExecutor(3) as ends:
        asked.settimeout(timeout)
        asked.connect(_standby(spaces))
        (given, ours), (out, out_end), (err, err_end) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(asked, [request], [given, out_end, err_end])
        for one in (given, out_end, err_end):
            os.close(one)
        ends.submit(_write, ours, stdin)
        said, complained = ends.submit(_read, out), ends.submit(_read, err)
        with asked.makefile("r") as told:
            child = int(told.readline())
            try:
                code = int(told.readline())
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                raise
        return Said(code, said.result(), complained.result())


def _write(end: int, text: str) -> None:
    with contextlib.suppress(BrokenPipeError), open(end, "w") as pipe:
        pipe.write(text)


def _read(end: int) -> str:
    with open(end) as pipe:
        return pipe.read()


@cache
def _standby(spaces: tuple[str, ...]) -> str:
    """The socket of a process on standby in these namespaces: ours, as we are asked."""
    del spaces
    folder = tempfile.TemporaryDirectory(prefix="decant-standby-")
    atexit.register(folder.cleanup)
    place = f"{folder.name}/socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.decant.standby", place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    _RUNNING.append(process)
    return place


_RUNNING: list[subprocess.Popen[bytes]] = []
"""Kept, as each ends with the other end of its standard input."""
