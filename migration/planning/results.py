"""What is told of rules, and of what comes of one set of them, for a comparison."""

from dataclasses import dataclass
from datetime import date

from estate.records.plan import Conflict, Reached


@dataclass(frozen=True)
class Rule:
    """One rule of a plan: its name, and in words."""

    id: str
    words: str


@dataclass(frozen=True)
class Result:
    """What comes of one set of rules."""

    exists: bool
    """Whether a plan keeps every rule, and no day is past that it should keep."""
    reached: tuple[Reached, ...]
    last_day: date | None
    windows: int
    """How many windows are used."""
    unplanned: tuple[str, ...]
    """Workloads that no window can take."""
    conflicts: tuple[Conflict, ...]
    changes: tuple[str, ...]
    faults: tuple[str, ...] = ()
    """Days that are past and cannot be kept, and what else is wrong with the rules."""
