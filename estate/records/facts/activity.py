"""How much changes: what was written to trees within a day, and to databases' logs."""

from typing import Literal

from estate.records.base import Record


class TreeActivity(Record):
    """A shared folder or a website's root."""

    path: str
    owner: str = ""
    """The account that owns the folder itself."""
    files: int | None = None
    """Files of which the contents changed within 24 hours; None where that could not be counted."""
    bytes: int | None = None
    """What these take, each as a whole."""


class LogActivity(Record):
    """The log of one database server, into which every change is written first."""

    engine: Literal["postgres", "mariadb"]
    port: int
    position: int | None = None
    """Bytes written since the database server was made; it only ever rises."""
    written: int | None = None
    """Bytes written within the `seconds` that the database server counts."""
    seconds: float | None = None


class Activity(Record):
    """Fact `activity`."""

    trees: tuple[TreeActivity, ...] = ()
    logs: tuple[LogActivity, ...] = ()
