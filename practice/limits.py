"""Limits of the machine that several booted systems together run into."""

from pathlib import Path

INOTIFY_INSTANCES = 4096
"""All hosts count as one user, each with about seven; the kernel's 128 are used up by three estates."""


def ensure() -> None:
    """Raise what is too low, until the machine starts anew; never lower anything."""
    file = Path("/proc/sys/fs/inotify/max_user_instances")
    if int(file.read_text()) < INOTIFY_INSTANCES:
        file.write_text(f"{INOTIFY_INSTANCES}\n")
