"""One look at what a server was doing."""

from estate.records.base import Instant, Record


class Sample(Record):
    """What a server used over the `seconds` until `at`; memory, load and space as they were at `at`.

    None where it was not known: a counter that began anew has no rate.
    """

    at: Instant
    seconds: float
    cpu_percent: float | None = None
    """Of all processors together: 100 is all of them busy. Time stolen by a hypervisor counts as busy."""
    memory_bytes: int | None = None
    """In use: what the kernel could not give to a new program."""
    disk_iops: float | None = None
    disk_bytes_per_second: float | None = None
    """Read and written, of whole disks."""
    received_bytes_per_second: float | None = None
    sent_bytes_per_second: float | None = None
    load: float | None = None
    """The kernel's average over one minute."""
    disk_used_bytes: int | None = None
    """On local file systems."""
