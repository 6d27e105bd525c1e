"""A plan: waves, in order."""

from datetime import datetime
from typing import Literal

from estate.records.base import Instant, Record


class PlannedMove(Record):
    """One workload's place in a wave."""

    workload: str
    target: str | None = None
    """Name of the target server, None where a person must still say."""
    bytes: int | None = None
    how: Literal["decant", "by hand"] = "by hand"
    """By hand: Decant has no mover for this kind of workload."""
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

    @property
    def by_decant(self) -> tuple[int, int]:
        """How many workloads Decant moves itself, of how many that move."""
        moves = [move for wave in self.waves for move in wave.moves]
        return sum(move.how == "decant" for move in moves), len(moves)
