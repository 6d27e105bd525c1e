"""The system's own client, against a real sshd."""

import shutil
from pathlib import Path

import pytest

from estate.errors import HostKeyError, UnreachableError, UsageError
from estate.transport.connect import connect
from estate.transport.openssh import OpenSshTransport

from .conftest import Sshd, StartSshd, free_port, keygen

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="needs openssh-client")


def test_it_runs_commands_over_one_kept_connection_and_leaves_nothing(sshd: Sshd) -> None:
    transport = connect(sshd.host(legacy_ssh=True), {}, sshd.known_hosts)
    assert isinstance(transport, OpenSshTransport)
    first = transport.run(["sh", "-c", "echo $SSH_CONNECTION; cat; exit 3"], stdin=b"\0\xff")
    second = transport.run(["sh", "-c", "echo $SSH_CONNECTION"])
    assert first.status == 3
    assert first.stdout.endswith(b"\0\xff")
    assert first.stdout.splitlines()[0] == second.stdout.splitlines()[0]
    folder = transport._sockets
    transport.close()
    assert folder is not None
    assert not folder.exists()


def test_arguments_arrive_as_they_are(sshd: Sshd) -> None:
    transport = OpenSshTransport(sshd.host(legacy_ssh=True), (), sshd.known_hosts)
    argv = ["a b", "$HOME", "it's", "new\nline", "", "%h"]
    assert transport.run(["printf", r"%s\0", *argv]).stdout.split(b"\0")[:-1] == [a.encode() for a in argv]
    transport.close()


def test_it_goes_through_two_jump_hosts(start_sshd: StartSshd) -> None:
    gate, inner = start_sshd("gate"), start_sshd("inner")
    hosts = {
        "gate": gate.host("gate"),
        "middle": gate.host("middle", jump="gate"),
        "inner": inner.host("inner", jump="middle", legacy_ssh=True),
    }
    transport = connect(hosts["inner"], hosts, gate.known_hosts)
    assert transport.run(["echo", "in"]).stdout == b"in\n"
    transport.close()


def test_an_unknown_host_key_is_refused_and_not_added(start_sshd: StartSshd) -> None:
    server = start_sshd(accepted=False)
    transport = OpenSshTransport(server.host(legacy_ssh=True), (), server.known_hosts)
    with pytest.raises(HostKeyError, match="never accepted") as caught:
        transport.run(["true"])
    assert "decant hosts trust alpha" in caught.value.remedy
    assert not server.known_hosts.exists()
    transport.close()


def test_a_changed_host_key_is_refused(sshd: Sshd, start_sshd: StartSshd) -> None:
    impostor = start_sshd("impostor", accepted=False)
    sshd.known_hosts.write_text(sshd.known_hosts.read_text().replace(f":{sshd.port}", f":{impostor.port}"))
    with pytest.raises(HostKeyError, match="another host key"):
        OpenSshTransport(impostor.host(legacy_ssh=True), (), sshd.known_hosts).run(["true"])


def test_the_usual_faults_are_named(sshd: Sshd) -> None:
    def fault(**changes: object) -> str:
        transport = OpenSshTransport(sshd.host(legacy_ssh=True, **changes), (), sshd.known_hosts)
        with pytest.raises(UnreachableError) as caught:
            transport.run(["true"])
        transport.close()
        return caught.value.what

    other = keygen(sshd.folder / "other")
    assert "refused the connection" in fault(port=free_port())
    assert "cannot be resolved" in fault(address="no-such-host.invalid")
    assert "did not let" in fault(key=f"file:{other}")


def test_a_login_password_is_refused_before_anything_is_tried(tmp_path: Path, sshd: Sshd) -> None:
    with pytest.raises(UsageError, match="password"):
        OpenSshTransport(sshd.host(legacy_ssh=True, password="env:X"), (), tmp_path / "known_hosts")


def test_behind_a_legacy_jump_host_everything_is_legacy(sshd: Sshd) -> None:
    hosts = {"old": sshd.host("old", legacy_ssh=True), "inner": sshd.host("inner", jump="old")}
    with pytest.raises(UsageError, match="legacy_ssh"):
        connect(hosts["inner"], hosts, sshd.known_hosts)
