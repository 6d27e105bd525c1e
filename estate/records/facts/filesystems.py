"""Mounted file systems that hold data."""

from estate.records.base import Record


class Filesystem(Record):
    """One mounted file system. Pseudo ones (proc, tmpfs …) are left out."""

    source: str
    type: str
    mountpoint: str
    size_bytes: int
    used_bytes: int
    available_bytes: int
    inodes: int | None = None
    inodes_used: int | None = None


class RemoteMount(Record):
    """A mount whose data is on another machine. Its size is not asked for: a dead one would hang."""

    source: str
    type: str
    mountpoint: str
    mounted: bool = True
    """Whether it was mounted; where not, it stands in /etc/fstab."""


class Filesystems(Record):
    """Fact `filesystems`."""

    filesystems: tuple[Filesystem, ...]
    remote: tuple[RemoteMount, ...] = ()
