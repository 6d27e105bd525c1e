"""A plan: waves, in order."""

from datetime import datetime

from estate.records.base import Instant, Record


class PlannedMove(Record):
    """One workload's place in a wave."""

    workload: str
    target: str | None = None
    """Name of the target server, None where a person must still say."""
    bytes: int | None = None
    why: str = ""


class Wave(Record):
    """Workloads that move in one window; every dependency points to the same or an earlier wave, or is listed."""

    number: int
    name: str
    moves: tuple[PlannedMove, ...]
    window_start: datetime | None = None
    """Europe/London."""
    window_end: datetime | None = None
    crossing: tuple[str, ...] = ()
    """Dependencies that will cross between the server room and Azure after this wave."""


class Plan(Record):
    """What moves when. `not_moving` names every workload left out, with the reason: nothing is dropped."""

    id: str
    waves: tuple[Wave, ...]
    not_moving: dict[str, str] = {}
    at: Instant
