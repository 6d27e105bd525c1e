"""Where in a move a fault strikes: every phase, and in the two that turn it, both sides of the point of no return."""

from collections.abc import Callable
from dataclasses import dataclass

from estate.records.move import Move, Phase

REST = ""
"""The stage of a point at which no command is at work."""
HELD = "held"
"""The stage of a point that is no workflow's: somebody holds the move."""


@dataclass(frozen=True)
class Point:
    """A column of the table. `stages` are those in which it is reached, `goal` is where its command then ends."""

    name: str
    phase: Phase
    stages: tuple[str, ...]
    goal: Phase
    serving: str = "source"

    @property
    def at_rest(self) -> bool:
        return self.stages == (REST,)

    def reached(self, move: Move | None, stage: Callable[[], str]) -> bool:
        """Whether a move that somebody is at work on has come to it."""
        if move is None or move.phase is not self.phase or move.serving != self.serving:
            return False
        return self.stages == (HELD,) or stage() in self.stages


PREPARING = Point("preparing", Phase.PREPARING, ("prepare",), Phase.READY)
SEEDING = Point("seeding", Phase.SEEDING, ("seed",), Phase.READY)
SYNCING = Point("syncing", Phase.SYNCING, ("follow", "compare"), Phase.READY)
READY = Point("ready", Phase.READY, (REST,), Phase.READY)
FROZEN = Point("cutting over, frozen", Phase.CUTTING_OVER, ("drain", "finish", "prove"), Phase.SOAKING)
TAKEN = Point(
    "cutting over, target serves",
    Phase.CUTTING_OVER,
    ("take_over", "switch", "open_target"),
    Phase.SOAKING,
    "target",
)
SOAKING = Point("soaking", Phase.SOAKING, (HELD,), Phase.SOAKING, "target")
GOING_BACK = Point(
    "rolling back, frozen", Phase.ROLLING_BACK, ("drain", "finish", "prove"), Phase.ROLLED_BACK, "target"
)
GIVEN_BACK = Point(
    "rolling back, source serves",
    Phase.ROLLING_BACK,
    ("give_back", "switch", "open_source", "judge_copy", "tidy"),
    Phase.ROLLED_BACK,
)
CANCELLING = Point("cancelling", Phase.CANCELLING, ("release_source", "tidy_cancelled"), Phase.CANCELLED)
ACCEPTING = Point("accepting", Phase.ACCEPTING, ("tidy_accepted",), Phase.ACCEPTED, "target")

POINTS = (
    PREPARING,
    SEEDING,
    SYNCING,
    READY,
    FROZEN,
    TAKEN,
    SOAKING,
    GOING_BACK,
    GIVEN_BACK,
    CANCELLING,
    ACCEPTING,
)
"""In the order in which a journey comes to them."""
