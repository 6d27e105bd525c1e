"""Debian into a root file system: the first one by mmdebstrap, more packages by its own apt."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from practice import container, tool
from practice.mirror import Mirror, Release, proxies

BUILD_SECONDS = 1800.0
"""How long one step of a build may take, a slow mirror included."""
_OLD_LISTS = "Acquire::Check-Valid-Until"
"""The lists of a release that is out of support are past their date; their signatures are still checked."""


NO_STARTS = "usr/sbin/policy-rc.d"
"""While it is there, installing a package starts no service: it goes when a host is made."""


@dataclass(frozen=True)
class Debian:
    """One release from one mirror."""

    mirror: Mirror
    release: Release

    def bootstrap(self, root: Path, packages: Sequence[str], *, updated: bool) -> None:
        """Make a root file system with `packages`; with security updates only where `updated`."""
        main, security = self._sources()
        options = [f'--aptopt={name} "{value}"' for name, value in {_OLD_LISTS: "false", **proxies()}.items()]
        tool.run(
            tool.dies_with_us(
                [
                    *("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", "--format=directory"),
                    *options,
                    "--dpkgopt=force-unsafe-io",
                    f"--include={','.join(packages)}",
                    self.release.codename,
                    str(root),
                    *main,
                    *(security if updated else ()),
                ]
            ),
            f"making a Debian {self.release.number}",
            timeout=BUILD_SECONDS,
        )
        policy = root / NO_STARTS
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)

    def take_lists(self, root: Path) -> None:
        """Give it its security archive and the package lists of today, as every server has them."""
        main, security = self._sources()
        apt = root / "etc/apt"
        (apt / "sources.list").write_text("\n".join((*main, *security)) + "\n")
        (apt / "apt.conf.d/90lists").write_text(
            f'{_OLD_LISTS} "false";\nAcquire::GzipIndexes "true";\nAcquire::Languages "none";\n'
        )
        self._apt(root, "update")

    def install(self, root: Path, packages: Sequence[str]) -> None:
        """Install more packages in it; no service starts."""
        self._apt(root, "update")
        self._apt(
            root, "install", "--yes", "--no-install-recommends", "-o=Dpkg::Options::=--force-unsafe-io", *packages
        )
        self._apt(root, "clean")

    def _apt(self, root: Path, *arguments: str) -> None:
        options = [f"-o={name}={value}" for name, value in proxies().items()]
        container.inside(
            root,
            ["apt-get", "--quiet", *options, *arguments],
            f"apt-get {arguments[0]} in a Debian {self.release.number}",
            {},
            network=True,
            timeout=BUILD_SECONDS,
        )

    def _sources(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        name = self.release.codename
        main = (f"deb {self.mirror.main} {name} main",)
        if self.mirror.has_security(self.release):
            return main, (f"deb {self.mirror.security} {name}-security main",)
        return main, ()
