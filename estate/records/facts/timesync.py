"""Whether the clock follows a time server."""

from estate.records.base import Record


class Timesync(Record):
    """Fact `timesync`."""

    service: str = ""
    """`chrony`, `systemd-timesyncd`, `ntpd`; empty where none runs."""
    active: bool
    synchronised: bool | None = None
    servers: tuple[str, ...] = ()
    """As configured."""
    offset_seconds: float | None = None
    """How far the host's clock is from its time servers, as its own time service says."""
