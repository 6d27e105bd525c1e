"""Folders that are shared with other machines."""

from typing import Literal

from estate.records.base import Record


class Share(Record):
    """One share."""

    protocol: Literal["smb", "nfs"]
    name: str
    path: str
    read_only: bool = True
    guest: bool = False
    clients: tuple[str, ...] = ()
    """Who may mount it, where that is said."""
    bytes: int | None = None
    files: int | None = None


class Shares(Record):
    """Fact `shares`."""

    shares: tuple[Share, ...]
    smb1: bool | None = None
    """Whether Samba still speaks SMB 1; None where it is not set, so that it depends on the release."""
