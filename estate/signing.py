"""The key that signs the ledger: Ed25519, made once, kept in the workspace's private state."""

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from estate import reading
from estate.errors import EvidenceError, RefusedError, UsageError


def make(private: Path, public: Path) -> Ed25519PrivateKey:
    """Make a pair of keys, `private` with mode 0600. Raises `RefusedError` where one is there already."""
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for path, content, mode in ((private, secret, 0o600), (public, public_pem(key.public_key()), 0o644)):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        except OSError as error:
            raise RefusedError(
                f"{path} cannot be made ({error.strerror})", "a new ledger needs a folder without keys"
            ) from error
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    return key


def load_private(path: Path) -> Ed25519PrivateKey:
    """The signing key. Raises `RefusedError` where it is missing, open to others, or not such a key."""
    try:
        if path.stat().st_mode & 0o077:
            raise RefusedError(f"others may read {path}", f"run `chmod 600 {path}`, and ask who could have")
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise RefusedError(
            f"the ledger's signing key {path} cannot be read",
            "put it back from its copy; without it nothing can be added to this ledger",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise RefusedError(f"{path} is not an Ed25519 key", "put the ledger's own key back")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The workspace's public key. Raises `EvidenceError` where there is none: nothing can then be shown to hold."""
    try:
        return given_public(path)
    except UsageError as error:
        raise EvidenceError(
            f"the ledger's public key does not serve: {error.what}",
            "give the copy that was kept elsewhere with --public-key",
        ) from error


def given_public(path: Path) -> Ed25519PublicKey:
    """A public key that a person names. Raises `UsageError` where the file holds none."""
    remedy = "give a copy of the workspace's ledger.pub"
    written = reading.content(path, remedy)
    try:
        key = load_pem_public_key(written)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} is no Ed25519 public key", remedy)
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's 32 bytes, in hexadecimal."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def holds(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether `signature` is the key's own over `message`."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True
