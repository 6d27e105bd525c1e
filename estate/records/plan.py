"""A plan: waves, in order."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, get_args

from estate.records.base import Instant, Record

How = Literal["decant", "Azure Migrate", "the vendor", "by hand"]


class PlannedMove(Record):
    """One workload's place in a wave."""

    workload: str
    target: str | None = None
    """Name of the target server, None where a person must still say."""
    bytes: int | None = None
    how: How = "by hand"
    """With what it is moved, as its server's assessment says. By hand: by people, as no tool is known for it."""
    why: str = ""
    """Why it is in its wave, for people."""
    pinned: bool = False
    """A person said that it stays in its wave."""
    state: Literal["planned", "running", "done"] = "planned"
    """Of what is running or done, planning anew changes nothing."""


class Wave(Record):
    """Workloads that move in one window. Dependencies that are cut for as long as others wait are listed."""

    number: int
    name: str
    moves: tuple[PlannedMove, ...]
    window_start: datetime | None = None
    """Europe/London."""
    window_end: datetime | None = None
    crossing: tuple[str, ...] = ()
    """Dependencies that will cross between the server room and Azure after this wave."""
    expected: date | None = None
    """The day for which it is planned: its window's, or a supposed one where no windows were given."""
    pilot: bool = False

    @property
    def by_tool(self) -> dict[How, int]:
        """How many of its workloads move with each tool, in the order of `How`; what moves none is left out."""
        return _by_tool(self.moves)


class Reached(Record):
    """What a plan reached of one objective, and the least that could have been: `bound`, proved."""

    objective: Literal["lateness", "exposure", "dual running", "cut"]
    value: int
    """Days; of `cut`, dependencies."""
    bound: float | None
    unknown: bool = False
    """Of `cut`: whether no dependency was ever observed, so that nothing is known of what talks to what."""
    standing: int = 0
    """So much of both is of servers that are to move and are in no wave, counted to the end of the horizon."""


class Conflict(Record):
    """Rules that cannot all hold, in plain words; drop any of them, and the rest can."""

    rules: tuple[str, ...]


class AcceptedChange(Record):
    """A change to a rule that a person accepted, so that a plan edited later can be held to no more than that."""

    words: str
    """As the plan lists it among its changes."""
    instead: str
    """The rule as it was changed, as the planner reads it; empty where the plan does without the rule."""
    today: date
    """Day 0 of its days."""


class Plan(Record):
    """What moves when. `not_moving` names every workload left out, with the reason: nothing is dropped."""

    id: str
    waves: tuple[Wave, ...]
    not_moving: dict[str, str] = {}
    reached: tuple[Reached, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    """Why there is no plan that keeps every rule; the waves are then those of the least change."""
    changes: tuple[str, ...] = ()
    """The least change to the rules that the waves suppose; empty where all rules are kept."""
    broken: tuple[str, ...] = ()
    """The rules that a plan edited by a person breaks, in plain words; of ours, none. Nothing accepted is among them."""
    accepted: tuple[AcceptedChange, ...] = ()
    """Of `changes`, those that a person accepted from Decant; plan.toml alone cannot add to these."""
    at: Instant

    @property
    def by_decant(self) -> tuple[int, int]:
        """How many workloads Decant moves itself, of how many that move."""
        by = self.by_tool
        return by.get("decant", 0), sum(by.values())

    @property
    def by_tool(self) -> dict[How, int]:
        """How many workloads move with each tool, in the order of `How`; what moves none is left out."""
        return _by_tool(move for wave in self.waves for move in wave.moves)


def _by_tool(moves: Iterable[PlannedMove]) -> dict[How, int]:
    tools = [move.how for move in moves]
    return {how: tools.count(how) for how in get_args(How) if how in tools}
