"""A disk of a host's own, of a given size, under all that the host changes: so that it can be full.

It is a file system in a sparse file beside the host's folder, mounted where the overlay keeps its parts.
"""

import errno
import os
from pathlib import Path

from estate.errors import RefusedError
from practice import tool

_STEP = 1 << 20
"""Bytes; what is left at the end is taken in ever smaller steps."""


def attach(folder: Path, size_bytes: int) -> None:
    """Make a disk of that size and mount it at `folder`, which must be empty."""
    folder.mkdir(parents=True, exist_ok=True)
    image = _image(folder)
    with image.open("wb") as file:
        file.truncate(size_bytes)
    tool.run(["mkfs.ext4", "-q", "-m", "0", str(image)], f"making the disk {image}")
    tool.run(["mount", "-o", "loop", str(image), str(folder)], f"mounting the disk {image}")


def fill(folder: Path) -> None:
    """Leave not one free block. Raises `RefusedError` where the host has no disk of its own: it would be the machine's."""
    if not os.path.ismount(folder):
        raise RefusedError(
            f"{folder.name} has no disk of its own", "bring the estate up with a size for that host's disk"
        )
    descriptor = os.open(_ballast(folder), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        step = _STEP
        while step:
            try:
                os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, step)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                step //= 4
    finally:
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Give back what `fill` took. Safe to repeat."""
    _ballast(folder).unlink(missing_ok=True)


def _image(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.disk")


def _ballast(folder: Path) -> Path:
    return folder / "ballast"
