"""Samples of a tree of files: its files listed, some of each type in each folder read, by find, dd and head.

The walk stays on the tree's own file system, follows no link and opens regular files only; a file is opened so
that a pipe or a link in its place neither holds it up nor leads elsewhere, and as root without touching its time
of access. Nothing is written on the host.
"""

import random
import secrets
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from estate.records.base import now
from estate.records.observation import Outcome
from estate.records.personal import PersonalData, PersonalKind, PersonalPlace
from inventory.personal import contents, judge, places
from inventory.personal.sample import Limits, Passed
from inventory.personal.shell import Shell, sections

_LIST = 64 << 20
_BATCH = 8 << 20
"""Bytes that one script may bring."""

_LISTING = """\
r={root}
[ -d "$r" ] || {{ printf '%s gone\\n' {word}; exit 0; }}
printf '%s files\\n' {word}
${{t:+timeout {seconds}}} find "$r" -xdev -type f -print0 2>/dev/null
printf '\\n%s ended %s\\n' {word} $?
${{t:+timeout {seconds}}} find "$r" -xdev ! -type f ! -type d ! -type l -print0 2>/dev/null | tr -dc '\\0' | wc -c
printf '\\n%s links\\n' {word}
${{t:+timeout {seconds}}} find "$r" -xdev -type l -print0 2>/dev/null | tr -dc '\\0' | wc -c
printf '\\n%s closed\\n' {word}
[ "$(id -u)" = 0 ] ||
  ${{t:+timeout {seconds}}} find "$r" -xdev -type d ! -exec test -x {{}} \\; -print0 2>/dev/null | tr -dc '\\0' | wc -c
printf '\\n%s end\\n' {word}
"""
_READING = """\
f=nofollow,nonblock,fullblock
dd if=/dev/null iflag=$f count=0 2>/dev/null || f=
n=; [ "$f" ] && [ "$(id -u)" = 0 ] && n=,noatime
one() {{
  printf '\\n%s file %s\\n' {word} "$1"
  if [ -L "$3" ] || [ ! -f "$3" ]; then e=gone
  elif [ ! -r "$3" ]; then e=closed
  elif [ "$4" ] && [ "$(wc -c <"$3" 2>/dev/null || echo 0)" -gt "$2" ]; then e=large
  elif [ "$f" ]; then
    ${{t:+timeout 10}} dd if="$3" iflag=$f$n,count_bytes bs=65536 count="$2" 2>/dev/null && e=ok || e=failed
  else ${{t:+timeout 10}} head -c "$2" <"$3" 2>/dev/null && e=ok || e=failed
  fi
  printf '\\n%s end %s %s\\n' {word} "$1" $e
}}
"""
_WHY = {
    "gone": "went, or became something else, while it was looked at",
    "closed": "no right to read it",
    "large": "a document too large to be read whole",
    "failed": "could not be read",
}


@dataclass(frozen=True)
class Tree:
    """One shared tree, as the facts name it."""

    id: str
    server: str
    path: str


def look(shell: Shell, tree: Tree, limits: Limits) -> PersonalData:
    """Sample one tree. Raises `UnreachableError` where the host does not answer."""
    return _Look(shell, tree, limits).result()


class _Look:
    def __init__(self, shell: Shell, tree: Tree, limits: Limits) -> None:
        self._shell = shell
        self._tree = tree
        self._limits = limits
        self._word = "decant-" + secrets.token_hex(16)
        self._until = time.monotonic() + limits.seconds
        self._passed = Passed()

    def result(self) -> PersonalData:
        groups = self._listed()
        if isinstance(groups, str):
            return self._record(Outcome.FAILED, groups, [], 0)
        chosen = self._chosen(groups)
        found: dict[str, list[list[judge.Found]]] = {}
        sizes: dict[str, int] = {}
        for name, kind, data in self._read(chosen):
            content = contents.read(data, kind)
            if content.problem:
                self._passed.add(f"{kind or 'other'} files", content.problem)
                continue
            found.setdefault(name, []).append(contents.found_in(content))
            sizes[name] = sizes.get(name, 0) + len(data)
        if not groups and any(left.what == "folders" for left in self._passed.all()):
            return self._record(Outcome.UNREADABLE, "no right to look into the tree", [], 0)
        looked = [
            PersonalPlace(
                where=name,
                looked_at=len(parts),
                of_about=len(groups[name]),
                bytes=sizes[name],
                found=tuple(
                    PersonalKind(kind=one.kind, matches=one.matches, confidence=one.confidence)
                    for one in judge.merged(parts).values()
                ),
            )
            for name, parts in sorted(found.items())
        ]
        return self._record(Outcome.KNOWN, "", looked, len(groups))

    def _listed(self) -> dict[str, list[str]] | str:
        """Every file's path by the group that it is reported under, or why the tree could not be listed."""
        seconds = max(10, int(self._limits.seconds / 4))
        script = _LISTING.format(root=shlex.quote(self._tree.path), word=self._word, seconds=seconds)
        said = self._shell.run(script, self._limits.seconds + 15, _LIST)
        parts = {words[0]: body for words, body in sections(said.output, self._word) if words}
        if "gone" in parts:
            return "the tree is there no more, or may not be seen"
        if "files" not in parts:
            return "the host did not list it"
        paths = [path.decode("utf-8", "surrogateescape") for path in parts["files"].split(b"\0")]
        if "ended" not in parts or paths[-1] != "":
            self._passed.add(
                "lists of files", "more files than could be listed in the time; the rest was not seen"
            )
        for part, what, why in (
            ("ended", "pipes, sockets and devices", "not opened"),
            ("links", "symbolic links", "not followed"),
            ("closed", "folders", "no right to enter"),
        ):
            count = parts.get(part, b"").strip()
            self._passed.add(what, why, int(count) if count.isdigit() else 0)
        groups: dict[str, list[str]] = {}
        for path in paths[:-1]:
            kind = contents.suffix(path)
            if kind in contents.UNREAD:
                self._passed.add(f"{kind} files", "not looked into")
            elif kind in contents.IMAGES:
                self._passed.add("pictures, sound and film", "not looked into")
            else:
                groups.setdefault(places.group(path, self._tree.path, kind), []).append(path)
        return groups

    def _chosen(self, groups: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
        """Some files of each group, spread at random, the same at each run."""
        names = sorted(groups)
        for name in names[self._limits.groups :]:
            self._passed.add(
                "files", f"only {self._limits.groups} groups of files are looked at", len(groups[name])
            )
        source = random.Random(self._tree.path)  # noqa: S311 - a sample, not a secret
        return [
            (name, path)
            for name in names[: self._limits.groups]
            for path in source.sample(sorted(groups[name]), min(self._limits.files, len(groups[name])))
        ]

    def _read(self, chosen: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bytes]]:
        """Group, type and bytes of each file that could be read."""
        batch: list[tuple[str, str]] = []
        room = _BATCH
        for number, (name, path) in enumerate(chosen):
            room -= self._limit(path)
            if room < 0 and batch:
                yield from self._fetched(batch)
                batch, room = [], _BATCH - self._limit(path)
            batch.append((name, path))
            if time.monotonic() > self._until:
                self._passed.add("files", "the time for this tree was used up", len(chosen) - number)
                return
        if batch:
            yield from self._fetched(batch)

    def _fetched(self, batch: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, bytes]]:
        calls = "".join(
            f"one {number} {self._limit(path)} {shlex.quote(path)} {'whole' if self._whole(path) else ''}\n"
            for number, (_, path) in enumerate(batch)
        )
        seconds = max(20.0, self._until - time.monotonic())
        said = self._shell.run(_READING.format(word=self._word) + calls, seconds, _BATCH + (4 << 20))
        parts = sections(said.output, self._word)
        ends = {words[1]: words[2] for words, _ in parts if len(words) == 3 and words[0] == "end"}
        bodies = {words[1]: body for words, body in parts if len(words) == 2 and words[0] == "file"}
        for number, (name, path) in enumerate(batch):
            end = ends.get(str(number), "failed")
            if end == "ok":
                yield name, contents.suffix(path), bodies.get(str(number), b"")
            else:
                self._passed.add("files", _WHY.get(end, _WHY["failed"]))

    def _whole(self, path: str) -> bool:
        return contents.suffix(path) in contents.OFFICE

    def _limit(self, path: str) -> int:
        return self._limits.document_bytes if self._whole(path) else self._limits.file_bytes

    def _record(self, outcome: Outcome, reason: str, looked: Sequence[PersonalPlace], groups: int) -> PersonalData:
        limits = self._limits
        return PersonalData(
            id=self._tree.id,
            server=self._tree.server,
            source="files",
            name=self._tree.path,
            outcome=outcome,
            reason=reason,
            privilege="root" if outcome is Outcome.UNREADABLE else "",
            sample=f"up to {limits.files} files of each type in each folder of the tree, of each file of text the first "
            f"{limits.file_bytes // 1024} KiB",
            columns=groups,
            values=sum(place.looked_at for place in looked),
            bytes=sum(place.bytes for place in looked),
            places=tuple(place for place in looked if place.found),
            not_looked_at=self._passed.all(),
            at=now(),
        )
