"""What is asked of passwords, and when an account is locked."""

from pydantic import Field

from estate.records.base import Record


class PasswordPolicy(Record):
    """Fact `password_policy`. None means that nothing sets it."""

    max_days: int | None = None
    """After so many days a password must be changed (login.defs; it holds for accounts made since)."""
    min_days: int | None = None
    min_length: int | None = None
    """Of pwquality, pam_unix or login.defs, in this order."""
    quality: str = ""
    """The PAM module that looks at how good a password is: `pam_pwquality`, `pam_cracklib`, `pam_passwdqc`."""
    remembers: int | None = None
    """How many old passwords may not come back."""
    hash: str = ""
    """How new passwords are kept: `yescrypt`, `sha512`, `md5` …"""
    lockout_by: str = ""
    """The PAM module that locks an account after wrong passwords: `pam_faillock`, `pam_tally2`; empty for none."""
    lockout_after: int | None = None
    unlock_seconds: int | None = None
    """After how long it opens again; 0 means that a person must open it."""
    directory: str = ""
    """The PAM module of a directory service that may set other rules: `pam_sss`, `pam_winbind`, `pam_ldap`."""
    settings: dict[str, str] = Field(default_factory=dict)
    """What pwquality.conf and faillock.conf set."""
