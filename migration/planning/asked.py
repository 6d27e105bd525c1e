"""What planning is given, and the problem that comes of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from estate.documents.words import LONDON
from estate.records.assessment import Assessment
from estate.records.cost import Costs
from estate.records.move import Move, Phase
from estate.records.personal import PersonalData
from estate.records.plan import Plan, Wave
from estate.records.workload import Workload
from migration.plan import Estate
from migration.planner.problem import Constraint, Problem
from migration.planner.schedule import Change
from migration.planning.calendar import Slot
from migration.planning.file import Planning
from migration.planning.measured import Finished

DONE = frozenset({Phase.SOAKING, Phase.BROKEN, Phase.ACCEPTING, Phase.ACCEPTED})
NOT_BEGUN = frozenset({Phase.PLANNED, Phase.CANCELLED, Phase.ROLLED_BACK, Phase.CANCELLING})


def states_of(moves: Sequence[Move]) -> Mapping[str, str]:
    """`running` or `done`, of the workloads whose last move is."""
    last = {one.workload: one for one in sorted(moves, key=lambda one: (one.created_at, one.id))}
    return {
        name: "done" if one.phase in DONE else "running"
        for name, one in last.items()
        if one.phase not in NOT_BEGUN
    }


@dataclass(frozen=True)
class Given:
    """Everything that a plan is made from."""

    estate: Estate
    planning: Planning
    now: datetime
    moves: Sequence[Move] = ()
    finished: Sequence[Finished] = ()
    personal: Sequence[PersonalData] = ()
    costs: Costs | None = None
    before: Plan | None = None
    """The plan that holds until now: what runs, is done or pinned in it stays where it is."""
    unfiled: bool = False
    """Whether plan.toml is gone, and `before` is the plan as Decant stored it."""
    build_days: int = 0
    """How long before its first move a target is built, as assumptions.toml says."""
    windows_a_month: int | None = None
    """Of the windows, only the first so many of each month; for a question of what if."""

    @property
    def today(self) -> date:
        """Day 0, in London."""
        return self.now.astimezone(LONDON).date()

    @cached_property
    def states(self) -> Mapping[str, str]:
        """`running` or `done`, of the workloads whose last move is."""
        return states_of(self.moves)

    @cached_property
    def assessed(self) -> Mapping[str, Assessment]:
        """Every assessment by server."""
        return {one.server: one for one in self.estate.assessments}

    @cached_property
    def due(self) -> Mapping[str, date]:
        """By when each server is to be empty: as planning.toml says, else the end of its contract."""
        said = {one.server: one.day for one in self.planning.deadline if one.day is not None}
        contracts = {
            one.server.id: one.server.contract_end
            for one in self.estate.servers
            if one.server.contract_end is not None
        }
        return {**contracts, **said}

    def ends_before(self, server: str, by: date) -> date | None:
        """The end of a server's contract, where that is before the day by which a person wants it empty."""
        ends = next((one.server.contract_end for one in self.estate.servers if one.server.id == server), None)
        return ends if ends is not None and ends < by else None

    @cached_property
    def kinds(self) -> Mapping[str, Workload]:
        """Every workload by id."""
        return {one.id: one for one in self.estate.workloads}


@dataclass(frozen=True)
class Part:
    """A job with what is in it."""

    name: str
    workloads: tuple[Workload, ...]
    low_risk: str
    """Why it may be in a pilot; empty where it may not."""
    not_low_risk: tuple[str, ...] = ()
    """Why it may not."""

    @property
    def servers(self) -> frozenset[str]:
        """The servers that it leaves."""
        return frozenset(one.server for one in self.workloads)


@dataclass(frozen=True)
class Kept:
    """Waves of the plan before that stay as they are, with what of them runs or is done; and where others stay."""

    waves: tuple[Wave, ...] = ()
    pins: Mapping[str, tuple[date, str]] = field(default_factory=dict)
    """By workload: the day, and why it stays."""
    slots: Mapping[date, Slot] = field(default_factory=dict)
    """The windows of these days, as the plan before has them."""
    longer: Mapping[date, Slot] = field(default_factory=dict)
    """Of these, the ones that planning.toml has shorter: an accepted change, or a person, made them longer."""
    notes: tuple[str, ...] = ()

    @property
    def workloads(self) -> frozenset[str]:
        """Those that are not planned anew at all."""
        return frozenset(move.workload for wave in self.waves for move in wave.moves)


@dataclass(frozen=True)
class Unkept:
    """A rule that cannot be kept whatever is planned, as no wave holds what it is of."""

    rule: Constraint
    why: Constraint
    change: Change

    @property
    def both(self) -> tuple[Constraint, Constraint]:
        """The two that cannot hold together."""
        return self.rule, self.why


@dataclass(frozen=True)
class Standing:
    """What servers come to that are to move and are in no wave: counted to the day on which the horizon ends."""

    servers: frozenset[str] = frozenset()
    until: date | None = None
    days: Mapping[str, int] = field(default_factory=dict)
    """Of `lateness` and of `exposure`."""


@dataclass(frozen=True)
class Asked:
    """A problem, and what led to it."""

    problem: Problem | None
    """None where nothing is left to plan."""
    parts: Mapping[str, Part]
    """By job."""
    slots: Mapping[str, Slot]
    """By window."""
    supposed: bool
    """Whether nobody gave windows, so that days are indicative."""
    kept: Kept = Kept()
    unplanned: Mapping[str, str] = field(default_factory=dict)
    """Workloads that move and cannot be planned, with the reason."""
    standing: Standing = Standing()
    """What servers come to that are to move and are in no wave."""
    spare: Mapping[str, Slot] = field(default_factory=dict)
    """By id, the windows that there would be after the horizon."""
    wider: Callable[[], Problem | None] = lambda: None
    """The problem with these windows, which the rule `horizon` closes: asked for where no plan exists."""
    unkept: tuple[Unkept, ...] = ()
    """Rules that cannot be kept, as no wave holds what they are of."""
    observed: bool = True
    """Whether any dependency is known."""
    durations: tuple[str, ...] = ()
    """How long moves are taken to last, and where that is from."""
    notes: tuple[str, ...] = ()
    """What a person should look at."""
    faults: tuple[str, ...] = ()
    """What cannot be kept whatever is planned: the command ends with 1."""

    def job_of(self, workload: str) -> str | None:
        """The job that holds a workload; None where none does."""
        return next(
            (job for job, part in self.parts.items() if any(one.id == workload for one in part.workloads)), None
        )
