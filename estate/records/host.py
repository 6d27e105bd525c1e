"""A host as the council's own hosts file describes it: how to reach it, and whose it is."""

from datetime import date
from typing import Literal

from pydantic import Field

from estate.records.base import Record

System = Literal["posix", "windows"]
HOST_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"


class Host(Record):
    """One entry of `hosts.toml`. Secrets are references (`file:`, `env:`, `keyring:`, `prompt:`)."""

    name: str = Field(pattern=HOST_NAME)
    address: str
    port: int = Field(default=22, ge=1, le=65535)
    user: str = "root"
    key: str | None = None
    """Reference to a private key, as `file:PATH`; None uses the ssh-agent."""
    password: str | None = None
    """Reference to a login password, where a host takes no key."""
    sudo: Literal["none", "nopasswd", "password"] = "none"
    sudo_password: str | None = None
    jump: str | None = None
    """Name of another host of the file that leads there."""
    role: Literal["legacy", "target"] = "legacy"
    owner: str | None = None
    authority: str | None = None
    contract_end: date | None = None
    system: System | None = None
    """What answers there: a POSIX `sh`, or Windows' PowerShell. None asks the SSH server's greeting."""
    legacy_ssh: bool = False
    """Use the system's OpenSSH client, for servers too old for paramiko. Its use is a finding."""
