"""One connection and its commands against a real sshd: what they share, how they end, and what a cut one costs."""

import contextlib
import hashlib
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko
import pytest
from paramiko.common import MSG_CHANNEL_CLOSE, MSG_CHANNEL_EOF, cMSG_CHANNEL_EOF

from estate.errors import OutOfTimeError, UnreachableError
from estate.records.host import Host
from estate.transport.connection import Connection
from estate.transport.handshake import handshake, open_stream
from estate.transport.ssh import SshTransport, Timeouts

from .conftest import Sshd, StartSshd


@pytest.mark.parametrize(
    ("allowed", "agreed"),
    [("aes256-ctr,aes128-gcm@openssh.com", "aes128-gcm@openssh.com"), ("aes256-ctr,aes128-ctr", "aes128-ctr")],
)
def test_what_openssl_checks_itself_is_asked_for_first(start_sshd: StartSshd, allowed: str, agreed: str) -> None:
    host = start_sshd(extra=f"Ciphers {allowed}").host()
    connection = handshake(host, open_stream(host, 5), ["ssh-ed25519"], 5)
    try:
        assert connection.remote_cipher == agreed
    finally:
        connection.close()


def test_many_threads_share_one_connection(sshd: Sshd) -> None:
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    with ThreadPoolExecutor(24) as pool:
        answers = list(
            pool.map(lambda n: transport.run(["sh", "-c", f"sleep 0.05; echo {n} $PPID"]).text, range(60))
        )
    transport.close()
    assert [int(answer.split()[0]) for answer in answers] == list(range(60))
    peers = {transport.run(["sh", "-c", "echo $SSH_CONNECTION"]).text for _ in range(3)}
    transport.close()
    assert len(peers) == 1


def test_input_that_ends_after_its_command_did_costs_the_connection_nothing(
    alpha: SshTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OpenSSH drops a connection on which the end of input comes for a channel that both sides have closed.
    send = vars(paramiko.Transport)["_send_user_message"]

    def late(self: paramiko.Transport, message: paramiko.Message) -> None:
        if message.asbytes()[:1] == cMSG_CHANNEL_EOF:
            time.sleep(0.5)
        send(self, message)

    monkeypatch.setattr(paramiko.Transport, "_send_user_message", late)
    alpha.connect()
    connection = alpha._connection
    assert alpha.run(["true"], stdin=b"never read").status == 0
    time.sleep(1)
    assert alpha.run(["true"]).status == 0
    assert connection is not None
    assert alpha._connection is connection
    assert connection.is_active()


def test_channels_are_given_back_however_their_commands_end(sshd: Sshd) -> None:
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    for _ in range(8):
        with pytest.raises(OutOfTimeError):
            transport.run(["sleep", "100"], timeout=0.3)
        assert transport.run(["true"], stdin=b"x" * 4_000_000).status == 0
        assert transport.run(["sh", "-c", "exec >&- 2>&-; sleep 0.1"]).status == 0
    connection = transport._connection
    assert connection is not None
    assert not connection.commands
    transport.close()


def test_a_server_that_allows_few_sessions_refuses_many_at_once_and_all_get_their_turn(
    start_sshd: StartSshd,
) -> None:
    sshd = start_sshd(extra="MaxSessions 1")
    transport = SshTransport(sshd.host(), sshd.known_hosts, timeouts=Timeouts(channel=60))
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(transport.run, ["true"]) for _ in range(80)]
    transport.close()
    assert [one.result().status for one in done] == [0] * 80


def test_a_session_that_comes_when_nobody_waits_for_it_is_given_back(start_sshd: StartSshd) -> None:
    sshd = start_sshd(extra="MaxSessions 1")
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    transport.connect()
    connection = transport._connection
    serving = _below(sshd.process.pid)
    assert serving
    _send(signal.SIGSTOP, serving)
    with pytest.raises(UnreachableError, match="Timeout opening channel"):
        transport.run(["true"], timeout=0.2)
    _send(signal.SIGCONT, serving)
    assert transport.run(["echo", "again"]).stdout == b"again\n"
    assert transport._connection is connection
    transport.close()


def test_a_handshake_that_fails_leaves_no_thread_behind(sshd: Sshd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet_and_go() -> None:
            caller, _ = server.accept()
            caller.sendall(b"SSH-2.0-gone\r\n")
            caller.close()

        greeter = threading.Thread(target=greet_and_go)
        greeter.start()
        before = set(threading.enumerate()) - {greeter}
        host = Host(name="gone", address="127.0.0.1", port=server.getsockname()[1], user="x")
        with pytest.raises(UnreachableError, match="does not speak SSH as it should"):
            handshake(host, open_stream(host, 5), [], 3600)
        greeter.join()
    left = set(threading.enumerate()) - before
    for one in left:
        one.join(30)
    assert not [one for one in left if one.is_alive()]


def _below(process: int) -> list[int]:
    """All processes that this one began, and that those began."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [one for child in map(int, children) for one in (child, *_below(child))]


def test_a_connection_cut_while_idle_is_made_again(sshd: Sshd) -> None:
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    assert transport.run(["true"]).ok
    transport._connection.sock.shutdown(socket.SHUT_RDWR)
    assert transport.run(["echo", "again"]).stdout == b"again\n"
    transport.close()


def test_a_connection_cut_under_a_command_is_an_error_and_not_a_result(
    alpha: SshTransport, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"

    def cut() -> None:
        while not begun.exists():
            time.sleep(0.01)
        alpha._connection.sock.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=cut, daemon=True).start()
    with pytest.raises(UnreachableError, match="broke while sh ran"):
        alpha.run(["sh", "-c", f"touch {begun}; exec sleep 20"], timeout=15)


def test_output_is_no_result_where_the_connection_is_cut_behind_the_exit_status(
    alpha: SshTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server may tell the status before the last of the output.
    def nothing(channel: paramiko.Channel, message: paramiko.Message) -> None:
        pass

    def cut(channel: paramiko.Channel, message: paramiko.Message) -> None:
        channel.transport.sock.close()

    monkeypatch.setitem(Connection._channel_handler_table, MSG_CHANNEL_EOF, nothing)
    monkeypatch.setitem(Connection._channel_handler_table, MSG_CHANNEL_CLOSE, cut)
    with pytest.raises(UnreachableError, match="broke while echo ran"):
        alpha.run(["echo", "half of it"])


@pytest.mark.parametrize("fault", [EOFError(), paramiko.SSHException("Key-exchange timed out")])
@pytest.mark.parametrize("stdin", [None, b"x"])
def test_a_connection_that_is_cut_while_input_ends_raises_no_fault_of_paramikos(
    alpha: SshTransport, monkeypatch: pytest.MonkeyPatch, stdin: bytes | None, fault: Exception
) -> None:
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    alpha.connect()
    send = vars(paramiko.Transport)["_send_user_message"]

    def cut(self: paramiko.Transport, message: paramiko.Message) -> None:
        if message.asbytes()[:1] == cMSG_CHANNEL_EOF:
            raise fault
        send(self, message)

    monkeypatch.setattr(paramiko.Transport, "_send_user_message", cut)
    assert alpha.run(["true"], stdin=stdin).status == 0
    assert raised == []


def test_closing_leaves_no_thread_and_no_socket(sshd: Sshd) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    transport = SshTransport(sshd.host(), sshd.known_hosts)
    assert hashlib.sha256(transport.run(["echo"]).stdout).digest()
    transport.close()
    for _ in range(100):
        if len(list(Path("/proc/self/fd").iterdir())) <= before:
            break
        time.sleep(0.02)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def _send(what: signal.Signals, processes: list[int]) -> None:
    """Send it to those that are still there: the process that served the sign-in ends when it is over."""
    for one in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, what)
