"""Writes files whole: for whoever runs Decant, or for the group too, and never half of one.

All that Decant writes names servers and people, so nothing is open to everybody.
"""

import errno
import os
import stat
from pathlib import Path
from secrets import token_hex

from estate.errors import UsageError
from estate.reading import reason

PRIVATE = 0o600
"""Exports, reports and state: for one person's eyes."""
TEAM = 0o640
"""What a team works on together: the group may read it."""


def create(path: Path, mode: int = TEAM) -> int:
    """A descriptor to write a new file with. Raises `FileExistsError` where it is there, and `OSError`."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)


def replace(
    path: Path, content: str | bytes, mode: int = TEAM, remedy: str = "let yourself write to that folder"
) -> None:
    """Write a file in place of the one that is there, whose mode and group stay, and for root its owner; all or nothing.

    It is on the disk before it takes the old one's place. A link is followed, and a device or a pipe written to.
    Raises `UsageError`, with `remedy`, where that cannot be.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        _replace(path, data, mode)
    except OSError as wrong:
        full = wrong.errno in (errno.ENOSPC, errno.EDQUOT)
        raise UsageError(
            f"{path} cannot be written ({reason(wrong)})", "make room on that disk" if full else remedy
        ) from None


def _replace(path: Path, data: bytes, mode: int) -> None:
    there = path.stat() if path.exists() else None
    if there is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if there is not None and not stat.S_ISREG(there.st_mode):
        with path.open("wb") as out:
            out.write(data)
        return
    place = Path(os.path.realpath(path))
    new = place.with_name(f".{os.fsdecode(os.fsencode(place.name)[:200])}.{token_hex(4)}")
    try:
        with os.fdopen(create(new, mode if there is None else PRIVATE), "wb") as out:
            out.write(data)
            if there is not None:
                _as_before(out.fileno(), there)
            out.flush()
            os.fsync(out.fileno())
        os.replace(new, place)  # noqa: PTH105 - atomic
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _as_before(descriptor: int, there: os.stat_result) -> None:
    """The owner, where we may give it away, the group and the mode that it had.

    Without the group's rights, where not even the group can be given.
    """
    mode = stat.S_IMODE(there.st_mode)
    if not (_owned(descriptor, there.st_uid, there.st_gid) or _owned(descriptor, -1, there.st_gid)):
        mode &= ~stat.S_IRWXG
    os.fchmod(descriptor, mode)


def _owned(descriptor: int, owner: int, group: int) -> bool:
    try:
        os.fchown(descriptor, owner, group)
    except PermissionError:
        return False
    return True
