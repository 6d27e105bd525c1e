"""One pass from the container back to the tree, behind its closed gate: what was written or deleted there since.

An object that no longer says of which file it was made, or whose content is another by now, was written by an
application: its file keeps its owner and mode, or gets those of its folder, and the time of the object.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from estate.errors import RefusedError
from estate.object_names import object_name, tree_path
from migration.objects.base import BLOCK, Held, Remote
from migration.objects.forward import Carried
from migration.objects.index import Index
from migration.objects.tree import PARTIAL, File, Tree

FILES_AT_ONCE = 256
NEW_MODE = "640"
NEW_FOLDER = 0o2770


@dataclass(frozen=True)
class _Write:
    """A file to be written: the object, and what its file is to be."""

    path: bytes
    held: Held
    owner: str
    group: str
    mode: str
    there: File | None


class Back:
    """One pass."""

    def __init__(self, tree: Tree, remote: Remote, index: Index, sent: Callable[[int], None]) -> None:
        self._tree = tree
        self._remote = remote
        self._index = index
        self._sent = sent

    def run(self) -> Carried:
        """Do it. Raises `RefusedError` where an object's name can be no file's."""
        done = Carried()
        changed = self._changed()
        odd = [name for name in changed if tree_path(name) is None]
        odd += [name for name in changed if self._index.saw_below(name) or self._inside_another(name)]
        if odd:
            raise RefusedError(
                f"{len(odd)} objects have names that no file of the tree can have ({', '.join(sorted(odd)[:5])})",
                "rename or delete them in the container, and run the same command again",
            )
        folders = {
            path: who for path, who in self._tree.folders().items() if not path.startswith(PARTIAL.encode())
        }
        there: dict[str, File] = {}
        gone: list[bytes] = []
        for batch in self._tree.files(sorted(folders)):
            for one in batch:
                name = object_name(one.path)
                if name in changed:
                    there[name] = one
                if not self._index.saw(name):
                    gone.append(one.path)
        in_the_way = [path for name in changed if (path := tree_path(name)) is not None and path in folders]
        self._tree.remove(gone, _with_those_below(in_the_way, folders))
        for held in self._index.unseen():
            self._index.drop(held.name)
        self._write(changed, there, folders, done)
        done.changes += len(gone)
        return done

    def _changed(self) -> dict[str, Held]:
        """Objects in another state than the one noted; afterwards, every name is known as seen."""
        changed: dict[str, Held] = {}
        self._index.begin()
        for held in self._remote.listing():
            self._index.see([held.name])
            known = self._index.get(held.name)
            if known is None or known.etag != held.etag:
                changed[held.name] = held
        return changed

    def _inside_another(self, name: str) -> bool:
        parts = name.split("/")
        return any(self._index.saw("/".join(parts[:number])) for number in range(1, len(parts)))

    def _write(
        self,
        changed: Mapping[str, Held],
        there: Mapping[str, File],
        folders: Mapping[bytes, tuple[str, str]],
        done: Carried,
    ) -> None:
        small: list[tuple[_Write, bytes]] = []
        made: set[bytes] = set()
        for name, listed in changed.items():
            held = self._remote.head(name)
            path = tree_path(name)
            if held is None or path is None or held.etag != listed.etag:
                done.left += 1
                continue
            old = there.get(name)
            if self._is_there(held, old):
                self._index.put(held)
                continue
            owner, group = _nearest(path, folders)
            if old is not None:
                owner, group = os.fsdecode(old.about.owner), os.fsdecode(old.about.group)
            wanted = _Write(path, held, owner, group, old.about.mode if old and old.kind == "f" else NEW_MODE, old)
            if held.size > BLOCK:
                self._write_large(wanted, folders, made)
            else:
                small.append((wanted, self._remote.read(held, 0, held.size)))
                if len(small) == FILES_AT_ONCE or sum(len(data) for _, data in small) > BLOCK:
                    self._flush(small, folders, made)
                    small = []
            done.changes += 1
            done.bytes += held.size
            self._sent(held.size)
        if small:
            self._flush(small, folders, made)

    def _is_there(self, held: Held, old: File | None) -> bool:
        """Whether the file is as the object says already: so after the cache was lost."""
        if old is None or held.about is None or held.size != old.size:
            return False
        if replace(held.about, sha256="", ctime=old.about.ctime) != old.about:
            return False
        return old.kind == "l" or held.about.sha256 == self._tree.digest(old.path, "sha256")

    def _flush(
        self, files: Sequence[tuple[_Write, bytes]], folders: Mapping[bytes, tuple[str, str]], made: set[bytes]
    ) -> None:
        out = io.BytesIO()
        with tarfile.open(
            fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
        ) as archive:
            for wanted, data in files:
                _add_folders(archive, wanted.path, folders, made)
                _add(archive, wanted, data)
        self._tree.extract(out.getvalue())
        own = {w.path: w.held.about.mtime for w, data in files if w.held.about and _is_own(w.held, data)}
        self._tree.touch(own)
        for wanted, _ in files:
            self._index.put(wanted.held)

    def _write_large(self, wanted: _Write, folders: Mapping[bytes, tuple[str, str]], made: set[bytes]) -> None:
        self._flush_folders(wanted.path, folders, made)
        held = wanted.held
        # What is staged may be of another state: it is taken for this one's only if its digest ends as it should.
        for offset in range(0, held.size, BLOCK):
            self._tree.stage(wanted.path, offset, self._remote.read(held, offset, min(BLOCK, held.size - offset)))
        self._tree.finish(
            wanted.path,
            held.size,
            {"owner": wanted.owner, "group": wanted.group, "mode": wanted.mode, "mtime": f"{held.changed:.9f}"},
        )
        self._index.put(held)

    def _flush_folders(self, path: bytes, folders: Mapping[bytes, tuple[str, str]], made: set[bytes]) -> None:
        out = io.BytesIO()
        with tarfile.open(
            fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
        ) as archive:
            _add_folders(archive, path, folders, made)
        self._tree.extract(out.getvalue())


def _add(archive: tarfile.TarFile, wanted: _Write, data: bytes) -> None:
    held = wanted.held
    member = tarfile.TarInfo(os.fsdecode(b"./" + wanted.path))
    member.uname, member.gname, member.mode = wanted.owner, wanted.group, int(wanted.mode, 8)
    member.uid, member.gid = _number(wanted.owner), _number(wanted.group)
    member.mtime = int(held.changed)
    said = held.about
    if said is not None and _is_own(held, data):
        member.mode = int(said.mode, 8)
        member.uname, member.gname = os.fsdecode(said.owner), os.fsdecode(said.group)
        member.uid, member.gid = _number(member.uname), _number(member.gname)
        if said.link:
            member.type, member.linkname = tarfile.SYMTYPE, os.fsdecode(said.link)
    member.size = 0 if member.issym() else len(data)
    archive.addfile(member, io.BytesIO(data))


def _is_own(held: Held, data: bytes) -> bool:
    """Whether what an object says of its file is still true of its content."""
    return held.about is not None and held.about.sha256 == hashlib.sha256(data).hexdigest()


def _add_folders(
    archive: tarfile.TarFile, path: bytes, folders: Mapping[bytes, tuple[str, str]], made: set[bytes]
) -> None:
    """Folders on the way to a new file that are not there yet, owned as the nearest one that is."""
    parts = path.split(b"/")[:-1]
    for number in range(1, len(parts) + 1):
        folder = b"/".join(parts[:number])
        if folder in folders or folder in made:
            continue
        made.add(folder)
        member = tarfile.TarInfo(os.fsdecode(b"./" + folder))
        member.type, member.mode = tarfile.DIRTYPE, NEW_FOLDER
        member.uname, member.gname = _nearest(folder, folders)
        member.uid, member.gid = _number(member.uname), _number(member.gname)
        archive.addfile(member)


def _nearest(path: bytes, folders: Mapping[bytes, tuple[str, str]]) -> tuple[str, str]:
    while path:
        path = path.rpartition(b"/")[0]
        if path in folders:
            return folders[path]
    return ("root", "root")


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _with_those_below(paths: Sequence[bytes], folders: Mapping[bytes, tuple[str, str]]) -> list[bytes]:
    return [one for one in folders if any(one == path or one.startswith(path + b"/") for path in paths)]
