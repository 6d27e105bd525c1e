"""Accounts and groups of the host's own files."""

from typing import Literal

from estate.records.base import Record


class User(Record):
    """One account. No name of a person is kept (the GECOS field is not read into the record)."""

    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""
    password: Literal["set", "locked", "empty", "unknown"] = "unknown"  # noqa: S105 - a state, not a password
    """`locked` also where no password was ever set; `unknown` where /etc/shadow could not be read."""
    groups: tuple[str, ...] = ()
    """Every group it belongs to, its primary one first."""

    @property
    def can_log_in(self) -> bool:
        """Whether its shell lets it in at all."""
        return self.shell.rsplit("/", 1)[-1] not in ("nologin", "false", "sync", "halt", "shutdown")


class Group(Record):
    """One local group of Windows."""

    name: str
    gid: int
    """The last part of its SID: 544 is Administrators."""
    members: tuple[str, ...] = ()
    r"""Accounts of the machine by name, those of a domain as `DOMAIN\name`."""


class Users(Record):
    """Fact `users`."""

    users: tuple[User, ...]
    groups: tuple[Group, ...] = ()
    """Windows only: there a group of a domain can be a member."""
