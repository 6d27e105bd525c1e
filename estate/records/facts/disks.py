"""Block devices."""

from estate.records.base import Record


class Disk(Record):
    """One block device. `type` is lsblk's: `disk`, `part`, `lvm`, `crypt`, `raid1` …"""

    name: str
    type: str
    size_bytes: int
    parent: str | None = None
    """The first of what it lies on: a partition's disk, a volume's partition."""
    filesystem: str | None = None
    """Where it is mounted, swap, or part of something: `ext4`, `swap`, `LVM2_member`, `crypto_LUKS`,
    `linux_raid_member`. None also where it holds one that is not in use."""
    mountpoint: str | None = None
    members: tuple[str, ...] = ()
    """All of what it lies on, by name."""
    model: str = ""
    rotational: bool | None = None
    removable: bool = False
    degraded: bool | None = None
    """Whether a mirror or stripe lacks a device; None for what is neither."""


class Disks(Record):
    """Fact `disks`."""

    disks: tuple[Disk, ...]

    @property
    def total_bytes(self) -> int:
        """Size of the whole disks together."""
        return sum(d.size_bytes for d in self.disks if d.type == "disk")
