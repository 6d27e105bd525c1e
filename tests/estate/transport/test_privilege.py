"""Becoming root: only by the right that is granted, and no password ahead of sudo's own prompt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from estate.errors import RefusedError, UnreachableError, UsageError
from estate.records.host import Host
from estate.transport.base import Prompts
from estate.transport.local import LocalTransport
from estate.transport.privilege import as_root, rooted
from estate.transport.ssh import SshTransport

from .conftest import Sshd

Ordinary = Callable[[str], Sshd]


def secret(reference: str) -> str:
    return {"file:right": "correct horse", "file:wrong": "battery staple"}[reference]


def test_root_needs_nothing() -> None:
    assert as_root(Host(name="a", address="a"), ["id"]) == ["id"]


def test_sudo_that_was_not_granted_is_refused() -> None:
    with pytest.raises(RefusedError, match="allows ops no sudo"):
        as_root(Host(name="a", address="a", user="ops"), ["id"])


def test_a_password_without_a_reference_is_a_bad_setting() -> None:
    with pytest.raises(UsageError, match="no reference"):
        rooted(LocalTransport(), Host(name="a", address="a", user="ops", sudo="password"))


def test_sudo_without_a_password(ordinary: Ordinary) -> None:
    server = ordinary("tester ALL=(ALL) NOPASSWD: ALL")
    host = server.host(user="tester", sudo="nopasswd")
    transport = SshTransport(host, server.known_hosts)
    assert transport.run(["id", "-un"]).stdout == b"tester\n"
    assert rooted(transport, host).run(["id", "-un"]).stdout == b"root\n"
    assert rooted(transport, host).run(["cat"], stdin=b"\0\xff" * 1000).stdout == b"\0\xff" * 1000
    transport.close()


def test_sudo_that_wants_a_password_after_all_is_said(ordinary: Ordinary) -> None:
    server = ordinary("tester ALL=(ALL) ALL")
    host = server.host(user="tester", sudo="nopasswd")
    transport = SshTransport(host, server.known_hosts)
    with pytest.raises(UnreachableError, match=r"may not become root.*password is required"):
        rooted(transport, host).run(["id"])
    transport.close()


def test_sudo_with_a_password_and_input_of_its_own(ordinary: Ordinary) -> None:
    server = ordinary("tester ALL=(ALL) ALL")
    host = server.host(user="tester", sudo="password", sudo_password="file:right")
    transport = SshTransport(host, server.known_hosts)
    result = rooted(transport, host, secret).run(["sh", "-c", "id -un; cat; echo no >&2; exit 7"], stdin=b"line\n")
    assert (result.status, result.stdout, result.stderr) == (7, b"root\nline\n", b"no\n")
    transport.close()


def test_the_command_never_reads_the_password_where_sudo_does_not_ask(ordinary: Ordinary) -> None:
    server = ordinary("tester ALL=(ALL) NOPASSWD: ALL")
    host = server.host(user="tester", sudo="password", sudo_password="file:right")
    transport = SshTransport(host, server.known_hosts)
    assert rooted(transport, host, secret).run(["cat"], stdin=b"mine").stdout == b"mine"
    assert rooted(transport, host, secret).run(["cat"]).stdout == b""
    transport.close()


def test_a_wrong_password_ends_and_is_not_repeated(ordinary: Ordinary) -> None:
    server = ordinary("tester ALL=(ALL) ALL")
    host = server.host(user="tester", sudo="password", sudo_password="file:wrong")
    transport = SshTransport(host, server.known_hosts)
    with pytest.raises(UnreachableError, match="did not take the password") as caught:
        rooted(transport, host, secret).run(["cat"], stdin=b"x", timeout=15)
    assert "battery" not in str(caught.value)
    transport.close()


def test_a_user_without_the_right_is_said(ordinary: Ordinary) -> None:
    server = ordinary("Defaults insults")
    host = server.host(user="tester", sudo="password", sudo_password="file:right")
    transport = SshTransport(host, server.known_hosts)
    with pytest.raises(UnreachableError, match="did not let the command begin as root"):
        rooted(transport, host, secret).run(["id"])
    transport.close()


def test_an_ordinary_users_command_out_of_time_is_ended_there(ordinary: Ordinary, tmp_path: Path) -> None:
    server = ordinary("")
    transport = SshTransport(server.host(user="tester"), server.known_hosts)
    with pytest.raises(UnreachableError, match=r"within 0\.5 seconds"):
        transport.run(["sh", "-c", "echo $$ > ~/pid; sleep 60; true"], timeout=0.5)
    pid = (tmp_path / "home" / "pid").read_text().strip()
    status = Path(f"/proc/{pid}/status")
    assert not status.exists() or "State:\tZ" in status.read_text()
    transport.close()


def test_a_prompt_that_comes_in_pieces_is_seen() -> None:
    script = (
        'printf "as" >&2; sleep 0.2; printf "k-1" >&2; read answer; printf "rea" >&2; sleep 0.1;'
        'printf "dy-1done" >&2; cat; echo "got $answer"'
    )
    result = LocalTransport().run_prompted(
        ["sh", "-c", script], Prompts(b"ask-1", b"word", b"ready-1"), stdin=b"input\n", timeout=10
    )
    assert (result.stdout, result.stderr) == (b"input\ngot word\n", b"done")


def test_a_command_that_never_begins_is_an_error_with_its_reason() -> None:
    with pytest.raises(UnreachableError, match="not in the file"):
        LocalTransport().run_prompted(
            ["sh", "-c", "echo not in the file >&2; exit 1"], Prompts(b"ask-1", b"word", b"ready-1"), stdin=b"x"
        )
