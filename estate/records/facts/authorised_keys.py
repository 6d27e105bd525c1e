"""SSH keys that may log in, by fingerprint."""

from estate.records.base import Record


class AuthorisedKey(Record):
    """One key of one account. The key itself and its comment, which often names a person, are not kept."""

    user: str
    file: str
    type: str
    """`ssh-ed25519`, `ssh-rsa` …"""
    bits: int | None = None
    """Length of an RSA key."""
    fingerprint: str
    """As `ssh-keygen -l` writes it: `SHA256:…`"""
    options: tuple[str, ...] = ()
    """Names of the options that limit it: `from`, `command`, `restrict` …"""


class AuthorisedKeys(Record):
    """Fact `authorised_keys`."""

    keys: tuple[AuthorisedKey, ...]
