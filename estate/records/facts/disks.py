"""Block devices."""

from estate.records.base import Record


class Disk(Record):
    """One block device. `type` is lsblk's: `disk`, `part`, `lvm`, `crypt`, `raid1` …"""

    name: str
    type: str
    size_bytes: int
    parent: str | None = None
    filesystem: str | None = None
    mountpoint: str | None = None


class Disks(Record):
    """Fact `disks`."""

    disks: tuple[Disk, ...]

    @property
    def total_bytes(self) -> int:
        """Size of the whole disks together."""
        return sum(d.size_bytes for d in self.disks if d.type == "disk")
