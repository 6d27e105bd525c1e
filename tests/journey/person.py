"""A person at work on the practice estate by the command line, and runs of it that can be watched and killed."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from estate.records.move import Move
from estate.store import Store, lease_key, sqlite_url
from migration.phases import PROGRAMS
from practice.estate import Estate
from tests.decant.face import Said, decant

OPERATOR = "first.person"
APPROVER = "second.person"
TARGET = "data-target"
DATABASE = "db-legacy/postgres/reports"
DRIVE = "files-legacy/files/shared"
LONG = 280.0
"""Seconds that one command may take on a busy machine."""


class Run:
    """One command under way. What it says on stderr is in `lines` as it comes."""

    def __init__(self, argv: list[str], at: Path, environment: dict[str, str]) -> None:
        self.words = argv[argv.index("decant") + 1 :]
        self.process = subprocess.Popen(
            argv,
            cwd=at,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(line.rstrip() for line in self.process.stderr)

    def until(self, seen: Callable[[], bool], what: str) -> None:
        """Wait until `seen`; a run that ends before is a failure."""
        deadline = time.monotonic() + LONG
        while not seen():
            assert self.process.poll() is None, f"{self.words} ended before {what}: {self.lines}"
            assert time.monotonic() < deadline, f"{self.words} never came to {what}: {self.lines}"
            time.sleep(0.01)

    def comes_to(self, seen: Callable[[], bool], what: str) -> bool:
        """The same, but False where it ended well before: a short step can pass between two looks."""
        try:
            self.until(seen, what)
        except AssertionError:
            if self.process.poll() != 0:
                raise
            return False
        return True

    def kill(self) -> bool:
        """`kill -9`; whether it had ended well before."""
        self.process.send_signal(signal.SIGKILL)
        code = self.end().code
        assert code in {0, -signal.SIGKILL}, f"{self.words} had ended with {code}: {self.lines}"
        return code == 0

    def end(self, seconds: float = LONG) -> Said:
        """Wait for its end."""
        assert self.process.stdout is not None
        out = self.process.stdout.read()
        code = self.process.wait(seconds)
        self._ear.join(5)
        return Said(code, out, "\n".join(self.lines))


class Person:
    """An operator with a workspace for an estate that is up, and the approver's key."""

    def __init__(self, estate: Estate, root: Path, **environment: str) -> None:
        """`environment` is that of every run."""
        self.estate = estate
        self.root = root
        self.environment = {"DECANT_WORKSPACE_OPERATOR": OPERATOR, **environment}
        self._set_up()
        self.store = Store.open(
            environment.get("DECANT_DATABASE_URL") or sqlite_url(root / ".decant" / "estate.db")
        )

    def _set_up(self) -> None:
        root = self.root
        assert decant("init", str(root), at=root.parent, environment=self.environment).code == 0
        (root / "hosts.toml").write_text(self.estate.hosts_toml())
        with (root / "decant.toml").open("a") as settings:
            settings.write("\n" + self.estate.settings_toml())
        shutil.copy(self.estate.known_hosts, root / ".decant" / "known_hosts")
        (root / "allowed_signers").write_text("".join(map(self.new_key, (OPERATOR, APPROVER))))
        self.must("approvers", "record", "--yes")
        self.must("discover", "db-legacy", "files-legacy", TARGET)

    def new_key(self, name: str) -> str:
        """Make a key of that person's own; returns its line for allowed_signers."""
        path = self.root / f"{name}.key"
        argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)]
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
        return f'{name} namespaces="decant-approval" {path.with_name(path.name + ".pub").read_text()}'

    def says(self, *words: str, **environment: str) -> Said:
        """Run one command to its end."""
        settings = {**self.environment, **environment}
        return decant(*words, at=self.root, environment=settings, within=self.estate.command([]), timeout=LONG)

    def must(self, *words: str, **environment: str) -> Said:
        """The same, which must succeed."""
        said = self.says(*words, **environment)
        assert said.code == 0, f"{words}: {said.code}: {said.out[-400:]} {said.err}"
        return said

    def begin(self, *words: str, **environment: str) -> Run:
        """Start one command."""
        argv = [*self.estate.command([]), sys.executable, "-m", "decant", *words]
        return Run(argv, self.root, {**os.environ, **self.environment, "HOME": str(self.root), **environment})

    def moving(self, workload: str) -> list[str]:
        """The words that move a workload; the database's source may be restarted."""
        restart = ["--confirm", "db-legacy"] if workload == DATABASE else []
        return ["move", workload, "--to", TARGET, "--yes", *restart]

    def approve(self, move: str) -> None:
        """The second person approves."""
        self.must("approve", move, "--key", f"{APPROVER}.key", "--as", APPROVER)

    def accepting(self, move: str) -> list[str]:
        """The words that end a soak."""
        return ["accept", move, f"--confirm={move}", "--backup-verified", "practice restore"]

    def move(self, workload: str) -> Move | None:
        """The newest move of a workload, as the store has it."""
        found = [one for one in self.store.moves() if one.workload == workload]
        return found[-1] if found else None

    def on(self, host: str, script: str) -> str:
        """Run a script as root on a host, beside Decant; what it printed."""
        argv = self.estate.command(self.estate.ssh(host, ["sudo sh -eu -s"]))
        done = subprocess.run(argv, input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def phase(self, workload: str) -> str:
        """The phase of its newest move."""
        move = self.move(workload)
        return move.phase.value if move else ""

    def held(self, workload: str) -> bool:
        """Whether somebody is at work on its newest move."""
        move = self.move(workload)
        return move is not None and self.store.lease_holder(lease_key(move.id)) is not None

    def stage(self, workload: str) -> str:
        """The stage of the phase that the newest move is in: the one after those that its workflow noted as done."""
        move, database = self.move(workload), self.root / ".decant" / "workflows.db"
        if move is None or move.phase not in PROGRAMS or not database.exists():
            return ""
        attempt = f"{move.id}/{move.phase.replace(' ', '-')}/{move.epoch}"
        raw = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            begun = raw.execute("SELECT 1 FROM workflow_status WHERE workflow_uuid = ?", [attempt]).fetchone()
            [[done]] = raw.execute("SELECT count(*) FROM operation_outputs WHERE workflow_uuid = ?", [attempt])
        except sqlite3.OperationalError:  # it is being made, or written to
            return ""
        finally:
            raw.close()
        stages = PROGRAMS[move.phase].stages
        return stages[done].__name__ if begun and done < len(stages) else ""

    def start_load(self, *streams: str) -> None:
        """Start the writer afresh."""
        chosen = [word for stream in streams for word in ("--stream", stream)]
        self._load("start", "--fresh", *chosen)

    def lost(self) -> dict[str, Any]:
        """Stop the writer; what it says was lost, after it acknowledged something in every stream."""
        self._load("stop")
        said = self._load("verify", "--json", codes=(0, 1))
        assert all(one["acknowledged"] > 20 for one in said.json["streams"]), said.out
        return {"exit": said.code, "lost": said.json["lost"]}

    def written(self) -> dict[str, Any]:
        """What became of all writes so far, while the writer goes on; nothing may be wrong in it."""
        said = self._load("verify", "--json", codes=(0, 1))
        assert said.json["running"], "the writer has ended"
        return said.json

    def residue(self) -> list[str]:
        """What is really left of any move on the hosts, looked up there now."""
        said = self.says("moves", "--residue", "--json")
        assert said.code in (0, 1), said.err
        moves = json.loads(said.out)["moves"]
        assert moves
        assert not any(one["residue_unknown"] for one in moves), said.out
        return [f"{one['id']}: {left['kind']} {left['name']}" for one in moves for left in one["residue"]]

    def _load(self, *words: str, codes: tuple[int, ...] = (0,)) -> Said:
        said = decant("practice", "load", *words, "--estate", self.estate.name, at=self.root)
        assert said.code in codes, said.err
        return said


def one_sentence(said: Said) -> str:
    """The error, as a person reads it: the last line, with what to do next, and no traceback."""
    assert "Traceback" not in said.err + said.out
    *_, last = [line for line in said.err.splitlines() if not line.startswith("Next: ")]
    assert last.startswith("decant: "), said.err
    assert ". To go on: " in last or ". Did you mean " in last, said.err
    return last
