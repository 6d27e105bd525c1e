"""What a planner is asked: jobs, machines, windows, and what must hold. Whole numbers only.

Days are counted from the day on which the plan is made (day 0). A *job* is what cannot be parted: a system that a
person confirmed, or workloads that only make sense together. A *machine* is a server that one or more jobs leave.
What a plan is worth, in this order, the less the better:

1. *lateness*: for each machine with a `due` day, the days by which its last job moves after it;
2. *exposure*: for each machine out of support, the days from then (or from day 0) until its last job moves;
3. *dual running*: for each machine, the days between its first job's move and its last;
4. *cut*: the weight of the links whose two jobs move in different windows.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """A time in which jobs may move. Windows are in the order of time, and no two begin on one day."""

    id: str
    """Its day as people read it: `2027-01-16`."""
    day: int
    minutes: int
    """How long it is; on the nights when clocks change, an hour more or less than its times suggest."""
    year: str
    """The financial year that it lies in, April to March: `2026/27`."""
    nights: int = 0
    """So many days after that on which it begins, it ends."""

    @property
    def last(self) -> int:
        """The day on which it ends."""
        return self.day + self.nights


@dataclass(frozen=True)
class Job:
    """What moves in one window, whole."""

    id: str
    workloads: int
    mebibytes: int
    """Over the link, in the window."""
    minutes: int
    """How much of a window it takes from freeze to verified."""
    effort: Mapping[str, int]
    """Minutes of people's work in the window, by skill."""
    pounds: int
    """One-off cost, in the financial year of its window."""
    low_risk: bool = False
    """Whether it may be in a pilot."""


@dataclass(frozen=True)
class Machine:
    """A server, the jobs that leave it, and what presses. Days may be negative: then they are past."""

    id: str
    jobs: tuple[str, ...]
    due: int | None = None
    """The last day of its contract, where that is not a constraint."""
    unsupported_from: int | None = None
    """The first day on which it gets no more security updates."""


@dataclass(frozen=True)
class Link:
    """Two jobs that talk, and how much that weighs: the number of dependencies between them."""

    one: str
    other: str
    weight: int = 1


@dataclass(frozen=True)
class Constraint:
    """Something that must hold. `id` is unique; `words` say it to people, with whose rule it is."""

    id: str
    words: str


@dataclass(frozen=True)
class AtMost(Constraint):
    """No window holds more than so much of one thing. Windows that are not named have no such limit."""

    what: str
    """`workloads`, `mebibytes`, or a skill (minutes of that skill's work)."""
    most: Mapping[str, int]
    """By window."""


@dataclass(frozen=True)
class Together(Constraint):
    """These windows, taken together, hold no more than so much of one thing: people's hours of a month."""

    what: str
    """As in `AtMost`."""
    windows: frozenset[str]
    most: int


@dataclass(frozen=True)
class Budget(Constraint):
    """The jobs of one financial year cost at most so much."""

    year: str
    pounds: int


@dataclass(frozen=True)
class Deadline(Constraint):
    """A job has moved on this day at the latest: its window ends on that day or before."""

    job: str
    day: int


@dataclass(frozen=True)
class Earliest(Constraint):
    """A job moves on this day at the earliest."""

    job: str
    day: int


@dataclass(frozen=True)
class Before(Constraint):
    """One job moves in an earlier window than another."""

    first: str
    then: str


@dataclass(frozen=True)
class Closed(Constraint):
    """These jobs do not move in these windows: a blackout, or a partner's own dates. Empty `jobs` stands for all."""

    jobs: frozenset[str]
    windows: frozenset[str]


@dataclass(frozen=True)
class Fits(Constraint):
    """A job moves only in windows that are as long as it takes, or are made so for it."""

    job: str
    longer: frozenset[str] = frozenset()
    """Windows that are made as long as it takes, for this job alone."""


@dataclass(frozen=True)
class Pilot(Constraint):
    """The first window that is used holds only low-risk jobs, at least one, and `most` workloads at the most.

    `windows` are those that come first: in these, only low-risk jobs move, one at least must, and in all of these
    together `most` workloads move at the most.
    """

    windows: frozenset[str]
    most: int


@dataclass(frozen=True)
class Pinned(Constraint):
    """A job moves in this window: a person said so, or it is running, or it has moved."""

    job: str
    window: str


@dataclass(frozen=True)
class Problem:
    """All of it. Every job moves in exactly one window."""

    jobs: tuple[Job, ...]
    machines: tuple[Machine, ...]
    windows: tuple[Window, ...]
    links: tuple[Link, ...] = ()
    constraints: tuple[Constraint, ...] = ()
