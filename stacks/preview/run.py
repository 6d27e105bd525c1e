"""Runs a Pulumi program offline and returns what it registered: no CLI, no account, no network."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from estate.errors import UnfinishedError, UsageError
from estate.progress import Progress, Step, silent
from stacks.preview.failure import sentence

if TYPE_CHECKING:
    from stacks.preview.monitor import Recording

TIME_LIMIT = 180.0
"""Seconds a program may take. A full production stack takes a tenth of it."""


def record(
    program: Path,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress = silent,
) -> "Recording":
    """Run `program` (a file, or a folder with `__main__.py`) as `stack` of `project`.

    `config` and `secrets` are Pulumi configuration, as `decant:settings`; the latter are given to the program as
    secrets. The program runs in a process of its own with an empty environment. Raises `UsageError` where it
    fails or registers one resource twice, and `UnfinishedError` where it takes longer than `time_limit` seconds.
    """
    hidden = dict(secrets or {})
    with tempfile.TemporaryDirectory(prefix="decant-preview-") as folder, _child(folder) as child:
        # Late: it takes as long as the child takes to start, and that has begun.
        from stacks.preview.serving import serving  # noqa: PLC0415

        def seen(count: int) -> None:
            progress(Step(f"preview {stack}", count, None, "registrations"))

        address = f"unix:{folder}/monitor"
        with serving(address, project, stack, seen) as recording:
            order = {
                "monitor": address,
                "project": project,
                "stack": stack,
                "program": str(program),
                "root": str(program.parent),
                "config": {**config, **hidden},
                "secret_keys": sorted(hidden),
            }
            try:
                _, stderr = child.communicate(json.dumps(order), timeout=time_limit)
                status: int | None = child.returncode
            except subprocess.TimeoutExpired:
                status, stderr = None, ""
    if status is None:
        raise UnfinishedError(
            f"the program of the stack {stack} was still running after {time_limit:g} seconds, with "
            f"{len(recording.resources)} resources registered, and was ended",
            "look for what it waits for, then preview it again",
        )
    if status != 0 or recording.errors:
        raise UsageError(
            f"the program of the stack {stack} failed: {sentence(stderr, recording.errors, hidden)}",
            "mend that and preview it again",
        )
    progress(Step(f"preview {stack}", len(recording.resources), len(recording.resources), "registrations"))
    return recording


@contextmanager
def _child(home: str) -> Iterator["subprocess.Popen[str]"]:
    """A process that waits for the order of what to run; nothing of it is left afterwards."""
    # -I: nothing of the caller's environment or folder decides what the child imports.
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "stacks.preview"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env={"HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", "PATH": os.defpath},
        start_new_session=True,
    )
    try:
        yield child
    finally:
        # Also when the caller was interrupted.
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
