"""From counters to rates, and from samples to what a server uses. Pure.

A rate is never negative and never made up: where a counter fell (a server that started anew, a card that was
replaced), that figure of that sample is not known. Time is the server's own time since it started, which no change
of a clock touches.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from estate.records.sample import Sample
from estate.records.usage import Spread, Usage
from inventory.observe.look import Look

FIGURES = (
    "cpu_percent",
    "memory_bytes",
    "disk_iops",
    "disk_bytes_per_second",
    "received_bytes_per_second",
    "sent_bytes_per_second",
    "load",
    "disk_used_bytes",
)


def between(before: Look, after: Look, longest: float) -> Sample | None:
    """What was used between two looks; None where they say nothing of the time between.

    That is so where the server started anew, where no time passed, and where more than `longest` seconds did: the
    mean over rounds that were missed would hide their peaks.
    """
    seconds = after.uptime - before.uptime
    if before.boot != after.boot or seconds <= 0 or seconds > longest:
        return None
    disks = _rates(before.disks, after.disks, seconds)
    cards = _rates(before.cards, after.cards, seconds)
    return Sample(
        at=after.at,
        seconds=round(seconds, 2),
        cpu_percent=_share(before, after),
        memory_bytes=after.memory_bytes,
        disk_iops=disks[0] if disks else None,
        disk_bytes_per_second=disks[1] if disks else None,
        received_bytes_per_second=cards[0] if cards else None,
        sent_bytes_per_second=cards[1] if cards else None,
        load=after.load,
        disk_used_bytes=after.disk_used_bytes,
    )


def _share(before: Look, after: Look) -> float | None:
    if before.busy is None or before.ticks is None or after.busy is None or after.ticks is None:
        return None
    busy, ticks = after.busy - before.busy, after.ticks - before.ticks
    # The kernel's waiting time may fall a little, so that busy seems more than all.
    return None if busy < 0 or ticks <= 0 else min(100.0, 100 * busy / ticks)


def _rates(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]], seconds: float
) -> tuple[float, float] | None:
    """Both rates, summed over what both looks know; None where there is nothing such, or a counter fell."""
    both = before.keys() & after.keys()
    steps = [(after[name][0] - before[name][0], after[name][1] - before[name][1]) for name in both]
    if not steps or any(step < 0 for pair in steps for step in pair):
        return None
    return sum(one for one, _ in steps) / seconds, sum(other for _, other in steps) / seconds


def spread(values: Iterable[tuple[float, float]]) -> Spread | None:
    """Median, 95th percentile and maximum of values with the seconds each stands for; None where there is none.

    By nearest rank: each is a value that was really seen, the smallest below which the value was for at least that
    part of the time.
    """
    ordered = sorted((value, seconds) for value, seconds in values if seconds > 0)
    if not ordered:
        return None
    total = sum(seconds for _, seconds in ordered)

    def at(part: float) -> float:
        gone = 0.0
        for value, seconds in ordered:
            gone += seconds
            # Sums of fractions miss by a little what they should reach.
            if gone >= part * total - 1e-9 * total:
                return value
        return ordered[-1][0]

    return Spread(p50=at(0.5), p95=at(0.95), max=ordered[-1][0])


def usage(server: str, source: Literal["observe", "sysstat"], samples: Sequence[Sample]) -> Usage | None:
    """What the samples of one server say together; None where there is none.

    Time that two observers saw weighs twice in the spread, and counts once in the hours.
    """
    if not samples:
        return None
    figures = {name: spread(_values(samples, name)) for name in FIGURES}
    return Usage(
        server=server,
        source=source,
        since=min(_begin(one) for one in samples),
        until=max(one.at for one in samples),
        hours=round(covered((_begin(one), one.at) for one in samples) / 3600, 4),
        samples=len(samples),
        **figures,
    )


def _begin(sample: Sample) -> datetime:
    return sample.at - timedelta(seconds=sample.seconds)


def _values(samples: Iterable[Sample], name: str) -> list[tuple[float, float]]:
    return [(value, one.seconds) for one in samples if (value := getattr(one, name)) is not None]


def covered(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Seconds that the spans cover together; where they overlap, once."""
    total, reached = 0.0, None
    for begin, end in sorted(spans):
        start = begin if reached is None else max(begin, reached)
        if end > start:
            total += (end - start).total_seconds()
        reached = end if reached is None else max(reached, end)
    return total
