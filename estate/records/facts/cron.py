"""Jobs that cron runs."""

from estate.records.base import Instant, Record


class CronJob(Record):
    """One line of one crontab."""

    file: str
    """The file it is in; for a script under `/etc/cron.daily` and its like, the script."""
    user: str
    schedule: str
    """Five fields, or `@daily` and its like."""
    command: str
    """Redacted."""
    package: str | None = None
    """The package that owns the file; None where none does, or it is not known."""


class AtJob(Record):
    """A job that `at` runs once. What it runs is not read: its file holds the whole environment of its owner."""

    queue: str
    """Its letter; `=` while it runs, `b` for batch."""
    uid: int
    due: Instant


class Cron(Record):
    """Fact `cron`."""

    jobs: tuple[CronJob, ...]
    at: tuple[AtJob, ...] = ()
    timezone: str | None = None
    """Where a crontab sets CRON_TZ; else the host's own."""
