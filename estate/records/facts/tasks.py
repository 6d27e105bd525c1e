"""Scheduled tasks of Windows."""

from estate.records.base import Instant, Record


class ScheduledTask(Record):
    """One task."""

    path: str
    r"""Its folder and name: `\Council\Nightly export`."""
    enabled: bool | None = None
    user: str = ""
    """The account or group that it runs as."""
    commands: tuple[str, ...] = ()
    """Redacted."""
    schedule: tuple[str, ...] = ()
    """In words, by the host's own clock: `weekly Mon,Fri 02:30`."""
    last: Instant | None = None
    next: Instant | None = None
    last_result: int | None = None
    """0 where it went well; else the program's status, or a number of Windows."""


class Tasks(Record):
    """Fact `tasks`."""

    tasks: tuple[ScheduledTask, ...]
    of_windows: int = 0
    """How many more Windows brings itself."""
