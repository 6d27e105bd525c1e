"""Two trees side by side: all of them, or some folders and files. Needs little memory for a tree of any size."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from estate.records.verification import Check
from migration.verify.tree.walk import TOP, Entry, Walk, names_in, renamed

FOLDERS_AT_ONCE = 256
MOST_NAMED = 1000
"""Differences that are listed by name; the rest are counted."""
MOST_DIFFERING = 200_000
"""Paths that are remembered to be looked at again."""


@dataclass
class Links:
    """A file of several names: how many, what their digests add up to, and one of them."""

    names: int = 0
    total: int = 0
    first: bytes = b""

    def add(self, path: bytes) -> None:
        """One more name."""
        self.names += 1
        self.total += int.from_bytes(hashlib.sha256(path).digest(), "big")
        self.first = min(self.first, path) if self.first else path


class Comparison:
    """One comparison of two trees, under way. The outcome is in `checks`, `differences`, `differing` and `items`."""

    def __init__(self, source: Walk, target: Walk) -> None:
        self._walks = (source, target)
        self._names: tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]] = ({}, {})
        self._seen: tuple[set[tuple[str, str]], set[tuple[str, str]]] = (set(), set())
        self._links: tuple[dict[str, Links], dict[str, Links]] = (defaultdict(Links), defaultdict(Links))
        self._digests: dict[str, tuple[Any, Any]] = defaultdict(lambda: (hashlib.sha256(), hashlib.sha256()))
        self.counts: dict[str, int] = defaultdict(int)
        """How many entries were compared, by the folder at the top that they are in."""
        self.checks: list[Check] = []
        self.differing: set[bytes] = set()
        """Paths that differ, up to `MOST_DIFFERING`."""
        self.differences = 0
        self.items = 0

    def folders(self) -> list[set[bytes]]:
        """Every folder of either tree."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda walk: set(walk.folders()), self._walks))

    def run(self, progress: Callable[[int, int], None]) -> list[set[bytes]]:
        """Compare everything; gives the folders of either tree."""
        folders = self.folders()
        self.look(folders, None, progress)
        self.compare_links(self._links)
        for top, pair in sorted(self._digests.items()):
            whole = [digest.hexdigest()[:16] for digest in pair]
            note = f"{self.counts[top]} entries"
            self.checks.append(
                Check(
                    name=f"folder {top}", source=whole[0], target=whole[1], agrees=whole[0] == whole[1], note=note
                )
            )
        return folders

    def look(
        self,
        folders: Sequence[Collection[bytes]],
        contents: Collection[bytes] | None,
        progress: Callable[[int, int], None],
    ) -> None:
        """Compare what these folders of either side hold; of files only those in `contents` by content, or all."""
        every = sorted({*folders[0], *folders[1]})
        with ThreadPoolExecutor(2) as pool:
            for begin in range(0, len(every), FOLDERS_AT_ONCE):
                batch = every[begin : begin + FOLDERS_AT_ONCE]
                mine = [[name for name in batch if name in its] for its in folders]
                both = list(
                    pool.map(lambda pair: pair[0].look(pair[1], contents), zip(self._walks, mine, strict=True))
                )
                self._compare(both[0], both[1])
                progress(min(begin + FOLDERS_AT_ONCE, len(every)), len(every))

    def compare_links(self, links: Sequence[Mapping[str, Links]]) -> None:
        """Which names are one file: the groups must be the same on both sides."""
        groups = [{(one.names, one.total): one.first for one in side.values()} for side in links]
        for group in sorted(groups[0].keys() ^ groups[1].keys()):
            first = groups[0].get(group) or groups[1][group]
            shown_group = f"one file of {group[0]} names {group[1] % (1 << 64):016x}"
            digests = [shown_group if group in side else "not one file" for side in groups]
            self._differ(first, digests[0], digests[1], f"these {group[0]} names are one file on one side only")

    def _compare(self, here: Mapping[bytes, Entry], there: Mapping[bytes, Entry]) -> None:
        self._learn(0, 1, here)
        self._learn(1, 0, there)
        for path in sorted({*here, *there}):
            pair = [
                None if path not in found else renamed(found[path], names)
                for found, names in zip((here, there), self._names, strict=True)
            ]
            self.items += 1
            for side, entry in enumerate(pair):
                if entry is not None and entry.links > 1:
                    self._links[side][entry.inode].add(path)
            digests = tuple("missing" if entry is None else entry.digest() for entry in pair)
            top = top_of(path, any(entry is not None and entry.type == "d" for entry in pair))
            self.counts[top] += 1
            for digest, one in zip(self._digests[top], digests, strict=True):
                digest.update(path + b"\0" + one.encode() + b"\0")
            if pair[0] != pair[1]:
                self._differ(path, digests[0], digests[1], _why(pair[0], pair[1]))

    def _learn(self, side: int, other: int, entries: Mapping[bytes, Entry]) -> None:
        """A name that the other side does not know stands for its number, as it does there."""
        for sort, names in names_in(entries.values()).items():
            new = {name for name in names if (sort, name) not in self._seen[side] and not name.isdigit()}
            self._seen[side].update((sort, name) for name in new)
            known = self._walks[other].known(sort, new)
            numbers = self._walks[side].known(sort, new - known.keys())
            self._names[side].update({(sort, name): number for name, number in numbers.items()})

    def _differ(self, path: bytes, source: str, target: str, note: str) -> None:
        self.differences += 1
        if len(self.differing) < MOST_DIFFERING:
            self.differing.add(path)
        if self.differences <= MOST_NAMED:
            self.checks.append(Check(name=shown(path), source=source, target=target, agrees=False, note=note))
        elif self.differences == MOST_NAMED + 1:
            more = "and more, which are not listed"
            self.checks.append(Check(name=more, source="", target="", agrees=False, note=more))


def top_of(path: bytes, folder: bool) -> str:
    """The folder at the top that a path is in; what is no folder and lies in the top itself counts to `.`."""
    first, slash, _ = path.removeprefix(b"./").partition(b"/")
    return shown(first) if path != TOP and (slash or folder) else "."


def _why(here: Entry | None, there: Entry | None) -> str:
    if here is None:
        return "only on the target"
    if there is None:
        return "missing on the target"
    return here.differs_in(there)


def shown(path: bytes) -> str:
    """A path for people and records: what is no printable text is escaped."""
    text = path.removeprefix(b"./").replace(b"\\", rb"\\").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
