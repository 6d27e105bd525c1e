"""What a server needs where it goes: what it was seen to use, where that was seen for long enough."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from estate.documents.words import span
from estate.records.usage import Usage

MISSING = 0.05
"""The part of the time asked for that may be missing: a host was away, or rounds were."""


@dataclass(frozen=True)
class Need:
    """What a size is reckoned from."""

    usage: Usage | None = None
    """The best that is known of its use, however short."""
    comfort: float = 1.0
    """What it gets, as a multiple of what it used 95% of the time."""
    hours: float = math.inf
    """How long it has to be observed before that counts."""

    @property
    def observed(self) -> bool:
        """Whether its use was seen for long enough."""
        return (
            self.usage is not None
            and self.usage.hours >= self.hours * (1 - MISSING)
            and self.usage.cpu_percent is not None
            and self.usage.memory_bytes is not None
        )

    def of(self, cpus: int, memory_bytes: int) -> tuple[int, int]:
        """CPUs and bytes of memory that it needs, where it has so many now."""
        if not self.observed or self.usage is None or not self.usage.cpu_percent or not self.usage.memory_bytes:
            return cpus, memory_bytes
        busy = cpus * self.usage.cpu_percent.p95 / 100
        return max(1, math.ceil(busy * self.comfort)), math.ceil(self.usage.memory_bytes.p95 * self.comfort)

    def busy(self, cpus: int) -> float | None:
        """How many CPUs it keeps busy 95% of the time, with comfort; None where it was not observed for long enough."""
        if not self.observed or self.usage is None or not self.usage.cpu_percent:
            return None
        return cpus * self.usage.cpu_percent.p95 / 100 * self.comfort

    @property
    def iops(self) -> float | None:
        """Disk operations a second that it needs, with comfort; None where they were not observed for long enough."""
        if not self.observed or self.usage is None or self.usage.disk_iops is None:
            return None
        return self.usage.disk_iops.p95 * self.comfort

    @property
    def mbps(self) -> float | None:
        """Megabytes a second to and from its disks, with comfort; None where not observed for long enough."""
        if not self.observed or self.usage is None or self.usage.disk_bytes_per_second is None:
            return None
        return self.usage.disk_bytes_per_second.p95 * self.comfort / 1_000_000

    def basis(self, cpus: int, memory_bytes: int) -> str:
        """What the size is based on, in a sentence for people."""
        has = f"{cpus} {'CPU' if cpus == 1 else 'CPUs'}, {memory_bytes / 1024**3:.1f} GiB"
        if self.usage is None:
            return f"as it is ({has}): its load was not observed over time"
        by = "sysstat" if self.usage.source == "sysstat" else "Decant"
        if not self.observed or not self.usage.cpu_percent or not self.usage.memory_bytes:
            lacks = "" if self.usage.cpu_percent and self.usage.memory_bytes else ", and not its CPU and memory"
            return f"as it is ({has}): observed {span(self.usage.hours)} only{lacks}"
        return (
            f"observed {span(self.usage.hours)} by {by}: 95% of the time it used at most"
            f" {self.usage.cpu_percent.p95:.0f}% of {cpus} CPUs and {self.usage.memory_bytes.p95 / 1024**3:.1f}"
            f" of {memory_bytes / 1024**3:.1f} GiB; sized for {self.comfort:g} times that"
        )


UNOBSERVED = Need()
"""Of a server that nobody has observed."""


def need_of(usages: Iterable[Usage], comfort: float, hours: float) -> Need:
    """What the best of these says: Decant's own where it is long enough, else the longest."""
    needs = [Need(one, comfort, hours) for one in usages]
    return max(
        needs,
        key=lambda need: (
            need.observed,
            need.observed and need.usage is not None and need.usage.source == "observe",
            need.usage.hours if need.usage else 0,
        ),
        default=Need(None, comfort, hours),
    )
