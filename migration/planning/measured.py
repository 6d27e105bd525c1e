"""How long moves take: from finished moves where there are any, else as planning.toml supposes. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from estate.documents.words import count, length, span
from estate.documents.words import size as human
from estate.records.plan import How
from estate.records.workload import Workload
from migration.plan_file import tool
from migration.planning.file import Planning

MIB = 1 << 20
MEGABYTE = 1_000_000
WITHOUT_SIZE = frozenset({"service", "schedule", "website"})
"""Kinds that may hold no data to speak of; an unknown size of these is no data in the window."""
ENOUGH = MEGABYTE * 10
"""Bytes below which a copy's time tells of its overhead, and not of its rate."""


@dataclass(frozen=True)
class Finished:
    """One finished move: what it copied and how long that took, and how long writes stood still."""

    move: str
    kind: str
    bytes: int
    copy_seconds: float | None
    frozen_seconds: float | None


@dataclass(frozen=True)
class Pace:
    """How long workloads of one kind take, and where that is from."""

    minutes: int
    """From freeze to verified, besides what the data takes."""
    bytes_a_second: float
    source: str


class Paces:
    """The pace of each kind, measured ones first."""

    def __init__(self, planning: Planning, finished: Iterable[Finished]) -> None:
        self._planning = planning
        self._finished = tuple(finished) if planning.durations.measured else ()
        self._known: dict[str, Pace] = {}

    def of(self, kind: str) -> Pace:
        """The pace of a kind: the longest freeze that was measured, and the rate over all that was copied."""
        if kind not in self._known:
            self._known[kind] = self._find(kind)
        return self._known[kind]

    def _find(self, kind: str) -> Pace:
        ours = [one for one in self._finished if one.kind == kind]
        frozen = [one.frozen_seconds for one in ours if one.frozen_seconds is not None]
        copied = [(one.bytes, one.copy_seconds) for one in ours if one.bytes >= ENOUGH and one.copy_seconds]
        minutes = max(1, ceil(max(frozen) / 60)) if frozen else self._planning.effort_of(kind).minutes
        rate = (
            sum(size for size, _ in copied) / sum(seconds for _, seconds in copied)
            if copied
            else self._planning.durations.megabytes_a_second * MEGABYTE
        )
        parts = [
            f"the longest freeze of {count(len(frozen), 'finished move')}"
            if frozen
            else "minutes supposed in [effort]",
            f"the rate of {count(len(copied), 'first copy', 'first copies')}"
            if copied
            else "rate supposed in [durations]",
        ]
        return Pace(minutes, rate, ", ".join(parts))


def in_window(workload: Workload, how: How, planning: Planning) -> tuple[int, int, bool]:
    """Bytes that go over the link in its window, those that went before, and whether the size was supposed."""
    supposed = workload.bytes is None and workload.kind not in WITHOUT_SIZE
    size = round(planning.durations.unknown_gib * 1024 * MIB) if supposed else (workload.bytes or 0)
    within = ceil(size * planning.share_in_window(workload.kind, how))
    return within, size - within, supposed


def hours_ahead(size: int, planning: Planning) -> float:
    """How long so many bytes take that are copied before a window, with the link to themselves."""
    link = planning.link
    rates = [planning.durations.megabytes_a_second * MEGABYTE]
    rates += [link.megabits * MEGABYTE / 8 * link.usable] if link.megabits is not None else []
    return size / min(rates) / 3600


def told_ahead(moved: Iterable[tuple[Workload, How]], planning: Planning) -> tuple[str, ...]:
    """What goes before the windows, and that no limit holds it; nothing where nothing does."""
    before = sum(in_window(one, how, planning)[1] for one, how in moved)
    if not before:
        return ()
    return (
        f"copied before the windows: {human(before)} in all, which takes about {span(hours_ahead(before, planning))} one "
        "after another; the link's limit counts only what goes in the windows",
    )


def told(moved: Iterable[tuple[str, How]], paces: Paces, planning: Planning) -> tuple[str, ...]:
    """How long moves are taken to last, and where that is from: a line for each kind of workload and tool."""
    lines = []
    for kind, how in sorted(set(moved)):
        pace = paces.of(kind)
        rate = f" and {pace.bytes_a_second / MEGABYTE:.3g} MB/s" if kind not in WITHOUT_SIZE else ""
        share = planning.share_in_window(kind, how)
        within = f", {share:.0%} of the data in the window" if kind not in WITHOUT_SIZE else ""
        lines.append(f"{kind} {tool(how)}: {length(pace.minutes)}{rate}{within} ({pace.source})")
    return tuple(lines)


def minutes(workloads: Sequence[Workload], sizes: Sequence[int], paces: Paces, at_once: int) -> int:
    """How much of a window they take, so many at a time: never less than the longest of them."""
    each = [
        paces.of(one.kind).minutes + size / paces.of(one.kind).bytes_a_second / 60
        for one, size in zip(workloads, sizes, strict=True)
    ]
    return ceil(max(*each, sum(each) / at_once)) if each else 0
