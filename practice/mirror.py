"""Where Debian comes from: the mirror of the machine's own apt sources, and which releases it still has."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from estate.errors import UnreachableError, UsageError
from practice import tool

_HELPER = "/usr/lib/apt/apt-helper"
_GONE = re.compile(r"\b(404|410)\b +\w")
"""apt's words where a server answers that it has no such file."""
_RETRIES = 3
"""How often apt tries again after what may pass, such as a name that does not resolve just now."""
_PATIENCE = 120.0


@dataclass(frozen=True)
class Release:
    """One release of Debian, and the versions that it brings."""

    codename: str
    number: int
    postgresql: int
    mariadb: str


BULLSEYE = Release("bullseye", 11, 13, "10.5")
BOOKWORM = Release("bookworm", 12, 15, "10.11")
TRIXIE = Release("trixie", 13, 17, "11.8")
RELEASES = {release.codename: release for release in (BULLSEYE, BOOKWORM, TRIXIE)}


@dataclass(frozen=True)
class Mirror:
    """A mirror's addresses for releases and for security updates; None where the machine has no such source."""

    main: str
    security: str | None

    def has(self, release: Release) -> bool:
        """Whether the mirror has the release, asked by apt's own client so that its proxies are used."""
        return _fetchable(f"{self.main}/dists/{release.codename}/InRelease")

    def has_security(self, release: Release) -> bool:
        """Whether it has the release's security updates."""
        return self.security is not None and _fetchable(
            f"{self.security}/dists/{release.codename}-security/InRelease"
        )


@dataclass(frozen=True)
class Pair:
    """The releases of legacy servers and of targets; `notice` says why they are not the usual ones."""

    legacy: Release
    target: Release
    notice: str = ""


def of_machine() -> Mirror:
    """The mirror in the machine's apt sources. Raises `UnreachableError` where there is no Debian one."""
    listing = tool.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"],
        "reading the apt sources",
    )
    main, security = None, None
    for line in listing.splitlines():
        site, release, component = line.split(maxsplit=2)
        if component != "main":
            continue
        if release in RELEASES or release == "stable":
            main = main or site.rstrip("/")
        if release.endswith("-security"):
            security = security or site.rstrip("/")
    if main is None:
        raise UnreachableError(
            "the machine's apt sources name no Debian release", "run the practice estate on Debian 12 or later"
        )
    return Mirror(main, security)


def usual(legacy: str = BULLSEYE.codename) -> Pair:
    """The releases of legacy servers and of targets for one choice. Raises `UsageError` for any other choice."""
    if legacy not in (BULLSEYE.codename, BOOKWORM.codename):
        raise UsageError(f"{legacy!r} is not a release for legacy servers", "use bullseye or bookworm")
    return Pair(BULLSEYE, BOOKWORM) if legacy == BULLSEYE.codename else Pair(BOOKWORM, TRIXIE)


def choose(mirror: Mirror, legacy: str = BULLSEYE.codename) -> Pair:
    """The usual releases; Debian 12 and 13 with a notice where the mirror no longer has the legacy release.

    Raises `UnreachableError` where the mirror does not answer: that is no sign that a release is gone.
    """
    pair = usual(legacy)
    if pair.legacy is BOOKWORM or mirror.has(pair.legacy):
        return pair
    gone = f"{mirror.main} no longer has {pair.legacy.codename}"
    return Pair(BOOKWORM, TRIXIE, f"{gone}; legacy servers are Debian 12, targets Debian 13")


def proxies() -> dict[str, str]:
    """The proxies that the machine's apt uses, by the name of the option (`Acquire::http::Proxy`)."""
    told = tool.run(["apt-config", "dump"], "reading the settings of apt")
    return dict(re.findall(r'^(Acquire::https?::Proxy(?:::[^ ]+)?) "([^"]+)";$', told, re.MULTILINE))


@cache
def _fetchable(url: str) -> bool:
    """Whether the mirror has this file. Raises `UnreachableError` where it does not say so."""
    with tempfile.TemporaryDirectory() as scratch:
        argv = [_HELPER, "-o", f"Acquire::Retries={_RETRIES}", "download-file", url, str(Path(scratch) / "file")]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode and not _GONE.search(done.stderr):
        said = next((line for line in done.stderr.splitlines() if line.startswith("E: ")), "no message")
        raise UnreachableError(
            f"the Debian mirror does not answer ({said.removeprefix('E: ')[:300]})",
            "see that `apt-get update` works on this machine, its proxy settings included, then try again",
        )
    return not done.returncode
