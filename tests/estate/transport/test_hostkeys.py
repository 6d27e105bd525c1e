"""Host keys: shown, accepted one by one, replaced whole."""

from pathlib import Path

import pytest

from estate.errors import UsageError
from estate.records.host import Host
from estate.transport.handshake import open_stream
from estate.transport.hostkeys import HostKey, known, scan, trust

from .conftest import Sshd, StartSshd, keygen, public


def test_a_scan_shows_every_key_and_accepts_none(start_sshd: StartSshd, tmp_path: Path) -> None:
    rsa = keygen(tmp_path / "rsa", "rsa")
    server = start_sshd(extra=f"HostKey {rsa}", accepted=False)
    host = server.host()
    assert {*scan(host, lambda: open_stream(host, 5))} == {public(server.host_key), public(rsa)}
    assert not server.known_hosts.exists()


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(sshd: Sshd) -> None:
    assert known(sshd.known_hosts, sshd.host()) == (public(sshd.host_key),)


def test_trusting_replaces_this_hosts_keys_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    one, two = Host(name="one", address="10.0.0.1"), Host(name="two", address="10.0.0.1", port=2222)
    first, second = public(keygen(tmp_path / "a")), public(keygen(tmp_path / "b"))
    trust(path, one, (first,))
    trust(path, two, (first,))
    trust(path, one, (second,))
    assert known(path, one) == (second,)
    assert known(path, two) == (first,)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_names_several_hosts_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    key, new = public(keygen(tmp_path / "a")), public(keygen(tmp_path / "b"))
    path.write_text(f"# kept\n10.0.0.1,10.0.0.2 {key.kind} {key.base64}\n")
    trust(path, Host(name="one", address="10.0.0.1"), (new,))
    assert known(path, Host(name="two", address="10.0.0.2")) == (key,)
    assert known(path, Host(name="one", address="10.0.0.1")) == (new,)
    assert path.read_text().startswith("# kept\n")


def test_a_marker_is_not_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text("@revoked 10.0.0.1 ssh-ed25519 AAAA\n")
    with pytest.raises(UsageError, match=r"line 1 of .* is a marker"):
        known(path, Host(name="one", address="10.0.0.1"))


@pytest.mark.parametrize("junk", ["junk", "junk of three", "10.0.0.1 ssh-ed25519 not!base64!"])
def test_junk_among_the_keys_is_named_by_its_line(tmp_path: Path, junk: str) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(f"# ours\n{junk}\n")
    with pytest.raises(UsageError, match=r"line 2 of .* is no host key"):
        known(path, Host(name="one", address="10.0.0.1"))


def test_no_file_means_no_key(tmp_path: Path) -> None:
    keys: tuple[HostKey, ...] = known(tmp_path / "none", Host(name="one", address="10.0.0.1"))
    assert keys == ()
