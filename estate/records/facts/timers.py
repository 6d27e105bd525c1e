"""systemd timers."""

from estate.records.base import Instant, Record


class Timer(Record):
    """One timer and what it starts."""

    unit: str
    activates: str
    schedule: tuple[str, ...] = ()
    """As written: `OnCalendar=*-*-* 02:30:00`."""
    path: str = ""
    """The timer's unit file."""
    enabled: str = ""
    last: Instant | None = None
    next: Instant | None = None

    @property
    def local(self) -> bool:
        """Whether the unit file was put there by a person and not by a package."""
        return self.path.startswith(("/etc/systemd/system/", "/usr/local/lib/systemd/system/"))


class Timers(Record):
    """Fact `timers`."""

    timers: tuple[Timer, ...]
