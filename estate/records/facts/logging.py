"""Where the host's logs go."""

from estate.records.base import Record


class Logging(Record):
    """Fact `logging`."""

    journal_persistent: bool | None = None
    """Whether the journal outlives a restart; None where there is no journal."""
    syslog: str = ""
    """`rsyslog`, `syslog-ng`; empty where neither is installed."""
    forwards_to: tuple[str, ...] = ()
    """Other machines that logs are sent to."""
    auditd: bool | None = None
    """Whether the audit daemon runs."""
