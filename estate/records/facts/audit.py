"""The kernel's audit of what people and programs do."""

from estate.records.base import Record


class Audit(Record):
    """Fact `audit`."""

    installed: bool
    running: bool
    rules: int | None = None
    """How many rules its files hold; None where they could not be read."""
    immutable: bool | None = None
    """Whether the rules end with `-e 2`, so that only a restart changes them."""
    watched: tuple[str, ...] = ()
    """Files and folders that rules watch."""
    log_file: str = ""
    when_full: str = ""
    """What it does when its disk is full: `halt`, `suspend` …"""
    keeps: str = ""
    """What becomes of a log that is full: `rotate`, `keep_logs` …"""
