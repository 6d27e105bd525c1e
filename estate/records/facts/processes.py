"""Processes that ran when the host was read; kernel threads are left out."""

from estate.records.base import Record


class Process(Record):
    """One process."""

    pid: int
    ppid: int
    user: str
    """Name, or the number where the host has no name for it."""
    rss_bytes: int | None = None
    name: str
    args: str = ""
    """Redacted."""
    unit: str | None = None
    """The systemd unit that it belongs to."""


class Processes(Record):
    """Fact `processes`."""

    processes: tuple[Process, ...]
