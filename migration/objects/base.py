"""What the mover needs of an object store, the same of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote_to_bytes

BLOCK = 8 * 1024 * 1024
"""Bytes of a file that are sent at once, and at most sent again after a fault."""
OURS = ".decant_"
"""How objects begin that are Decant's own: no listing has them."""
MOST_BLOCKS = 9_000
"""S3 takes 10,000 parts of one object."""


def block_size(size: int) -> int:
    """Bytes of one block of a file of `size` bytes, in whole MiB."""
    return max(BLOCK, -(-size // MOST_BLOCKS >> 20) + 1 << 20) if size > BLOCK * MOST_BLOCKS else BLOCK


@dataclass(frozen=True)
class About:
    """What an object says of the file that it was made from. Times are seconds with nine decimals or more."""

    mtime: str
    ctime: str
    mode: str
    owner: bytes
    group: bytes
    link: bytes = b""
    """Where a symbolic link leads; empty for a file."""
    sha256: str = ""

    def metadata(self) -> dict[str, str]:
        """As an object carries it: what is not plain is written `%XX`."""
        said = {"mtime": self.mtime, "ctime": self.ctime, "mode": self.mode}
        said |= {"owner": quote(self.owner, safe=""), "group": quote(self.group, safe="")}
        if self.link:
            said["link"] = quote(self.link, safe="/")
        return said | ({"sha256": self.sha256} if self.sha256 else {})


def about(metadata: Mapping[str, str]) -> About | None:
    """What an object says; None where it was not made from a file, or has lost what it said."""
    if not all(metadata.get(word) for word in ("mtime", "ctime", "mode", "owner", "group")):
        return None
    return About(
        mtime=metadata["mtime"],
        ctime=metadata["ctime"],
        mode=metadata["mode"],
        owner=unquote_to_bytes(metadata["owner"]),
        group=unquote_to_bytes(metadata["group"]),
        link=unquote_to_bytes(metadata.get("link", "")),
        sha256=metadata.get("sha256", ""),
    )


@dataclass(frozen=True)
class Held:
    """One object of the container, its name without the prefix."""

    name: str
    size: int
    etag: str
    changed: float
    """When it was last written, by the service's clock, in seconds since 1970."""
    about: About | None = None


@dataclass(frozen=True)
class Upload:
    """A large object on its way: which of its blocks have arrived already.

    `there` has each one's MD5, or nothing where its name alone says that it is of this very state of the file.
    """

    name: str
    id: str
    there: Mapping[int, str]


class Remote(Protocol):
    """One container. `etag` names one state of one object: what changes it changes that. Safe in several threads.

    Whoever writes gives the `etag` that was there, None for nothing: where something else is there by now, nothing
    is written and `UnfinishedError` raised. Each raises `UnreachableError` where the service does not answer.
    """

    def check(self) -> str:
        """How what is overwritten there is kept, in words. Raises `RefusedError` where it cannot be kept."""

    def empty(self) -> bool:
        """Whether nothing is there, of old versions too."""

    def listing(self) -> Iterator[Held]:
        """Every object but Decant's own, by name in order; `about` only where it comes with the list."""

    def head(self, name: str) -> Held | None:
        """One object with all it says; None where there is none."""

    def put(self, name: str, data: bytes, metadata: Mapping[str, str], etag: str | None) -> str:
        """Write a small object whole; returns its new etag."""

    def begin(self, name: str, mark: str, metadata: Mapping[str, str]) -> Upload:
        """Start, or go on with, a large object. `mark` stands for one state of the file."""

    def send(self, upload: Upload, number: int, data: bytes) -> None:
        """Send one block; the service checks its MD5."""

    def commit(self, upload: Upload, count: int, metadata: Mapping[str, str], etag: str | None) -> str:
        """Make the object of its blocks; returns its new etag."""

    def say(self, name: str, metadata: Mapping[str, str], etag: str) -> str:
        """Change what an object says of its file; returns its new etag."""

    def read(self, held: Held, offset: int, length: int) -> bytes:
        """Some bytes of an object in the state that `held` names."""

    def delete(self, name: str, etag: str) -> None:
        """Delete an object in that state; one that is gone already is no error."""

    def purge(self, last: str) -> None:
        """Delete everything under the prefix, with its versions and unfinished uploads; `last` after all the rest."""
