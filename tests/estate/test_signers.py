"""`allowed_signers` is read line by line: each names one person with a key of their own."""

import base64
from pathlib import Path

import pytest

from estate import signers
from estate.errors import UsageError


def key(number: int, kind: str = "ssh-ed25519") -> str:
    """The public half of a key, as a `.pub` file has it; its number makes it one of a kind."""
    blob = len(kind).to_bytes(4, "big") + kind.encode() + number.to_bytes(36, "big")
    return f"{kind} {base64.b64encode(blob).decode()}"


def test_people_are_read_with_options_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "allowed_signers"
    file.write_text(
        f'# who\n\nbob namespaces="decant-approval" {key(1)} Bob Jones\ncarol {key(2, "sk-ssh-ed25519@openssh.com")}\n'
    )
    bob, carol = signers.read(file)
    assert (bob.name, bob.kind, bob.comment, bob.public) == ("bob", "ssh-ed25519", "Bob Jones", key(1))
    assert bob.fingerprint.startswith("SHA256:")
    assert (carol.name, carol.comment) == ("carol", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{key(1)} bob@laptop", "names nobody: it begins with the key"),
        ("bob", "has no public key"),
        ("bob ssh-ed25519", "has no public key"),
        ("bob ssh-ed25519 AAAA", "is not whole"),
        ("bob ssh-ed25519 not!base64", "is not whole"),
        (f"* {key(1)}", "is not one person"),
        (f"bob,carol {key(1)}", "is not one person"),
        (f"carol {key(0)}", "the key of ann"),
    ],
)
def test_a_line_that_names_no_person_is_refused_by_its_number(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "allowed_signers"
    file.write_text(f"ann {key(0)}\n{line}\n")
    with pytest.raises(UsageError, match="line 2 of") as wrong:
        signers.read(file)
    assert said in wrong.value.what
    assert wrong.value.remedy
