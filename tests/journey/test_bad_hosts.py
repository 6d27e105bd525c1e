"""Hosts that a person described wrongly, and hosts that do not answer as they should: what the command line says."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from practice import spec
from practice.estate import Estate
from tests.decant.face import decant
from tests.journey.person import one_sentence

HOST = '[[host]]\nname = "db01"\naddress = "10.0.0.12"\n'
HANGS = """
import socket
listener = socket.create_server(("0.0.0.0", 2222))
kept = []
while True:
    stream, _ = listener.accept()
    stream.sendall(b"SSH-2.0-OpenSSH_7.4\\r\\n")
    kept.append(stream)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", "anytown", at=tmp_path).code == 0
    return tmp_path / "anytown"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HOST + 'adress = "x"\n', "host db01: adress is no setting of a host"),
        (HOST + 'password = "hunter2"\n', "host db01: password is not a reference to a secret"),
        (HOST + HOST, "two hosts called db01"),
    ],
)
def test_a_hosts_file_that_is_wrong_is_bad_use_in_one_sentence(workspace: Path, text: str, says: str) -> None:
    (workspace / "hosts.toml").write_text(text)
    said = decant("discover", at=workspace)
    assert said.code == 2
    assert "hunter2" not in said.out + said.err
    assert says in one_sentence(said)
    assert len(said.err.strip().splitlines()) == 1


@pytest.fixture
def hanging(practice_estate: Estate) -> Iterator[int]:
    """A port on the estate's client address that says an SSH banner, then nothing more."""
    process = subprocess.Popen(practice_estate.command([sys.executable, "-c", HANGS]))
    deadline = time.monotonic() + 20
    while not answers(practice_estate, 2222):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield 2222
    process.kill()
    process.wait()


def answers(estate: Estate, port: int) -> bool:
    with estate.entered(), socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((spec.CLIENT_ADDRESS, port)) == 0


def described(name: str, address: str, **changes: object) -> str:
    fields = {"name": name, "address": address, "user": spec.OPERATOR, "sudo": "nopasswd", **changes}
    return "[[host]]\n" + "".join(f"{key} = {value!r}\n".replace("'", '"') for key, value in fields.items())


@pytest.mark.practice
@pytest.mark.slow
def test_hosts_that_do_not_answer_are_listed_with_the_reason_and_the_others_are_read(
    practice_estate: Estate, hanging: int, workspace: Path
) -> None:
    """Each way in which a host is not reached, in one run: it takes no longer than the slowest of them."""
    address = spec.host("db-legacy").address
    good, stranger = f"file:{practice_estate.key}", workspace / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
    (workspace / "hosts.toml").write_text(
        described("db-legacy", address, key=good)
        + described("dead", "10.99.77.77", key=good)
        + described("refused", address, key=good, port=2)
        + described("wrong-user", address, key=good, user="nobody-here")
        + described("wrong-key", address, key=f"file:{stranger}")
        + described("hangs", spec.CLIENT_ADDRESS, key=good, port=hanging)
    )
    known = practice_estate.known_hosts.read_text()
    (workspace / ".decant" / "known_hosts").write_text(known)
    inside = practice_estate.command([])

    begun = time.monotonic()
    said = decant("discover", "--json", at=workspace, within=inside)
    assert time.monotonic() - begun < 60
    assert said.code == 3, said.err
    assert "Traceback" not in said.err
    assert [server["id"] for server in said.json["servers"]] == ["db-legacy"]
    reasons = {one["server"]: one["reason"] for one in said.json["unreached"]}
    assert {name: part for name, part in EXPECTED.items() if part not in reasons[name]} == {}, reasons
    assert set(reasons) == set(EXPECTED)
    listed = decant("estate", "list", "--json", at=workspace).json
    assert {one["server"] for one in listed["unreached"]} == set(EXPECTED)
    shown = decant("discover", "db-legacy", "refused", at=workspace, within=inside)
    assert shown.code == 3
    assert "1 of 2 servers read" in shown.out
    assert "refused the connection" in shown.out


EXPECTED = {
    "dead": "10.99.77.77",
    "refused": "refused the connection",
    "wrong-user": "nobody-here",
    "wrong-key": "stranger",
    "hangs": "began to speak and then hung",
}


@pytest.mark.practice
def test_another_host_key_than_the_accepted_one_is_refused_while_the_others_are_read(
    practice_estate: Estate, workspace: Path
) -> None:
    (workspace / "hosts.toml").write_text(practice_estate.hosts_toml())
    keys = dict(line.split(" ", 1) for line in practice_estate.known_hosts.read_text().splitlines())
    db, web = spec.host("db-legacy").address, spec.host("web-legacy").address
    other = next(key for names, key in keys.items() if web in names.split(","))
    mine = "".join(f"{names} {other if db in names.split(',') else key}\n" for names, key in keys.items())
    (workspace / ".decant" / "known_hosts").write_text(mine)
    said = decant(
        "discover", "db-legacy", "files-legacy", "--json", at=workspace, within=practice_estate.command([])
    )
    assert said.code == 4, said.err
    assert [server["id"] for server in said.json["servers"]] == ["files-legacy"]
    [unreached] = said.json["unreached"]
    assert unreached["server"] == "db-legacy"
    assert "another host key" in unreached["reason"]
    assert os.linesep not in unreached["reason"]
