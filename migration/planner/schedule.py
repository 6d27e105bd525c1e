"""What a planner answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from migration.planner.problem import Constraint, Problem

OBJECTIVES = ("lateness", "exposure", "dual running", "cut")
"""What is made as small as can be, the first first (see `problem`)."""


@dataclass(frozen=True)
class Measure:
    """One objective: what was reached, and the proof of how little it could have been.

    `bound` holds with the objectives before it fixed at what they reached.
    """

    name: str
    value: int
    bound: float

    @property
    def gap(self) -> float:
        """How far the value may be from the best: (value - bound) / max(bound, one)."""
        return max(0.0, self.value - self.bound) / max(self.bound, 1.0)


@dataclass(frozen=True)
class Schedule:
    """A window for every job, what it is worth, and what it took."""

    windows: Mapping[str, str]
    """Window by job."""
    measures: tuple[Measure, ...]
    """In the order of `OBJECTIVES`."""
    seconds: float


@dataclass(frozen=True)
class Change:
    """One thing to change so that a plan exists: `instead` replaces `constraint`; None drops it."""

    constraint: Constraint
    instead: Constraint | None
    words: str


@dataclass(frozen=True)
class Impossible:
    """No plan exists. Each of `conflicts` cannot hold together, and does once any of it is dropped; they share nothing.

    `changes`, all applied, are the least that restores a plan.
    """

    conflicts: tuple[tuple[Constraint, ...], ...]
    changes: tuple[Change, ...]
    mended: Problem
    """The problem with the changes applied."""
    reasons: tuple[str, ...] = ()
    """For each of `conflicts`, why its members cannot hold together, in plain words."""
    doubts: tuple[str, ...] = ()
    """What there was too little time for: more conflicts, or the proof that the change is the least."""
