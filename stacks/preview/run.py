"""Runs a Pulumi program offline and returns what it registered: no CLI, no account, no network."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent import futures
from pathlib import Path

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from estate.errors import UnfinishedError, UsageError
from estate.progress import Progress, Step, silent
from stacks.preview.failure import sentence
from stacks.preview.monitor import Engine, Monitor, Recording

TIME_LIMIT = 180.0
"""Seconds a program may take. A full production stack takes a tenth of it."""
_MESSAGE_LIMIT = 64 * 1024 * 1024


def record(
    program: Path,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secrets: Mapping[str, str] | None = None,
    time_limit: float = TIME_LIMIT,
    progress: Progress = silent,
) -> Recording:
    """Run `program` (a file, or a folder with `__main__.py`) as `stack` of `project`.

    `config` and `secrets` are Pulumi configuration, as `decant:settings`; the latter are given to the program as
    secrets. The program runs in a process of its own with an empty environment. Raises `UsageError` where it
    fails or registers one resource twice, and `UnfinishedError` where it takes longer than `time_limit` seconds.
    """
    hidden = dict(secrets or {})
    recording = Recording(project, stack)

    def seen(count: int) -> None:
        progress(Step(f"preview {stack}", count, None, "registrations"))

    with tempfile.TemporaryDirectory(prefix="decant-preview-") as folder:
        address = f"unix:{folder}/monitor"
        server = grpc.server(
            futures.ThreadPoolExecutor(16),
            options=[
                ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
                ("grpc.max_send_message_length", _MESSAGE_LIMIT),
            ],
        )
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(recording, seen), server)
        engine_pb2_grpc.add_EngineServicer_to_server(Engine(recording), server)
        server.add_insecure_port(address)
        server.start()
        try:
            status, stderr = _run(
                {
                    "monitor": address,
                    "project": project,
                    "stack": stack,
                    "program": str(program),
                    "root": str(program.parent),
                    "config": {**config, **hidden},
                    "secret_keys": sorted(hidden),
                },
                folder,
                time_limit,
            )
        finally:
            server.stop(None).wait()
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


def _run(order: Mapping[str, object], home: str, time_limit: float) -> tuple[int | None, str]:
    """The child's exit status (None where it was ended for taking too long) and its stderr."""
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
        _, stderr = child.communicate(json.dumps(order), timeout=time_limit)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        # Also when the caller was interrupted: nothing of the child stays.
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    return child.returncode, stderr
