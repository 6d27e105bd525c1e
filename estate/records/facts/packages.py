"""Installed packages."""

from typing import Literal

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

    manager: Literal["dpkg", "rpm", "apk"]
    packages: tuple[Package, ...]

    def version(self, name: str) -> str | None:
        """The installed version of one package; None where it is not installed."""
        return next((p.version for p in self.packages if p.name == name), None)
