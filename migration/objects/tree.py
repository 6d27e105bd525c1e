"""Reads and writes a tree on its host, by commands that every Linux server has."""

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from estate.errors import UnfinishedError
from migration.files.sides import LONG, Place, q
from migration.objects.base import About

FOLDERS_AT_ONCE = 256
PARTIAL = ".decant_partial"
"""Where large files are put together on their way back; in the tree, so that they can be moved into place."""
ROOM = 1 << 28
"""Bytes that one command may answer."""

_ENTRIES = (
    'cd {tree} && xargs -0 -r sh -c \'exec find "$@" -mindepth 1 -maxdepth 1 -ignore_readdir_race ! -type d '
    '-printf "%y %m %s %T@ %C@ %i\\\\0%u\\\\0%g\\\\0%l\\\\0%p\\\\0"\' sh'
)


@dataclass(frozen=True)
class File:
    """One entry of the tree that is no folder; `path` is within the tree."""

    path: bytes
    kind: str
    """As find's `%y`: `f`, `l`, and what no object can be."""
    size: int
    inode: str
    about: About


class Tree:
    """A tree on one host, at `top` there: its own path, or the shadow behind a closed gate."""

    def __init__(self, place: Place, top: str) -> None:
        self._place = place
        self._top = top
        self._writing = threading.Lock()

    def folders(self) -> dict[bytes, tuple[str, str]]:
        """Every folder by its path within the tree (the top is empty), with its owner and group by name."""
        script = f"cd {q(self._top)} && find . -type d -ignore_readdir_race -printf '%P\\0%u\\0%g\\0'"
        said = self._read(script, b"", "Listing folders")
        parts = said.split(b"\0")
        return {
            path: (os.fsdecode(owner), os.fsdecode(group))
            for path, owner, group in zip(parts[0::3], parts[1::3], parts[2::3], strict=False)
        }

    def files(self, folders: Iterable[bytes]) -> Iterator[list[File]]:
        """Everything in these folders but folders, some folders at a time."""
        each = iter(folders)
        while batch := list(islice(each, FOLDERS_AT_ONCE)):
            given = b"".join(b"./" + folder + b"\0" if folder else b".\0" for folder in batch)
            said = self._read(_ENTRIES.format(tree=q(self._top)), given, "Listing files")
            yield [_file(parts) for parts in _groups(said.split(b"\0"), 5)]

    def contents(self, paths: Sequence[bytes], room: int) -> dict[bytes, bytes]:
        """The contents of small files, by path; those that are gone by now are not in it."""
        script = f"cd {q(self._top)} && tar --format=gnu --hard-dereference --no-recursion --null -T - -cf - || [ $? = 1 ]"
        given = b"".join(b"./" + path + b"\0" for path in paths)
        result = self._place.read(script, given, LONG, room + 4096 * len(paths) + ROOM // 16)
        if result.truncated:
            raise self._failed("Reading files", "they grew while they were read")
        found: dict[bytes, bytes] = {}
        if not result.stdout:
            return found
        with tarfile.open(
            fileobj=io.BytesIO(result.stdout), encoding="utf-8", errors="surrogateescape"
        ) as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isreg() else None
                if content is not None:
                    found[os.fsencode(member.name).removeprefix(b"./")] = content.read()
        if len(found) < len(paths) and not result.ok and b"No such file" not in result.stderr:
            raise self._failed("Reading files", _last(result.stderr))
        return found

    def block(self, path: bytes, offset: int, length: int) -> bytes:
        """Some bytes of a large file; fewer where it shrank."""
        words = f"iflag=skip_bytes,count_bytes,fullblock skip={offset} count={length} bs=1M status=none"
        return self._read(f"cd {q(self._top)} && xargs -0 -I @ dd if=@ {words}", b"./" + path + b"\0", "Reading")

    def digest(self, path: bytes, kind: str, offset: int = 0, length: int | None = None) -> str:
        """The digest of a file, or of some bytes of it, as the host itself reads it; `kind` is sha256 or md5."""
        if length is None:
            script = f"cd {q(self._top)} && xargs -0 {kind}sum -b --"
        else:
            words = f"iflag=skip_bytes,count_bytes,fullblock skip={offset} count={length} bs=1M status=none"
            script = f"cd {q(self._top)} && xargs -0 -I @ dd if=@ {words} | {kind}sum"
        # An odd name makes the line begin with a backslash.
        return (
            self._read(script, b"./" + path + b"\0", "Hashing")
            .decode("ascii", "replace")
            .lstrip("\\")
            .split(" ")[0]
        )

    def remove(self, files: Sequence[bytes], folders: Sequence[bytes] = ()) -> None:
        """Remove files, then folders that are empty."""
        given = b"".join(b"./" + path + b"\0" for path in files)
        if files:
            self._write("xargs -0 rm -f --", given, "Removing files")
        if folders:
            given = b"".join(b"./" + path + b"\0" for path in sorted(folders, reverse=True))
            self._write("xargs -0 rmdir --", given, "Removing folders")

    def extract(self, archive: bytes) -> None:
        """Write what an archive holds, owners by name; a file that is there is replaced."""
        self._write("tar -x --same-owner -p --unlink-first -f -", archive, "Writing files")

    def touch(self, times: Mapping[bytes, str]) -> None:
        """Give files their times, in seconds with nine decimals."""
        given = b"".join(time.encode() + b"\0./" + path + b"\0" for path, time in times.items())
        if times:
            self._write('xargs -0 -n 2 sh -c \'exec touch -h -d "@$0" -- "$1"\'', given, "Writing times")

    def stage(self, path: bytes, offset: int, data: bytes) -> None:
        """Write some bytes of a large file beside the tree's own, until `finish` puts it in its place."""
        words = f"bs=1M iflag=fullblock oflag=seek_bytes seek={offset} conv=notrunc status=none"
        self._write(f"mkdir -p {PARTIAL} && dd of={PARTIAL}/{_mark(path)} {words}", data, "Writing")

    def finish(self, path: bytes, size: int, said: Mapping[str, str]) -> None:
        """Put a large file that was staged in its place, with its owner, mode and time."""
        part = f"{PARTIAL}/{_mark(path)}"
        script = (
            f"truncate -s {size} {part} && chown {q(said['owner'])}:{q(said['group'])} {part} && chmod {q(said['mode'])} "
            f"{part} && touch -d @{q(said['mtime'])} {part} && xargs -0 -I @ mv -fT {part} @ "
            f"&& rmdir --ignore-fail-on-non-empty {PARTIAL}"
        )
        self._write(script, b"./" + path + b"\0", "Writing")

    def _read(self, script: str, given: bytes, doing: str) -> bytes:
        result = self._place.read(script, given, LONG, ROOM)
        if result.truncated or not result.ok:
            raise self._failed(doing, _last(result.stderr) if not result.truncated else "too much at once")
        return result.stdout

    def _write(self, script: str, given: bytes, doing: str) -> None:
        with self._writing:
            self._place.run(f"set -e; cd {q(self._top)}; {script}", given, LONG).must(
                f"{doing} in {self._place.tree} on {self._place.host.name}"
            )

    def _failed(self, doing: str, why: str) -> UnfinishedError:
        return UnfinishedError(
            f"{doing} in {self._place.tree} on {self._place.host.name} failed ({why})",
            "mend that there and run the same command again: it goes on",
        )


def _mark(path: bytes) -> str:
    return hashlib.sha256(path).hexdigest()[:32]


def _file(parts: Sequence[bytes]) -> File:
    numbers, owner, group, link, path = parts
    kind, mode, size, mtime, ctime, inode = numbers.decode("ascii").split(" ")
    about = About(_time(mtime), _time(ctime), mode, owner, group, link if kind == "l" else b"")
    return File(path.removeprefix(b"./"), kind, 0 if kind == "l" else int(size), inode, about)


def _time(text: str) -> str:
    """find prints ten decimals, the last always 0."""
    whole, _, part = text.partition(".")
    return f"{whole}.{part[:9].ljust(9, '0')}"


def _groups(parts: Sequence[bytes], number: int) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(parts) - number + 1, number):
        yield parts[begin : begin + number]


def _last(stderr: bytes) -> str:
    return (stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1][:300]
