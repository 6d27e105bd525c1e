"""How much a server uses, over the time for which it was observed."""

from typing import Literal

from estate.records.base import Instant, Record


class Spread(Record):
    """How one figure was spread over time: half of the time it was `p50` or less, 95% of it `p95` or less."""

    p50: float
    p95: float
    max: float


class Usage(Record):
    """What one server used, from one source. None where no sample had that figure."""

    server: str
    source: Literal["observe", "sysstat"]
    """`observe`: Decant's own samples. `sysstat`: what the server had kept of itself."""
    since: Instant
    until: Instant
    hours: float
    """Observed hours between the two: the time that samples cover."""
    samples: int
    cpu_percent: Spread | None = None
    memory_bytes: Spread | None = None
    disk_iops: Spread | None = None
    disk_bytes_per_second: Spread | None = None
    received_bytes_per_second: Spread | None = None
    sent_bytes_per_second: Spread | None = None
    load: Spread | None = None
    disk_used_bytes: Spread | None = None
