"""Ways to servers that fail: jump hosts, and servers too old to agree with. Each is said, and costs the others nothing."""

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from estate.records.facts.os import Os
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.transport.connect import connect
from inventory.collect import Collected
from inventory.discover import discover
from tests.estate.transport.conftest import Sshd, StartSshd, free_port, start_sshd

__all__ = ["start_sshd"]

OLD = {
    "a key exchange of 1998": "KexAlgorithms diffie-hellman-group1-sha1",
    "a key exchange with SHA-1": "KexAlgorithms diffie-hellman-group14-sha1",
    "a host key that is signed with SHA-1": "HostKeyAlgorithms ssh-rsa",
    "all of it": "KexAlgorithms diffie-hellman-group1-sha1\nHostKeyAlgorithms ssh-rsa\nCiphers 3des-cbc\nMACs hmac-sha1",
}


def read(hosts: dict[str, Host], known_hosts: Path, gates: dict[str, Host] | None = None) -> dict[str, Collected]:
    """One discovery of all of them, tier 1, by name."""
    way = partial(connect, hosts=hosts | (gates or {}), known_hosts=known_hosts)
    return {one.server.id: one for one in discover(list(hosts.values()), way, timeout=20, tier=1)}


def failing_gates(gate: Sshd, ended: Sshd, shut: Sshd) -> dict[str, Host]:
    """Jump hosts, each with its own fault; and one that is none."""
    return {
        "gate": gate.host("gate"),
        "refuses": gate.host("refuses", port=free_port()),
        "stranger": gate.host("stranger", user="nobody-here"),
        "unresolved": gate.host("unresolved", address="no-such-host.invalid"),
        "ended": ended.host("ended"),
        "shut": shut.host("shut"),
    }


def test_behind_a_jump_host_that_fails_nothing_is_reached_and_it_is_said_which(start_sshd: StartSshd) -> None:
    gate, ended = start_sshd("gate"), start_sshd("ended")
    shut, inner = start_sshd("shut", extra="AllowTcpForwarding no"), start_sshd("inner")
    ended.stop()
    gates = failing_gates(gate, ended, shut)
    hosts = {f"behind-{name}": inner.host(f"behind-{name}", jump=name) for name in gates}
    hosts["alone"] = inner.host("alone")
    begun = time.monotonic()
    found = read(hosts, gate.known_hosts, gates)
    assert time.monotonic() - begun < 90
    assert found["alone"].server.reached
    assert found["behind-gate"].server.reached
    for name in set(gates) - {"gate"}:
        behind = found[f"behind-{name}"]
        assert not behind.server.reached, name
        assert name in behind.server.unreached_reason, (name, behind.server.unreached_reason)
        assert behind.exit_code == 3, name
        assert behind.observations == ()


def test_a_jump_host_that_dies_under_way_leaves_what_was_said_unread_and_nothing_hanging(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    gate = start_sshd("gate")
    wrapper = tmp_path / "slow"
    wrapper.write_text(f"#!/bin/sh\ntouch {tmp_path}/here\nsleep 3\nexec sh\n")
    wrapper.chmod(0o755)
    inner = start_sshd("inner", extra=f"ForceCommand {wrapper}")
    hosts = {"inner": inner.host("inner", jump="gate")}
    every = hosts | {"gate": gate.host("gate")}
    begun = time.monotonic()

    def end() -> None:
        while not (tmp_path / "here").exists() and time.monotonic() - begun < 20:
            time.sleep(0.05)
        # What holds the connections, as where the machine dies.
        for pid in _below(gate.process.pid):
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=end)
    killer.start()
    way = partial(connect, hosts=every, known_hosts=gate.known_hosts)
    [found] = discover(list(hosts.values()), way, timeout=30, tier=1)
    killer.join()
    assert (tmp_path / "here").exists()
    assert time.monotonic() - begun < 60
    assert not found.server.reached
    assert found.exit_code == 3
    assert found.server.unreached_reason


def _below(pid: int) -> list[int]:
    """A process's descendants."""
    out = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        out += [int(child), *_below(int(child))]
    return out


@pytest.mark.parametrize("setting", OLD.values(), ids=list(OLD))
def test_a_server_that_is_too_old_is_said_to_be_and_is_read_by_the_systems_client(
    start_sshd: StartSshd, setting: str
) -> None:
    """Nothing weak is offered to a host of which nobody said that it needs it."""
    server = start_sshd(extra=setting, kind="rsa")
    plain, legacy = server.host("plain"), server.host("legacy", legacy_ssh=True)
    found = read({"plain": plain, "legacy": legacy}, server.known_hosts)
    old = found["plain"].server
    assert not old.reached
    assert "too old" in old.unreached_reason
    assert "legacy_ssh = true" in old.unreached_reason
    assert found["plain"].exit_code == 3
    system = next(seen for seen in found["legacy"].observations if seen.fact == "os")
    assert found["legacy"].server.reached
    assert found["legacy"].server.legacy_ssh
    assert system.outcome is Outcome.KNOWN
    assert system.as_(Os) is not None
