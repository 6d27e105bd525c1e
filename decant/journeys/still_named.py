"""Which files of a workspace still name a server that the store has forgotten."""

import lzma
import mmap
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from estate.paths import Workspace

_MOST = 256 * 2**20
"""Bytes of one part of a workbook, unpacked, up to which it is looked through."""


@dataclass(frozen=True)
class StillNamed:
    """Paths from the workspace's folder; one that ends in `/` is a folder of that name, listed for all that it holds."""

    named: tuple[str, ...]
    unread: tuple[str, ...]
    """Those that could not be looked through: whether they name it is not known."""


def still_named(workspace: Workspace, names: Iterable[str]) -> StillNamed:
    """Look through every file of the workspace, workbooks too, for these names and addresses as whole words.

    The store itself is passed over, as it holds the ledger; so is `.git`.
    """
    wanted = _pattern(names)
    named: list[str] = []
    unread: list[str] = []
    for path, shown in _files(workspace, wanted, named, unread):
        try:
            if wanted.search(os.fsencode(path.name)) or _holds(path, wanted):
                named.append(shown)
        except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError):
            unread.append(shown)
    return StillNamed(tuple(sorted(named)), tuple(sorted(unread)))


def _pattern(names: Iterable[str]) -> re.Pattern[bytes]:
    """Any of them, in whatever case, in UTF-8 and, as spreadsheets write CSV, in UTF-16."""
    either = sorted({one for one in names if one}, key=len, reverse=True)
    plain = b"|".join(re.escape(one.encode()) for one in either)
    wide = b"|".join(re.escape(one.encode("utf-16-le")) for one in either)
    return re.compile(rb"(?<![A-Za-z0-9_-])(?:" + plain + rb")(?![A-Za-z0-9_-])|" + wide, re.I)


def _files(
    workspace: Workspace, wanted: re.Pattern[bytes], named: list[str], unread: list[str]
) -> Iterator[tuple[Path, str]]:
    """Every file with its path from the workspace.

    A folder that has the name goes into `named`; one that cannot be read, or that a link has elsewhere, into `unread`.
    """

    def closed(wrong: OSError) -> None:
        unread.append(f"{_shown(Path(wrong.filename), workspace)}/")

    for here, folders, files in os.walk(workspace.root, onerror=closed):
        folder = Path(here)
        for name in list(folders):
            if name == ".git":
                folders.remove(name)
            elif wanted.search(os.fsencode(name)):
                folders.remove(name)
                named.append(f"{_shown(folder / name, workspace)}/")
            elif (folder / name).is_symlink() and not _within(folder / name, workspace):
                unread.append(f"{_shown(folder / name, workspace)}/")
        for name in files:
            path = folder / name
            store = folder == workspace.state and name.startswith(workspace.database.name)
            if not store and (path.is_file() or path.is_symlink()):
                yield path, _shown(path, workspace)


def _within(path: Path, workspace: Workspace) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(workspace.root))


def _shown(path: Path, workspace: Workspace) -> str:
    return path.relative_to(workspace.root).as_posix()


def _holds(path: Path, wanted: re.Pattern[bytes]) -> bool:
    if not path.is_file():
        raise FileNotFoundError(path)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            return any(_part_holds(parts, part, wanted) for part in parts.infolist())
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return wanted.search(content) is not None


def _part_holds(parts: zipfile.ZipFile, part: zipfile.ZipInfo, wanted: re.Pattern[bytes]) -> bool:
    with parts.open(part) as file:
        content = file.read(_MOST + 1)
    if wanted.search(content):
        return True
    if len(content) > _MOST:
        raise ValueError(part.filename)
    return False
