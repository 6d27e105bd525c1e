"""Compares two file trees, entry by entry, by what the hosts themselves say of them.

Names are compared as bytes; with them kind, mode, owner and group by name, size, time to the nanosecond, where
links lead, which names are one file, access lists, extended attributes, and the SHA-256 of every content. A few
hundred folders are looked at at a time, so that a tree of any size needs little memory here.
"""

import hashlib
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex
from typing import Any

from estate.progress import Step
from estate.records.base import now
from estate.records.verification import Check, Verification
from estate.transport.privilege import rooted
from migration.context import Context
from migration.verify.tree.walk import TOP, Entry, Walk, names_in, renamed

FOLDERS_AT_ONCE = 256
MOST_NAMED = 1000
"""Differences that are listed by name; the rest are counted."""
METHOD = "every name, kind, mode, owner, group, size, time, link, access list, extended attribute and SHA-256"


class FilesVerifier:
    """See `migration.verify.base.Verifier`."""

    kind = "files"

    def verify(self, ctx: Context, frozen: bool) -> Verification:
        """See `Verifier.verify`."""
        start = time.monotonic()
        path = str(ctx.workload.detail["path"])
        source = Walk(rooted(ctx.source, ctx.source_host), path)
        target = Walk(rooted(ctx.target, ctx.target_host), str(ctx.workload.detail.get("target_path") or path))
        comparison = Comparison(source, target)
        comparison.run(
            lambda done, total: ctx.progress(Step(f"verify {ctx.workload.name}", done, total, "folders"))
        )
        return Verification(
            id=f"{ctx.move.id}-{token_hex(6)}",
            move=ctx.move.id,
            workload=ctx.workload.id,
            method=METHOD,
            agrees=comparison.differences == 0,
            checks=tuple(comparison.checks),
            items=comparison.items,
            frozen=frozen,
            seconds=round(time.monotonic() - start, 3),
            at=now(),
        )


class Comparison:
    """One comparison of two trees, under way."""

    def __init__(self, source: Walk, target: Walk) -> None:
        self._walks = (source, target)
        self._names: tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]] = ({}, {})
        self._seen: tuple[set[tuple[str, str]], set[tuple[str, str]]] = (set(), set())
        self._links: tuple[dict[str, set[bytes]], dict[str, set[bytes]]] = (defaultdict(set), defaultdict(set))
        self._tops: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._counts: dict[str, int] = defaultdict(int)
        self.checks: list[Check] = []
        self.differences = 0
        self.items = 0

    def run(self, progress: Any) -> None:
        """Compare everything; the outcome is in `checks`, `differences` and `items`."""
        with ThreadPoolExecutor(2) as pool:
            lists = list(pool.map(lambda walk: walk.folders(), self._walks))
            every = sorted({*lists[0], *lists[1]})
            for begin in range(0, len(every), FOLDERS_AT_ONCE):
                batch = every[begin : begin + FOLDERS_AT_ONCE]
                mine = [[name for name in batch if name in its] for its in map(set, lists)]
                both = list(pool.map(lambda pair: pair[0].look(pair[1]), zip(self._walks, mine, strict=True)))
                self._compare(both[0], both[1])
                progress(min(begin + FOLDERS_AT_ONCE, len(every)), len(every))
        self._compare_links()
        for top, digests in sorted(self._tops.items()):
            whole = [_digest([pair[side] for pair in digests]) for side in (0, 1)]
            self.checks.append(
                Check(
                    name=f"folder {top}",
                    source=whole[0],
                    target=whole[1],
                    agrees=whole[0] == whole[1],
                    note=f"{self._counts[top]} entries",
                )
            )

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
            top = shown(path.removeprefix(b"./").split(b"/")[0]) if path != TOP else "."
            self._counts[top] += 1
            self._tops[top].append((digests[0], digests[1]))
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

    def _compare_links(self) -> None:
        """Which names are one file: the groups must be the same on both sides."""
        groups = [{frozenset(names) for names in links.values()} for links in self._links]
        for group in sorted(groups[0] ^ groups[1], key=min):
            digests = [
                _digest(sorted(shown(name) for name in group)) if group in side else "not one file"
                for side in groups
            ]
            self._differ(
                min(group), digests[0], digests[1], f"these {len(group)} names are one file on one side only"
            )

    def _differ(self, path: bytes, source: str, target: str, note: str) -> None:
        self.differences += 1
        if self.differences <= MOST_NAMED:
            self.checks.append(Check(name=shown(path), source=source, target=target, agrees=False, note=note))
        elif self.differences == MOST_NAMED + 1:
            more = "and more, which are not listed"
            self.checks.append(Check(name=more, source="", target="", agrees=False, note=more))


def _why(here: Entry | None, there: Entry | None) -> str:
    if here is None:
        return "only on the target"
    if there is None:
        return "missing on the target"
    return here.differs_in(there)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def shown(path: bytes) -> str:
    """A path for people and records: what is no printable text is escaped."""
    text = path.removeprefix(b"./").replace(b"\\", rb"\\").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


VERIFIER = FilesVerifier()
