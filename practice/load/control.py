"""Start, stop and ask the writer, from outside its network namespace."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from estate.errors import DecantError, HeldError, UnreachableError
from practice.load.expected import replay
from practice.load.record import Outcome, read
from practice.load.settings import LoadFolder, LoadSettings, StreamSettings
from practice.load.verify import LoadReport

FIRST_WRITE_SECONDS = 30.0
STOP_SECONDS = 20.0
VERIFY_SECONDS = 300.0


class Load:
    """The writer of one estate. `inside` is the command that enters the client's network namespace."""

    def __init__(self, folder: LoadFolder, inside: Sequence[str]) -> None:
        self.folder = folder
        self._inside = tuple(inside)

    def running(self) -> int | None:
        """The writer's process id; None where none runs."""
        try:
            descriptor = os.open(self.folder.pid, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read().strip()
                # Empty for a moment, between taking the lock and writing the id.
                return int(text) if text else 0
        return None

    def start(
        self,
        streams: dict[str, StreamSettings],
        per_second: float,
        fresh: bool = False,
        answer_seconds: float = 5.0,
    ) -> int:
        """Start the writer and wait until each stream has had a write acknowledged; gives its process id.

        `per_second` is the pace in each stream; after `answer_seconds` without an answer a connection is cut.
        A record that is there already is carried on, unless `fresh` begins a new one. Raises `HeldError`
        where a writer runs, `UnreachableError`, with the writer stopped again, where a stream takes no write.
        """
        pid = self.running()
        if pid is not None:
            raise HeldError(
                f"a writer is running already (process {pid})", "stop it with `decant practice load stop`"
            )
        if fresh and self.folder.root.exists():
            shutil.rmtree(self.folder.root)
        known = self.folder.read() if self.folder.settings.exists() else None
        self.folder.write(
            LoadSettings(
                run=known.run if known else secrets.token_hex(3),
                per_second=per_second,
                answer_seconds=answer_seconds,
                streams={**(known.streams if known else {}), **streams},
                active=tuple(streams),
            )
        )
        before = {name: self._acknowledged(name) for name in streams}
        with self.folder.log.open("ab") as log:
            process = subprocess.Popen(
                self._argv("write"), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        waiting = set(streams)
        deadline = time.monotonic() + FIRST_WRITE_SECONDS
        while waiting:
            waiting = {name for name in waiting if self._acknowledged(name) <= before[name]}
            if process.poll() is not None:
                raise DecantError(f"the writer ended at once: {self._last_words()}", f"see {self.folder.log}")
            if waiting and time.monotonic() > deadline:
                name = sorted(waiting)[0]
                reasons = replay(read(self.folder.journal(name))).refusals
                self.stop()
                process.kill()  # one that was too slow to be seen running would stay
                process.wait()
                raise UnreachableError(
                    f"the stream {name} took no write within {FIRST_WRITE_SECONDS:.0f} s"
                    f" ({next(reversed(reasons), 'no answer')})",
                    "check the estate with `decant practice status`",
                )
            time.sleep(0.1)
        return process.pid

    def stop(self) -> bool:
        """Let the writer end its operations and stop; False where none runs.

        A writer that does not end in time is killed: what it was doing is then in doubt.
        """
        pid = self.running()
        if pid is None:
            return False
        if pid:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.running() is not None:
            if time.monotonic() > deadline and pid:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        return True

    def verify(self) -> LoadReport:
        """What became of all writes.

        Raises `UsageError` where no writer was ever started, `RefusedError` where its record is damaged.
        """
        for stream in self.folder.read().streams:
            read(self.folder.journal(stream))
        done = subprocess.run(self._argv("verify"), capture_output=True, timeout=VERIFY_SECONDS, check=False)
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise DecantError(f"the check of the writes failed: {words[-1][:300]}", "mend that and run again")
        return LoadReport.model_validate_json(done.stdout)

    def _argv(self, action: str) -> list[str]:
        return [*self._inside, sys.executable, "-m", "practice.load", action, str(self.folder.root)]

    def _acknowledged(self, stream: str) -> int:
        return replay(read(self.folder.journal(stream))).counts[Outcome.ACKNOWLEDGED]

    def _last_words(self) -> str:
        lines = self.folder.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "no message"
