"""Certificates that services use."""

from estate.records.base import Instant, Record


class Certificate(Record):
    """One certificate file. A chain gives its first certificate."""

    path: str
    subject: str
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: Instant | None = None
    not_after: Instant
    key_type: str = ""
    """`RSA`, `EC` …"""
    key_bits: int | None = None
    signature: str = ""
    """Hash of the signature: `sha256`."""
    self_signed: bool = False


class Certificates(Record):
    """Fact `certificates`. The operating system's own bundle of authorities is left out."""

    certificates: tuple[Certificate, ...]
    unreadable: tuple[str, ...] = ()
    """Files that look like certificates and could not be read as one, each with the reason."""
