"""Who may approve, as `allowed_signers` (OpenSSH's format) names them: `NAME [options] KEY-TYPE KEY [comment]`."""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from estate import reading
from estate.errors import UsageError

FORM = 'NAME namespaces="decant-approval" ssh-ed25519 AAAA…'
_KEY_TYPES = ("ssh-", "ecdsa-", "sk-")


@dataclass(frozen=True)
class Signer:
    """One line: a person with their key."""

    name: str
    kind: str
    """As in OpenSSH: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`."""
    key: str
    fingerprint: str
    """`SHA256:…`, as `ssh-keygen -lf` prints it."""
    comment: str

    @property
    def public(self) -> str:
        """The key as a line of a `.pub` file."""
        return f"{self.kind} {self.key}"


def read(path: Path) -> list[Signer]:
    """Every person of the file, in its order.

    Raises `UsageError`, which names the line, where it cannot be read, a line names nobody (a public key that was
    pasted without a name) or is for anybody, its key is none, or a key stands there for two people.
    """
    found: list[Signer] = []
    text = reading.text(path, f"write a line `{FORM}` for each approver, then run `decant approvers record`")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        one = _signer(f"line {number} of {path}", line.split())
        twin = next((other for other in found if other.key == one.key), None)
        if twin is not None:
            raise UsageError(
                f"line {number} of {path} gives {one.name} the key of {twin.name}",
                "give each approver their own key, once: an approval must come from one person",
            )
        found.append(one)
    return found


def _signer(where: str, words: Sequence[str]) -> Signer:
    at = next((index for index, word in enumerate(words) if word.startswith(_KEY_TYPES)), None)
    if at == 0:
        raise UsageError(
            f"{where} names nobody: it begins with the key", f"write who it is before the key: {FORM}"
        )
    if at is None or len(words) < at + 2:
        raise UsageError(f"{where} has no public key", f"write it as {FORM}")
    if any(mark in words[0] for mark in "*?!,"):
        raise UsageError(
            f"{where} is for {words[0]}, which is not one person", f"write a line for each person: {FORM}"
        )
    try:
        blob = b64decode(words[at + 1], validate=True)
    except NotBase64:
        blob = b""
    if not blob.startswith(len(words[at]).to_bytes(4, "big") + words[at].encode()):
        raise UsageError(
            f"the key on {where} is not whole", f"paste the line of the .pub file after the name: {FORM}"
        )
    digest = b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return Signer(words[0], words[at], words[at + 1], f"SHA256:{digest}", " ".join(words[at + 2 :]))
