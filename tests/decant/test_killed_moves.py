"""`kill -9` of `decant` itself on real servers, at any moment of any phase, with people writing all the while."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from practice.estate import Estate
from tests.decant.face import decant

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.chaos]


class Site:
    """A workspace over the estate, and commands that can be killed."""

    def __init__(self, estate: Estate, root: Path) -> None:
        self.estate = estate
        self.root = root
        assert decant("init", str(root), at=root.parent).code == 0
        (root / "hosts.toml").write_text(estate.hosts_toml())
        text = (root / "decant.toml").read_text().replace("[workspace]", '[workspace]\noperator = "ann"', 1)
        (root / "decant.toml").write_text(f"{text}\n{estate.settings_toml()}")
        shutil.copy(estate.known_hosts, root / ".decant" / "known_hosts")
        self.key = root / "bob_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.key)], check=True)
        (root / "allowed_signers").write_text(f"bob {self.key.with_suffix('.pub').read_text()}")
        self.must("approvers", "record", "--yes")

    def must(self, *words: str) -> str:
        done = decant(*words, at=self.root, within=self.estate.command([]), timeout=280)
        assert done.code == 0, done.err
        return done.out

    def move(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.must("moves", "--json"))["moves"][-1]
        return found

    def killed(self, seconds: float, *words: str) -> None:
        """Run a command and kill it after `seconds`, whatever it is doing; it may have ended by then."""
        run = subprocess.Popen(
            self.estate.command([sys.executable, "-m", "decant", *words]),
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


@pytest.fixture
def site(practice_estate: Estate, tmp_path: Path) -> Iterator[Site]:
    made = Site(practice_estate, tmp_path / "anytown")
    yield made
    # Where the test failed on its way: leave the shared estate as it was, as well as can be.
    for words in (("cancel", "--yes"), ("rollback",)):
        for move in json.loads(made.must("moves", "--json"))["moves"]:
            if move["phase"] not in ("cancelled", "rolled back"):
                confirm = () if words[0] == "cancel" else (f"--confirm={move['id']}",)
                decant(
                    words[0], move["id"], *words[1:], *confirm, at=made.root, within=practice_estate.command([])
                )


def load(estate: Estate, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "decant", "practice", "load", *words, "--estate", estate.name],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("workload", "stream"), [("db-legacy/postgres/reports", "reports"), ("files-legacy/files/shared", "shared")]
)
def test_killed_at_any_moment_there_and_back_loses_nothing(site: Site, workload: str, stream: str) -> None:
    moments = random.Random(workload)
    server = workload.partition("/")[0]
    site.must("discover", server, "data-target")
    load(site.estate, "start", "--stream", stream, "--fresh")
    identity = f"{stream}_1"
    commands: dict[str, tuple[str, ...]] = {
        "ready": ("move", workload, "--to", "data-target", "--yes", "--confirm", server),
        "soaking": ("cutover", identity, f"--confirm={identity}"),
        "rolled back": ("rollback", identity, f"--confirm={identity}"),
    }
    for phase, words in commands.items():
        for _ in range(3):
            site.killed(moments.uniform(2.0, 12.0), *words)
        if phase == "ready" or site.move()["phase"] != phase:
            site.must(*words)
        assert site.move()["phase"] == phase
        if phase == "ready":
            site.must("approve", identity, "--key", str(site.key), "--as", "bob")
    time.sleep(2)
    load(site.estate, "stop")
    assert json.loads(load(site.estate, "verify", "--json"))["lost"] == 0
    left = json.loads(site.must("moves", "--residue", "--json"))["moves"]
    assert [move["residue"] for move in left] == [[]]
    site.must("evidence", "verify")
