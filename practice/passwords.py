"""Passwords of the estate's application accounts: made once on this machine, kept for root only."""

import hashlib
import secrets
from pathlib import Path

from practice.places import PASSWORDS


def of(account: str) -> str:
    """The password of an account; made at the first call."""
    PASSWORDS.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = PASSWORDS / account
    if not file.exists():
        write(file, new())
    return file.read_text()


def new() -> str:
    """A new password: letters, digits, hyphens and underscores."""
    return secrets.token_urlsafe(18)


def digest(accounts: tuple[str, ...]) -> str:
    """One hash over the passwords of `accounts`: an image that holds one is built again when it changes."""
    return hashlib.sha256("\0".join(of(account) for account in accounts).encode()).hexdigest()


def write(file: Path, secret: str) -> None:
    """Write a secret to a file that only root can read."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(secret)
