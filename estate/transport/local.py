"""This machine as a host: a subprocess, without a shell."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO, cast

from estate.errors import OutOfTimeError
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Prompts, Result
from estate.transport.pump import CHUNK, Streams, pump

GRACE = 1.0


class LocalTransport:
    """Runs commands on this machine. A command's whole process group is ended when its time is up."""

    def __init__(self, host: str = "localhost", environment: Mapping[str, str] | None = None) -> None:
        """`environment` replaces the process's own; None inherits it."""
        self.host = host
        self._environment = environment

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`. A program that is not there gives status 127, one that may not run 126."""
        return self._run(argv, stdin, timeout, limit, None)

    def run_prompted(
        self,
        argv: Sequence[str],
        prompts: Prompts,
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Prompted.run_prompted`."""
        return self._run(argv, stdin, timeout, limit, prompts)

    def close(self) -> None:
        """Nothing is kept open."""

    def _run(
        self, argv: Sequence[str], stdin: bytes | None, timeout: float, limit: int, prompts: Prompts | None
    ) -> Result:
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=True,
                bufsize=0,
            )
        except FileNotFoundError:
            return Result(127, b"", f"{argv[0]}: command not found\n".encode(), time.monotonic() - start)
        except PermissionError:
            return Result(126, b"", f"{argv[0]}: permission denied\n".encode(), time.monotonic() - start)
        with process:
            caught = pump(_streams(process), stdin, start + timeout, limit, prompts)
            in_time = caught.in_time and not caught.wrong_answer
            if in_time:
                try:
                    process.wait(max(0.0, start + timeout - time.monotonic()))
                except subprocess.TimeoutExpired:
                    in_time = False
            if not in_time:
                _end(process)
            # The pipes are closed next: no thread may still be at one, or it would meet whatever opens after.
            caught.settle(GRACE)
        caught.check_began(self.host)
        if not in_time:
            raise OutOfTimeError(
                f"{self.host} did not finish {argv[0]} within {timeout:g} seconds",
                "see what holds it up, and run again",
                bytes(caught.out),
            )
        status = process.returncode if process.returncode >= 0 else 128 - process.returncode
        return Result(
            status, bytes(caught.out), bytes(caught.err), time.monotonic() - start, truncated=caught.truncated
        )


def _streams(process: "subprocess.Popen[bytes]") -> Streams:
    into, out, err = (cast(IO[bytes], pipe) for pipe in (process.stdin, process.stdout, process.stderr))

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[into.write(view) :]

    return Streams(
        read_out=lambda: out.read(CHUNK),
        read_err=lambda: err.read(CHUNK),
        write=write,
        shut=into.close,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the process with all that it started, gently first."""
    for which in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, which)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
