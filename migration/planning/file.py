"""`planning.toml`: when the council may move, how much, and what must hold. Absent, or with nothing in it: defaults."""

from datetime import date, time
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from estate import invalid, reading
from estate.errors import UsageError
from estate.printable import plain
from estate.records.plan import How
from estate.suggest import did_you_mean

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

_MEND = "mend it; docs/planning.md says what each setting means"


def _year(value: str) -> str:
    first, _, last = value.partition("/")
    if not (first.isascii() and first.isdigit() and len(first) == 4 and last == f"{(int(first) + 1) % 100:02d}"):
        raise ValueError("is no financial year; write it as 2026/27, April to March")
    return value


def _week(value: object) -> object:
    if value != LAST and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5):
        raise ValueError('is 1 to 5, or "last": the first to the fifth such weekday of a month, or the last one')
    return value


LAST = "last"
Week = Annotated[int | Literal["last"], BeforeValidator(_week)]
"""Which of a month's weekdays of one name."""


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain)]
Words = Annotated[str, Field(max_length=1000), AfterValidator(plain)]
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that a plan can mean."""
Amount = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
FinancialYear = Annotated[str, AfterValidator(_year)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WindowRule(_Section):
    """When workloads may move: every week or some weeks of each month, or one day. Times of the clock in London."""

    every: Weekday | None = None
    of_month: tuple[Week, ...] = ()
    """Only the first, second … such weekday of a month, or its last one."""
    day: Day | None = None
    start: time
    end: time
    """At or before `start`: on the next day."""
    first: Day | None = None
    """A weekly window begins to count on this day, and `last` is the last."""
    last: Day | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.every is None) == (self.day is None):
            raise ValueError('give either every = "Saturday" or day = 2027-02-13')
        if self.day is not None and (self.of_month or self.first or self.last):
            raise ValueError("of_month, first and last belong to a window with `every`, not to one with `day`")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("start and end are times of the clock in London, without a zone")
        if self.first and self.last and self.last < self.first:
            raise ValueError("last lies before first")
        return self


class Blackout(_Section):
    """Days on which nothing moves: for everybody, or for one partner authority."""

    name: Name
    first: Day
    last: Day
    partner: Name | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the blackout {self.name!r} ends before it begins")
        return self


class Away(_Section):
    """Days on which somebody is away, the last one included."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last lies before first")
        return self


class Person(_Section):
    """Somebody who works in windows, with one skill. A person with two skills is two entries that share the hours."""

    name: Name
    skill: Name
    hours_a_window: float = Field(gt=0, le=48)
    hours_a_month: float | None = Field(default=None, gt=0, le=744)
    away: tuple[Away, ...] = ()


class Deadline(_Section):
    """By when a server is to be empty. Without `day`: the end of its contract. `hard`: it must be."""

    server: Name
    day: Day | None = None
    hard: bool = False


class Earliest(_Section):
    """Something moves on this day at the earliest; `of` is a server, a workload or a confirmed system."""

    of: Name
    day: Day
    why: Words = ""


class Before(_Section):
    """One thing moves in an earlier window than another."""

    first: Name
    then: Name
    why: Words = ""


class Pin(_Section):
    """Something moves in the window of this day."""

    of: Name
    day: Day
    why: Words = ""


class Budget(_Section):
    """The one-off cost of the moves of one financial year is at most so much, in pounds without VAT."""

    year: FinancialYear
    pounds: int = Field(ge=0, le=10**12)


class Partner(_Section):
    """An authority that shares the estate: its own dates, and the share that it pays of what moving its servers costs."""

    name: Name
    """As `authority` of its servers."""
    pays: float = Field(default=0, ge=0, le=1)
    earliest: Day | None = None
    latest: Day | None = None
    only: tuple[Day, ...] = ()
    """Where given, the only windows (by the day on which they begin) in which its workloads move."""


class PilotRule(_Section):
    """The first window is for few workloads of low risk."""

    wanted: bool = True
    workloads: int = Field(default=3, ge=1, le=100)
    clients: int = Field(default=2, ge=0, le=1_000_000)
    """What is low-risk has at most so many servers that use it, and `gib` of data."""
    gib: Amount = 50
    low_risk: tuple[Name, ...] = ()
    not_low_risk: tuple[Name, ...] = ()


class Link(_Section):
    """The link to Azure. Where it is not told, it limits nothing."""

    megabits: Amount | None = None
    """A second."""
    usable: float = Field(default=0.5, gt=0, le=1)
    """The share of it that moves may take."""


class Start(_Section):
    """When the first thing may move: what it moves to has to be agreed and built first."""

    day: Day | None = None
    """Nothing moves before this day."""
    weeks: int = Field(default=4, ge=0, le=104)
    """Without `day`: so many weeks from today, for as long as the inventory has no target server."""


class Capacity(_Section):
    """What fits into one window."""

    workloads: int = Field(default=6, ge=1, le=1000)
    """A system with more has a window of its own."""
    at_once: int = Field(default=2, ge=1, le=50)
    """So many workloads of one system are moved at the same time."""


class Effort(_Section):
    """What moving one workload of a kind takes in its window, until something was measured."""

    minutes: int = Field(ge=1, le=10_000)
    """From freeze to verified, besides what its data takes."""
    hours: dict[Name, Annotated[float, Field(ge=0, le=1000)]] = {}
    """Of people's work, by skill."""
    share_in_window: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of the data that people move by hand, so much goes over the link in the window: the rest went before."""


EFFORT: dict[str, Effort] = {
    "postgres": Effort(minutes=30, hours={"databases": 2}, share_in_window=1),
    "mariadb": Effort(minutes=30, hours={"databases": 2}, share_in_window=1),
    "sqlserver": Effort(minutes=60, hours={"databases": 3}, share_in_window=1),
    "files": Effort(minutes=30, hours={"servers": 1}, share_in_window=0.1),
    "website": Effort(minutes=20, hours={"applications": 1}),
    "service": Effort(minutes=20, hours={"applications": 1}),
    "schedule": Effort(minutes=5, hours={"applications": 0.25}),
    "machine": Effort(minutes=60, hours={"servers": 2}, share_in_window=0.1),
}
"""Our own judgement, for planning until moves were measured; planning.toml may say otherwise. Files are copied again and
again before the window (robocopy, rsync), and so is most of what a machine holds; a dump of a database goes whole.
"""


COPIED_BEFORE = frozenset[How]({"decant", "Azure Migrate"})
"""Tools that copy a workload while it works, so that only the last difference falls in the window."""


class Durations(_Section):
    """How long moves take, until some were measured."""

    megabytes_a_second: Amount = 40
    """What one copy reaches, where the link and the disks allow it."""
    share_in_window: float = Field(default=0.05, ge=0, le=1)
    """Of what Decant or Azure Migrate moves, so much of the data goes over the link in the window: the rest went before."""
    unknown_gib: Amount = 20
    """Supposed where the size of a workload that has data is not known; it is said each time."""
    measured: bool = True
    """Whether finished moves count before these figures."""


class Planning(_Section):
    """All of planning.toml."""

    horizon_months: int = Field(default=24, ge=1, le=120)
    start: Start = Start()
    window: tuple[WindowRule, ...] = ()
    capacity: Capacity = Capacity()
    link: Link = Link()
    durations: Durations = Durations()
    effort: dict[str, Effort] = {}
    person: tuple[Person, ...] = ()
    blackout: tuple[Blackout, ...] = ()
    partner: tuple[Partner, ...] = ()
    deadline: tuple[Deadline, ...] = ()
    earliest: tuple[Earliest, ...] = ()
    before: tuple[Before, ...] = ()
    pin: tuple[Pin, ...] = ()
    budget: tuple[Budget, ...] = ()
    pilot: PilotRule = PilotRule()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        partners = [one.name for one in self.partner]
        for what, names in (
            ("partner", partners),
            ("person", [f"{one.name}, {one.skill}" for one in self.person]),
            ("blackout", [f"{one.name}{one.first}{one.partner}" for one in self.blackout]),
            ("budget", [one.year for one in self.budget]),
            ("deadline", [one.server for one in self.deadline]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"there are two entries of [[{what}]] for {twice}; keep one of them")
        for one in self.blackout:
            if one.partner is not None and one.partner not in partners:
                close = did_you_mean(one.partner, partners, "add it as a [[partner]]")
                raise ValueError(
                    f"the blackout {one.name!r} is for {one.partner!r}, who is no [[partner]]: {close}"
                )
        for kind in self.effort:
            if kind not in EFFORT:
                raise ValueError(f"[effort.{kind}]: there is no kind of workload {kind!r}: "
                                 + did_you_mean(kind, EFFORT, f"known are {', '.join(EFFORT)}"))  # fmt: skip
        return self

    def effort_of(self, kind: str) -> Effort:
        """What moving one workload of that kind takes."""
        return self.effort.get(kind) or EFFORT[kind]

    def share_in_window(self, kind: str, how: How) -> float:
        """The share of the data of one workload that goes over the link in its window."""
        if how in COPIED_BEFORE:
            return self.durations.share_in_window
        said = self.effort_of(kind).share_in_window
        usual = EFFORT[kind].share_in_window if said is None else said
        return 1 if usual is None else usual


def load(path: Path) -> Planning:
    """What the file says; defaults where there is no file.

    Raises `UsageError` for one that is not right, with the nearest valid key where one is not known.
    """
    if not path.exists():
        return Planning()
    try:
        return Planning.model_validate(reading.toml(path, _MEND))
    except ValidationError as wrong:
        raise UsageError(f"{path}: {invalid.sentence(wrong)}", _remedy(wrong)) from None


def template() -> str:
    """A commented planning.toml that says nothing until a person takes the comments away."""
    return (files("migration") / "planning" / "planning.toml").read_text("utf-8")


def _remedy(wrong: ValidationError) -> str:
    error = invalid.first(wrong)
    if error["type"] != "extra_forbidden":
        return _MEND
    section: type[BaseModel] = Planning
    for part in error["loc"][:-1]:
        if isinstance(part, str) and part in section.model_fields:
            section = _SECTIONS.get(part, section)
    return did_you_mean(
        str(error["loc"][-1]), section.model_fields, f"known are {', '.join(section.model_fields)}"
    )


_SECTIONS: dict[str, type[BaseModel]] = {
    "start": Start,
    "window": WindowRule,
    "capacity": Capacity,
    "link": Link,
    "durations": Durations,
    "effort": Effort,
    "person": Person,
    "away": Away,
    "blackout": Blackout,
    "partner": Partner,
    "deadline": Deadline,
    "earliest": Earliest,
    "before": Before,
    "pin": Pin,
    "budget": Budget,
    "pilot": PilotRule,
}
