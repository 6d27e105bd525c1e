"""Installed packages."""

from typing import Literal

from pydantic import Field

from estate.records.base import Record


class Package(Record):
    """One installed package, its version as the package manager writes it."""

    name: str
    version: str
    arch: str = ""
    source: str = ""
    """Name of the source package, where it differs and is known."""


class Packages(Record):
    """Fact `packages`."""

    manager: Literal["dpkg", "rpm", "apk", "windows"]
    packages: tuple[Package, ...]
    files: dict[str, str] = Field(default_factory=dict)
    """Which package brought a file of cron or init, where the manager's own list says so cheaply (dpkg)."""

    def version(self, name: str) -> str | None:
        """The installed version of one package; None where it is not installed."""
        return next((p.version for p in self.packages if p.name == name), None)
