"""Observing servers: a real sshd on loopback, looked at again and again."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from estate.ledger import Ledger
from estate.observed import Observed
from estate.paths import Workspace
from estate.records.usage import Usage
from estate.store import Store
from tests.decant.face import Said, decant
from tests.decant.published import held
from tests.estate.transport.conftest import Sshd, StartSshd, free_port, start_sshd

__all__ = ["start_sshd"]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Council:
    root: Path
    server: Sshd

    @property
    def store(self) -> Store:
        return Store.of(Workspace(self.root))

    @property
    def observed(self) -> Observed:
        return Observed(self.store.database)

    def write_hosts(self, *more: str) -> None:
        host = self.server.host()
        table = f'[[host]]\nname = "alpha"\naddress = "127.0.0.1"\nport = {host.port}\nuser = "{host.user}"\n'
        table += f'key = "{host.key}"\n'
        (self.root / "hosts.toml").write_text("\n".join([table, *more]))

    def said(self, *words: str) -> Said:
        return decant(*words, at=self.root)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start an observer and leave it at work."""
        return subprocess.Popen(
            [sys.executable, "-m", "decant", "observe", *words],
            cwd=self.root,
            env={**os.environ, "HOME": str(self.root)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_rounds(self, number: int) -> None:
        for _ in range(300):
            if (watch := self.observed.watches().get("alpha")) and watch.rounds >= number:
                return
            time.sleep(0.1)
        pytest.fail(f"{number} rounds did not come")


@pytest.fixture
def council(start_sshd: StartSshd, tmp_path: Path) -> Council:
    root = tmp_path / "anytown"
    assert decant("init", str(root), at=tmp_path).code == 0
    server = start_sshd()
    made = Council(root, server)
    made.write_hosts()
    (root / ".decant" / "known_hosts").write_bytes(server.known_hosts.read_bytes())
    return made


def test_a_server_is_looked_at_in_rounds_and_what_it_uses_is_known(council: Council) -> None:
    said = council.said("observe", "--every", "1s", "--for", "3s", "--json")
    assert said.code == 0, said.err
    found = held(said.json, "observe")
    assert (found["rounds"] + found["skipped"], found["of_rounds"], found["stopped"]) == (4, 4, False)
    (server,) = found["servers"]
    assert server["rounds"] + server["missed"] == found["rounds"]
    (usage,) = found["usage"]
    assert usage["samples"] == len(council.observed.samples("alpha"))
    assert usage["hours"] > 0
    assert 0 <= usage["cpu_percent"]["p50"] <= usage["cpu_percent"]["p95"] <= usage["cpu_percent"]["max"] <= 100
    assert usage["memory_bytes"]["p50"] > 0
    assert "observe: 4 of 4 rounds" in said.err
    assert "1 of 1 servers" in said.err
    assert [one.server for one in council.store.all(Usage)] == ["alpha"]


def test_the_ledger_has_the_beginning_and_the_outcome_of_a_run(council: Council) -> None:
    assert council.said("observe", "--every", "1s", "--for", "1s").code == 0
    (begun,) = Ledger(council.store, Workspace(council.root)).entries("observe.begun")
    assert begun.payload == {"every_seconds": 1.0, "rounds": 2}
    (entry,) = Ledger(council.store, Workspace(council.root)).entries("observe")
    assert list(entry.subjects) == ["alpha"]
    payload = entry.payload
    assert payload["hosts"]["alpha"].endswith(f"of {payload['rounds']} rounds")
    assert payload["stopped"] is False


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_stopping_keeps_what_was_seen_and_another_run_goes_on(council: Council, kind: signal.Signals) -> None:
    observer = council.start("--every", "1s", "--for", "1h", "--json")
    council.wait_for_rounds(3)
    observer.send_signal(kind)
    out, err = observer.communicate(timeout=30)
    assert observer.returncode == 130, err
    found = held(json.loads(out), "observe")
    assert found["stopped"] is True
    assert "again to go on" in err
    assert found["usage"][0]["samples"] >= 2
    rounds = council.observed.watches()["alpha"].rounds
    more = council.said("observe", "--every", "1s", "--for", "1s", "--json").json["servers"][0]["rounds"]
    assert council.observed.watches()["alpha"].rounds == rounds + more


def test_a_killed_observer_loses_nothing_already_seen(council: Council) -> None:
    observer = council.start("--every", "1s", "--for", "1h")
    council.wait_for_rounds(3)
    observer.kill()
    observer.communicate(timeout=30)
    watch = council.observed.watches()["alpha"]
    assert watch.rounds >= 3
    kept = council.observed.samples("alpha")
    assert len(kept) >= 2
    assert council.store.all(Usage) == []
    found = council.said("observe", "--every", "1s", "--for", "1s", "--json").json
    assert found["usage"][0]["samples"] == len(council.observed.samples("alpha")) >= len(kept)


def test_two_observers_at_once_do_no_harm(council: Council) -> None:
    both = [council.start("--every", "1s", "--for", "4s", "--json") for _ in range(2)]
    rounds = []
    for one in both:
        out, err = one.communicate(timeout=60)
        assert one.returncode == 0, err
        rounds.append(json.loads(out)["servers"][0]["rounds"])
    assert min(rounds) > 1
    assert council.observed.watches()["alpha"].rounds == sum(rounds)
    # Each needs two looks for its first sample, and none is lost or kept twice.
    assert 2 <= len(council.observed.samples("alpha")) <= sum(rounds) - 2
    assert council.said("evidence", "verify").code == 0


def test_a_server_that_is_away_costs_the_others_nothing_and_is_said(council: Council) -> None:
    council.write_hosts(f'[[host]]\nname = "beta"\naddress = "127.0.0.1"\nport = {free_port()}\nuser = "ops"\n')
    said = council.said("observe", "--every", "1s", "--for", "3s", "--json")
    assert said.code == 3
    by_name = {one["server"]: one for one in said.json["servers"]}
    assert by_name["alpha"]["rounds"] > 1
    assert (by_name["beta"]["rounds"], by_name["beta"]["missed"]) == (0, said.json["rounds"])
    assert by_name["beta"]["away"]
    assert "away: beta" in said.err
    assert council.said("observe", "beta", "--every", "1s", "--for", "1s").err.count("beta was away") == 1


def test_a_connection_that_is_cut_is_made_anew(council: Council) -> None:
    observer = council.start("--every", "1s", "--for", "8s", "--json")
    council.wait_for_rounds(2)
    # The sessions of this sshd, which are its children.
    children = (
        Path(f"/proc/{council.server.process.pid}/task/{council.server.process.pid}/children").read_text().split()
    )
    assert children
    for one in children:
        os.kill(int(one), signal.SIGKILL)
    out, err = observer.communicate(timeout=60)
    assert observer.returncode == 0, err
    (server,) = json.loads(out)["servers"]
    assert server["rounds"] > 2
    assert server["away"] == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--every", "5"), "no length of time"),
        (("--every", "0s"), "no length of time"),
        (("--for", "400d"), "no length of time"),
        (("--for", "٣h"), "no length of time"),
        (("--every", "1h", "--for", "5m"), "does not fit"),
        (("nobody",), "nobody"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_read(
    council: Council, words: tuple[str, ...], told: str
) -> None:
    said = council.said("observe", *words)
    assert said.code == 2
    assert told in said.err
    assert council.observed.watches() == {}
