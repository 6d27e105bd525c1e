"""Reads a tree on one host: its folders, then, some of them at a time, all there is to know of what they hold."""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files

from estate.errors import UnfinishedError
from estate.transport.base import Transport

TOP = b"."
_ODD = (b"\\", b"\n", b"\r")
"""Letters that a line of text cannot hold: see walk.sh."""
SECONDS = 4 * 3600.0
LIMIT = 1 << 30
_ESCAPE = re.compile(rb"\\([0-7]{3})")
_NAMED = re.compile(r"(?m)^((?:default:)?(user|group):)([^:\n]+):")
# What a host keeps for itself: access lists are compared by name, and the security label is the target's own.
_OWN = ("system.posix_acl_", "security.selinux", "security.evm", "security.ima")


@dataclass(frozen=True)
class Entry:
    """One entry of a folder, as far as a copy must agree. Folders have no size, links no rights of their own."""

    type: str
    mode: str
    owner: str
    group: str
    size: int
    time: str
    """Of its last change of content, in seconds with nine decimals."""
    link: bytes
    """Where a symbolic link leads."""
    content: str = ""
    """SHA-256; empty for an empty file. One that could not be read agrees with nothing."""
    lists: str = ""
    """Access lists beyond the mode, by name."""
    attributes: str = ""
    inode: str = field(default="", compare=False)
    links: int = field(default=1, compare=False)

    def digest(self) -> str:
        """A short digest of everything that must agree."""
        values = [getattr(self, one.name) for one in fields(self) if one.compare]
        return hashlib.sha256(repr(values).encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def differs_in(self, other: "Entry") -> str:
        """In which respects two entries differ, for people."""
        return ", ".join(
            _WORDS[one.name]
            for one in fields(self)
            if one.compare and getattr(self, one.name) != getattr(other, one.name)
        )


_WORDS = {
    "type": "kind",
    "mode": "mode",
    "owner": "owner",
    "group": "group",
    "size": "size",
    "time": "time",
    "link": "where it leads",
    "content": "content",
    "lists": "access list",
    "attributes": "extended attributes",
}


class Walk:
    """A tree on one host, read as root."""

    def __init__(self, root: Transport, tree: str) -> None:
        self._root = root
        self._tree = tree
        self._script = (files("migration.verify.tree") / "walk.sh").read_text("utf-8")

    def folders(self) -> list[bytes]:
        """Every folder, the top as `.`, the others as `./path`."""
        return [name for name in self._read("folders", ()).split(b"\0") if name]

    def clock(self) -> tuple[float, float]:
        """The host's own clock, and how long it has been up, in seconds."""
        said = self._read("clock", ()).split()
        return float(said[0]), float(said[1])

    def changed(self, since: float) -> tuple[set[bytes], list[tuple[str, bytes]]]:
        """Paths whose time of change is `since` (the host's clock) or later; and every name of a file that has several.

        Two seconds before it count as well: the times of files are coarse.
        """
        paths, names = set(), []
        for part in self._read("changed", (), f"{since - 2:.3f}").split(b"\0"):
            word, _, path = part.partition(b" ")
            if word == b"c":
                paths.add(path)
            elif word:
                names.append((word[1:].decode("ascii"), path))
        return paths, names

    def look(self, folders: Sequence[bytes], wanted: Collection[bytes] | None = None) -> dict[bytes, Entry]:
        """Everything in these folders, by path; the top itself where it is among them.

        With `wanted`, only those files are read; the content of others is left empty.
        """
        if not folders:
            return {}
        kinds = ["entries", "lists", "attributes"] + (["contents", "oddcontents"] if wanted is None else [])
        if TOP in folders:
            kinds += ["top", "toplist", "topattributes"]
        with ThreadPoolExecutor(len(kinds)) as pool:
            said = dict(zip(kinds, pool.map(lambda kind: self._read(kind, folders), kinds), strict=True))
        found = dict(_entries(said["entries"] + said.get("top", b"")))
        if wanted is None:
            contents = dict(_contents(said["contents"])) | dict(_odd_contents(said["oddcontents"]))
        else:
            contents = self._hash([p for p, one in found.items() if one.type == "f" and one.size and p in wanted])
        unread = f"unread on {self._root.host}"
        lists = dict(_blocks(said["lists"] + said.get("toplist", b"")))
        attributes = dict(_blocks(said["attributes"] + said.get("topattributes", b"")))
        return {
            path: replace(
                entry,
                content=contents.get(path, unread)
                if entry.type == "f" and entry.size and (wanted is None or path in wanted)
                else "",
                lists=_lists(lists.get(path, "")),
                attributes=_attributes(attributes.get(path, "")),
            )
            for path, entry in found.items()
        }

    def _hash(self, paths: list[bytes]) -> dict[bytes, str]:
        """Digests of these files."""
        odd = [path for path in paths if any(letter in path for letter in _ODD)]
        plain = sorted(set(paths) - set(odd))
        found = dict(_contents(self._read("hash", plain))) if plain else {}
        return found | dict(_odd_contents(self._read("oddhash", odd))) if odd else found

    def known(self, sort: str, names: Iterable[str]) -> dict[str, str]:
        """The numbers of those of `names` (`user` or `group`) that the host knows."""
        wanted = sorted(names)
        if not wanted:
            return {}
        said = self._root.run(["getent", "passwd" if sort == "user" else "group", *wanted]).text
        found = (line.split(":") for line in said.splitlines())
        return {words[0]: words[2] for words in found if len(words) > 2}

    def _read(self, what: str, folders: Sequence[bytes], since: str = "") -> bytes:
        given = b"".join(folder + b"\0" for folder in folders)
        argv = ["sh", "-c", self._script, "sh", what, self._tree, since]
        result = self._root.run(argv, given, SECONDS, LIMIT)
        # 123 from xargs: some file could not be read or went away; it shows as missing or unread.
        if result.truncated or result.status not in (0, 1, 123):
            last = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1][:300]
            raise UnfinishedError(
                f"Reading {self._tree} on {self._root.host} failed ({last})",
                "mend that there and run the same command again",
            )
        return result.stdout


def _entries(said: bytes) -> Iterator[tuple[bytes, Entry]]:
    parts = said.split(b"\0")
    for numbers, link, path in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
        kind, mode, owner, group, size, time, device, inode, links = numbers.decode(
            "utf-8", "surrogateescape"
        ).split(" ")
        folder, symlink = kind == "d", kind == "l"
        yield (
            path,
            Entry(
                type=kind,
                mode="" if symlink else mode,
                owner=owner,
                group=group,
                size=0 if folder or symlink else int(size),
                time=_time(time),
                link=link,
                inode="" if folder else f"{device}:{inode}",
                links=1 if folder else int(links),
            ),
        )


def _time(text: str) -> str:
    """find prints ten decimals, the last always 0."""
    whole, _, part = text.partition(".")
    return f"{whole}.{part[:9].ljust(9, '0')}"


def _contents(said: bytes) -> Iterator[tuple[bytes, str]]:
    """Each file's digest. A file that openssl passed over has no line, and so no digest here."""
    parts = iter(said.split(b"\0"))
    for part in parts:
        names = [part]
        for name in parts:
            if not name:
                break
            names.append(name)
        out = next(parts, b"")
        at = 0
        for name in names:
            line = b" *" + name + b"\n"
            if name and out[at + 64 : at + 64 + len(line)] == line:
                yield name, out[at : at + 64].decode("ascii", "replace")
                at += 64 + len(line)


def _odd_contents(said: bytes) -> Iterator[tuple[bytes, str]]:
    for part in said.split(b"\0"):
        if part:
            yield part[66:], part[:64].decode("ascii", "replace")


def _blocks(said: bytes) -> Iterator[tuple[bytes, str]]:
    """What getfacl and getfattr say of each path, whose unusual bytes they write as octal."""
    for block in said.split(b"\n\n"):
        first, _, rest = block.lstrip(b"\n").partition(b"\n")
        if first.startswith(b"# file: "):
            path = _ESCAPE.sub(lambda m: bytes([int(m[1], 8)]), first.removeprefix(b"# file: "))
            yield path, rest.decode("utf-8", "surrogateescape")


def _lists(block: str) -> str:
    return "\n".join(
        sorted(line.split("\t")[0] for line in block.splitlines() if line and not line.startswith("#"))
    )


def _attributes(block: str) -> str:
    return "\n".join(sorted(line for line in block.splitlines() if line and not line.startswith(("#", *_OWN))))


def names_in(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """The users and groups that entries name, in their owners and access lists."""
    found: dict[str, set[str]] = {"user": set(), "group": set()}
    for entry in entries:
        found["user"].add(entry.owner)
        found["group"].add(entry.group)
        for match in _NAMED.finditer(entry.lists):
            found[match[2]].add(match[3])
    return found


def renamed(entry: Entry, names: dict[tuple[str, str], str]) -> Entry:
    """The entry with users and groups as `names` has them, by sort and name; others stay."""
    if not names:
        return entry
    return replace(
        entry,
        owner=names.get(("user", entry.owner), entry.owner),
        group=names.get(("group", entry.group), entry.group),
        lists="\n".join(
            sorted(_NAMED.sub(lambda m: f"{m[1]}{names.get((m[2], m[3]), m[3])}:", entry.lists).splitlines())
        ),
    )
