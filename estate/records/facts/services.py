"""Services that the init system knows."""

import re
from typing import Literal

from estate.records.base import Record


class Service(Record):
    """One service. States are systemd's words."""

    unit: str
    """With its ending: `nginx.service`; for SysV the script's name."""
    active: str = ""
    """`active`, `inactive`, `failed` …"""
    sub: str = ""
    """`running`, `exited`, `dead` …"""
    enabled: str = ""
    """`enabled`, `masked`, for SysV `disabled` too; empty where it is neither, or starts by other units alone."""
    main_pid: int | None = None
    path: str = ""
    """The unit file."""
    description: str = ""
    command: str = ""
    """What it starts, redacted."""
    user: str = ""
    """The account it runs as; empty means root."""
    package: str | None = None
    """The package that owns the unit file; None where none does, or it is not known."""

    @property
    def local(self) -> bool:
        """Whether it was put there by a person and not by a package or, on Windows, by Windows."""
        return self.path.startswith(("/etc/systemd/system/", "/usr/local/lib/systemd/system/")) or (
            # Windows: a program of its own, and not one of those in Windows' folder.
            bool(re.match(r"[A-Za-z]:\\(?!windows\\)", self.path, re.I))
        )


class Services(Record):
    """Fact `services`."""

    init: Literal["systemd", "sysv", "windows"]
    services: tuple[Service, ...]

    def named(self, unit: str) -> Service | None:
        """One service, with or without `.service`; None where there is none."""
        return next((s for s in self.services if unit in (s.unit, s.unit.removesuffix(".service"))), None)
