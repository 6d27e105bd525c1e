"""A course on which moves are run: two folders, a workspace with two people, a writer, and engine runs."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import run_move

from estate import approvals
from estate.ledger import Ledger
from estate.paths import Workspace
from estate.records.base import now
from estate.records.move import Move
from estate.records.workload import Workload
from estate.store import Store, sqlite_url

HERE = Path(__file__).parent
SETTINGS = {"freeze_seconds": 30.0, "least_seconds": 1.0, "ttl": 1.5, "beat": 0.3}


_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["run_move", "migration.workflows"])  # imported once, and not by each run


class Run:
    """One command of the engine, in a process of its own that can be killed and stopped."""

    def __init__(self, workspace: Path, operator: str, *command: str) -> None:
        self._file = workspace / f"said-{uuid.uuid4().hex}"
        self._process = _fork.Process(
            target=run_move.run, args=(str(workspace), operator, str(self._file), *command)
        )
        self._process.start()

    def wait(self, timeout: float = 120) -> int:
        """Its exit code, negative for the signal that ended it."""
        self._process.join(timeout)
        return self.code

    @property
    def code(self) -> int:
        code = self._process.exitcode
        assert code is not None, "it still runs"
        return code

    @property
    def said(self) -> str:
        return self._file.read_text() if self._file.exists() else ""

    def signal(self, which: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, which)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


class Course:
    """One course; `close` ends whatever still runs."""

    def __init__(self, room: str = "", **settings: float | str) -> None:
        """`room` is the size of a disk of its own for what Decant keeps, as `mount` writes it; else it has plenty."""
        self.root = Path(tempfile.mkdtemp(prefix="decant-course-", dir="/tmp"))
        self.root.chmod(0o755)
        self.sides = {side: self.root / side for side in ("source", "target")}
        for folder in self.sides.values():
            (folder / "data").mkdir(parents=True)
            shutil.chown(folder / "data", "nobody")
        for n in range(20):
            (self.sides["source"] / "data" / f"old{n}").write_text(f"record {n}")
        self.workspace = Workspace(self.root / "workspace")
        self.workspace.root.mkdir()
        self._disk = self.workspace.root / ".decant" if room else None
        if self._disk is not None:
            self._disk.mkdir(mode=0o700)
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={room},mode=0700", "decant", self._disk], check=True
            )
        self.workspace.create()
        (self.workspace.root / "faults").mkdir()
        self._always = settings
        self.set()
        self.store = Store.open(sqlite_url(self.workspace.database))
        self.ledger = Ledger(self.store, self.workspace)
        self.put_workload()
        self.keys = {name: self._person(name) for name in ("ann", "bob")}
        approvals.record_signers(self.ledger, "ann")
        self._running: list[Run] = []
        self._writers: list[subprocess.Popen[str]] = []

    def close(self) -> None:
        for run in self._running:
            run.kill()
        for writer in self._writers:
            writer.kill()
            writer.wait()
        self.store.close()
        if self._disk is not None:
            subprocess.run(["umount", "-l", self._disk], check=True)
        shutil.rmtree(self.root)

    def set(self, **settings: float | str) -> None:
        """Set what differs from the usual settings; what was set at the course's start stays."""
        (self.workspace.root / "run.json").write_text(json.dumps({**SETTINGS, **self._always, **settings}))

    def put_workload(self, **detail: object) -> None:
        roots = {side: str(folder) for side, folder in self.sides.items()}
        self.store.put(
            Workload(
                id="old/files/shared",
                server="old",
                kind="files",
                name="shared",
                detail={**roots, **detail},
                seen_at=now(),
            )
        )

    def fault(self, name: str) -> Path:
        marker = self.workspace.root / "faults" / name
        marker.touch()
        return marker

    def begin(self, *command: str, operator: str = "ann") -> "Run":
        run = Run(self.workspace.root, operator, *command)
        self._running.append(run)
        return run

    def run(self, *command: str, operator: str = "ann") -> "Run":
        run = self.begin(*command, operator=operator)
        run.wait()
        return run

    def must(self, *command: str) -> str:
        done = self.run(*command)
        assert done.code == 0, done.said
        return done.said

    def approve(self, who: str = "bob") -> None:
        approvals.approve(self.ledger, self.move, "cutover", self.keys[who], who, who)

    def ready(self) -> None:
        """A move that is READY and approved."""
        assert self.must("start") == "ready"
        self.approve()

    @property
    def move(self) -> Move:
        return self.store.move("shared_1")

    def start_writer(self) -> "subprocess.Popen[str]":
        run = subprocess.Popen(
            [
                sys.executable,
                str(HERE / "folder_writer.py"),
                *map(str, self.sides.values()),
                str(self.root / "log"),
            ],
            text=True,
        )
        self._writers.append(run)
        wait_for(lambda: (self.root / "log").exists() and (self.root / "log").stat().st_size > 200)
        return run

    def stop_writer(self, writer: "subprocess.Popen[str]") -> None:
        time.sleep(0.3)
        writer.send_signal(signal.SIGTERM)
        writer.wait()

    def operations(self) -> list[list[str]]:
        return [line.split() for line in (self.root / "log").read_text().splitlines()]

    def lost(self, live: str) -> list[str]:
        """Files whose last acknowledged write is not what `live` holds. The very last operation is in doubt."""
        acknowledged: dict[str, int] = {}
        operations = self.operations()
        for _at, name, number, side in operations:
            if side != "refused":
                acknowledged[name] = int(number)
        in_doubt = int(operations[-1][2]) + 1
        data = self.sides[live] / "data"
        return [
            name
            for name, number in acknowledged.items()
            if not (data / name).exists() or int((data / name).read_text()) not in (number, in_doubt)
        ]

    def writable(self, side: str) -> bool:
        return (self.sides[side] / "data").stat().st_mode & 0o222 != 0

    def left(self) -> list[str]:
        """What of a move is left in either folder."""
        return [path.name for folder in self.sides.values() for path in folder.glob(".decant_*")]

    def copied(self) -> list[str]:
        """What the target holds; `.tmp` apart, which the writer leaves where a freeze cuts it off."""
        return [path.name for path in (self.sides["target"] / "data").iterdir() if path.suffix != ".tmp"]

    def actions(self) -> list[str]:
        return [json.loads(line)["action"] for line in self.ledger.export()]

    def _person(self, name: str) -> Path:
        key = self.root / f"{name}_key"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, capture_output=True
        )
        with self.workspace.allowed_signers.open("a") as out:
            out.write(f"{name} {key.with_suffix('.pub').read_text()}")
        return key


def wait_for(true: "object", seconds: float = 20.0) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
