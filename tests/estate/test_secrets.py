"""Secrets come by reference; a literal is refused and never repeated."""

import os
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from estate.secrets import check, key_path, resolve


@given(st.text(min_size=6).filter(lambda text: ":" not in text))
def test_a_literal_is_refused_without_being_repeated(literal: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(literal)
    assert caught.value.what == "A secret was written where a reference belongs, or the reference is not right"


@pytest.mark.parametrize(
    "wrong", ["vault:x", "env:", "file:", "keyring:service", "keyring:/name", "hunter2:with:colons"]
)
def test_what_is_no_reference_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        check(wrong)


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECANT_TEST_SECRET", "one two")
    assert resolve("env:DECANT_TEST_SECRET") == "one two"
    monkeypatch.delenv("DECANT_TEST_SECRET")
    with pytest.raises(UsageError, match="DECANT_TEST_SECRET is not set"):
        resolve("env:DECANT_TEST_SECRET")


def private(tmp_path: Path, content: bytes = b"hunter2\n", mode: int = 0o600) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_private_file_without_its_last_newline(tmp_path: Path) -> None:
    assert resolve(f"file:{private(tmp_path)}") == "hunter2"
    assert resolve(f"file:{private(tmp_path, b' two lines' + bytes([10, 10]))}") == " two lines\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(UsageError, match="open to others") as caught:
        resolve(f"file:{private(tmp_path, mode=mode)}")
    assert "hunter2" not in str(caught.value)
    assert "chmod 600" in caught.value.remedy


def test_stricter_than_0600_is_fine(tmp_path: Path) -> None:
    assert resolve(f"file:{private(tmp_path, mode=0o400)}") == "hunter2"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_elses_file_is_refused(tmp_path: Path) -> None:
    path = private(tmp_path)
    os.chown(path, 4242, 4242)
    with pytest.raises(UsageError, match="somebody else"):
        resolve(f"file:{path}")


def test_only_a_regular_file_will_do(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", "."):
        with pytest.raises(UsageError):
            resolve(f"file:{tmp_path / name}")


def test_missing_empty_and_binary_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        resolve(f"file:{tmp_path}/none")
    with pytest.raises(UsageError, match="empty"):
        resolve(f"file:{private(tmp_path, b'')}")
    with pytest.raises(UsageError, match="not text"):
        resolve(f"file:{private(tmp_path, bytes([255, 254]))}")


def test_a_key_must_be_a_file(tmp_path: Path) -> None:
    assert key_path(f"file:{private(tmp_path)}") == tmp_path / "secret"
    with pytest.raises(UsageError, match="ssh-agent"):
        key_path("env:KEY")


class Store(keyring.backend.KeyringBackend):
    """A key store in memory: keyring's own plug-in interface."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {("decant", "db"): "from the store"}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password


def test_the_key_store() -> None:
    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Store())
        assert resolve("keyring:decant/db") == "from the store"
        with pytest.raises(UsageError, match="holds nothing"):
            resolve("keyring:decant/other")
        keyring.set_keyring(keyring.backends.fail.Keyring())
        with pytest.raises(UsageError, match="no key store") as caught:
            resolve("keyring:decant/db")
        assert "file:" in caught.value.remedy
    finally:
        keyring.set_keyring(before)


def test_a_prompt_without_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        with pytest.raises(UsageError, match="needs a terminal"):
            resolve("prompt:database")


def test_a_key_vault_is_refused_with_a_reason() -> None:
    with pytest.raises(UsageError, match="cannot read from an Azure key vault"):
        resolve("azure-keyvault:council/db")
