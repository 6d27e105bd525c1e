"""SSH against a real sshd: what comes back, what is refused, and that everything ends in time."""

import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from estate.errors import HostKeyError, UnreachableError, UsageError
from estate.records.host import Host
from estate.transport.connect import connect
from estate.transport.ssh import SshTransport, Timeouts

from .conftest import Sshd, StartSshd, free_port, keygen

QUICK = Timeouts(connect=2, handshake=2, login=2, channel=2)


def test_a_command_brings_its_whole_result_back(alpha: SshTransport) -> None:
    result = alpha.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (result.status, result.stdout, result.stderr) == (3, b"out\n", b"err\n")
    assert not result.truncated
    assert result.seconds > 0


def test_arguments_arrive_as_they_are(alpha: SshTransport) -> None:
    argv = ["a b", "$HOME", "it's", "*", "new\nline", "", "ü", "`id`"]
    assert alpha.run(["printf", r"%s\0", *argv]).stdout.split(b"\0")[:-1] == [a.encode() for a in argv]


def test_every_byte_goes_in_and_comes_out(alpha: SshTransport) -> None:
    data = bytes(range(256)) * 40_000
    result = alpha.run(["cat"], stdin=data)
    assert result.stdout == data


def test_both_outputs_at_once_do_not_block(alpha: SshTransport) -> None:
    script = "head -c 8388608 /dev/zero & head -c 8388608 /dev/zero >&2; wait"
    result = alpha.run(["sh", "-c", script])
    assert (len(result.stdout), len(result.stderr)) == (8 << 20, 8 << 20)


def test_output_past_the_limit_is_cut_and_said(alpha: SshTransport) -> None:
    result = alpha.run(["sh", "-c", "head -c 5000000 /dev/zero; exit 4"], limit=1000)
    assert (result.status, len(result.stdout), result.truncated) == (4, 1000, True)


def test_a_command_that_never_reads_its_input_still_ends(alpha: SshTransport) -> None:
    assert alpha.run(["true"], stdin=b"x" * 5_000_000).ok


def test_the_signal_that_ended_a_command_shows(alpha: SshTransport) -> None:
    assert alpha.run(["sh", "-c", "kill -9 $$"]).status == 137


def test_a_command_out_of_time_is_an_error_and_ends_near_its_limit(alpha: SshTransport) -> None:
    start = time.monotonic()
    with pytest.raises(UnreachableError, match=r"did not finish sleep within 0\.5 seconds"):
        alpha.run(["sleep", "4"], timeout=0.5)
    assert time.monotonic() - start < 4


def refused(host: Host, known_hosts: Path) -> UnreachableError:
    transport = SshTransport(host, known_hosts, timeouts=QUICK)
    with pytest.raises(UnreachableError) as caught:
        transport.run(["true"], timeout=8)
    transport.close()
    assert caught.value.remedy
    return caught.value


def test_a_refused_connection_says_so(sshd: Sshd) -> None:
    assert "refused the connection" in refused(sshd.host(port=free_port()), sshd.known_hosts).what


def test_a_name_that_does_not_resolve_says_so(sshd: Sshd) -> None:
    error = refused(sshd.host(address="no-such-host.invalid"), sshd.known_hosts)
    assert "no-such-host.invalid cannot be resolved" in error.what


def test_a_wrong_key_names_the_user_and_the_key(sshd: Sshd) -> None:
    other = keygen(sshd.folder / "other")
    error = refused(sshd.host(key=f"file:{other}"), sshd.known_hosts)
    assert "did not let" in error.what
    assert str(other) in error.what


def test_a_wrong_user_is_refused(sshd: Sshd) -> None:
    assert "did not let nobody-here in" in refused(sshd.host(user="nobody-here"), sshd.known_hosts).what


def test_a_key_open_to_others_is_refused_before_it_is_used(sshd: Sshd) -> None:
    sshd.key.chmod(0o644)
    with pytest.raises(UsageError, match="open to others"):
        SshTransport(sshd.host(), sshd.known_hosts).run(["true"])


def test_a_key_with_a_passphrase_points_to_the_agent(sshd: Sshd) -> None:
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "long enough", "-f", str(sshd.key)], check=True)
    with pytest.raises(UsageError, match="passphrase") as caught:
        SshTransport(sshd.host(), sshd.known_hosts).run(["true"])
    assert "ssh-add" in caught.value.remedy


def test_the_agents_key_is_used_where_none_is_named(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    where = sshd.folder / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(where)], stdout=subprocess.DEVNULL)
    try:
        while not where.exists():
            time.sleep(0.01)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(where))
        subprocess.run(["ssh-add", "-q", str(sshd.key)], check=True)
        transport = SshTransport(sshd.host(key=None), sshd.known_hosts)
        assert transport.run(["true"]).ok
        transport.close()
    finally:
        agent.terminate()
        agent.wait()


def test_without_key_and_agent_it_says_what_to_do(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert "ssh-add" in refused(sshd.host(key=None), sshd.known_hosts).remedy


def test_an_unknown_host_key_shows_its_fingerprint_and_is_not_added(start_sshd: StartSshd) -> None:
    server = start_sshd(accepted=False)
    error = refused(server.host("archive"), server.known_hosts)
    line = subprocess.run(
        ["ssh-keygen", "-lf", str(server.host_key)], capture_output=True, text=True, check=True
    ).stdout
    assert isinstance(error, HostKeyError)
    assert error.exit_code == 4
    assert line.split()[1] in error.what
    assert "decant hosts trust archive" in error.remedy
    assert not server.known_hosts.exists()


def test_another_host_key_than_the_accepted_one_is_refused(sshd: Sshd, start_sshd: StartSshd) -> None:
    impostor = start_sshd("impostor", accepted=False)
    text = sshd.known_hosts.read_text()
    sshd.known_hosts.write_text(text.replace(f":{sshd.port}", f":{impostor.port}"))
    error = refused(impostor.host(key=f"file:{sshd.key}"), sshd.known_hosts)
    assert isinstance(error, HostKeyError)
    assert "another host key" in error.what
    assert error.what.count("SHA256:") == 2


class Hanging:
    """A TCP server that says `banner`, then nothing more."""

    def __init__(self, banner: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._kept: list[socket.socket] = []
        self._banner = banner
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            stream.sendall(self._banner)
            self._kept.append(stream)

    def close(self) -> None:
        self._listener.close()
        for stream in self._kept:
            stream.close()


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-OpenSSH_7.4\r\n", b"SSH-2.0-x\r\n\0\0\1\0"])
def test_a_host_that_hangs_ends_within_its_time(sshd: Sshd, banner: bytes) -> None:
    server = Hanging(banner)
    start = time.monotonic()
    error = refused(sshd.host(port=server.port), sshd.known_hosts)
    assert time.monotonic() - start < 4
    assert any(words in error.what for words in ("hung", "said nothing", "does not speak SSH"))
    server.close()


def test_a_commands_own_time_limit_bounds_the_connection_too(sshd: Sshd) -> None:
    server = Hanging(b"SSH-2.0-OpenSSH_7.4\r\n")
    transport = SshTransport(sshd.host(port=server.port), sshd.known_hosts)
    start = time.monotonic()
    with pytest.raises(UnreachableError):
        transport.run(["true"], timeout=1)
    assert time.monotonic() - start < 2
    server.close()


def test_what_is_no_ssh_at_all_is_said(sshd: Sshd) -> None:
    server = Hanging(b"HTTP/1.1 400 Bad Request\r\n" * 200)
    assert "does not speak SSH" in refused(sshd.host(port=server.port), sshd.known_hosts).what
    server.close()


def test_a_host_behind_a_jump_host_is_reached_through_it(start_sshd: StartSshd) -> None:
    gate, inner = start_sshd("gate"), start_sshd("inner")
    hosts = {
        "gate": gate.host("gate"),
        "inner": inner.host("inner", jump="gate"),
        "two": inner.host("two", jump="gate"),
    }
    first = connect(hosts["inner"], hosts, gate.known_hosts)
    second = connect(hosts["two"], hosts, gate.known_hosts)
    assert first.run(["echo", "in"]).stdout == b"in\n"
    assert second.run(["cat"], stdin=b"x" * 3_000_000).stdout == b"x" * 3_000_000
    first.close()
    assert second.run(["echo", "still"]).stdout == b"still\n"
    second.close()


def test_two_hosts_share_one_connection_to_their_jump_host(start_sshd: StartSshd) -> None:
    gate, inner = start_sshd("gate"), start_sshd("inner")
    hosts = {
        "gate": gate.host("gate"),
        "inner": inner.host("inner", jump="gate"),
        "two": inner.host("two", jump="gate"),
    }
    both = [connect(hosts[name], hosts, gate.known_hosts) for name in ("inner", "two")]
    for transport in both:
        assert transport.run(["true"]).ok
    assert both[0]._via is both[1]._via
    for transport in both:
        transport.close()
    assert both[0]._via._connection is None


def test_the_jump_hosts_key_is_checked_as_strictly(start_sshd: StartSshd) -> None:
    gate, inner = start_sshd("gate", accepted=False), start_sshd("inner")
    hosts = {"gate": gate.host("gate"), "inner": inner.host("inner", jump="gate")}
    with pytest.raises(HostKeyError, match="gate"):
        connect(hosts["inner"], hosts, gate.known_hosts).run(["true"])


def test_a_jump_host_that_cannot_reach_on_says_so(sshd: Sshd) -> None:
    hosts = {"gate": sshd.host("gate"), "inner": sshd.host("inner", port=free_port(), jump="gate")}
    with pytest.raises(UnreachableError, match="jump host gate cannot reach"):
        connect(hosts["inner"], hosts, sshd.known_hosts).run(["true"])


def test_jump_hosts_in_a_circle_or_missing_are_bad_settings(sshd: Sshd) -> None:
    a, b = sshd.host("a", jump="b"), sshd.host("b", jump="a")
    with pytest.raises(UsageError, match="circle"):
        connect(a, {"a": a, "b": b}, sshd.known_hosts)
    with pytest.raises(UsageError, match="not in the hosts file"):
        connect(a, {"a": a}, sshd.known_hosts)
