"""What a paper is written from: records, and what follows from them at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from estate.documents.paper.model import Edition
from estate.documents.words import LONDON
from estate.records.assessment import Assessment
from estate.records.base import Instant, Record
from estate.records.business_case import BusinessCase, Option
from estate.records.cost import Costs
from estate.records.dependency import Dependency
from estate.records.finding import Severity
from estate.records.plan import Plan, Wave
from estate.records.report import Outdated
from estate.records.risk import Risk
from estate.records.server import Server
from estate.records.workload import Workload

DO_NOTHING = "do-nothing"
"""Id of the option that the others are compared with."""


class Fix(Record):
    """One thing to put right, and on how many servers it would help."""

    what: str
    remedy: str
    severity: Severity
    servers: int


class PersonalPlaces(Record):
    """How far personal data was looked for."""

    holding: int
    """Workloads in which some was found."""
    looked_at: int


class Matter(Record):
    """Everything that one paper says, before it is put into words. In the public edition every name is a neutral one."""

    edition: Edition
    council: str
    plan: Plan
    case: BusinessCase
    costs: Costs
    assessments: tuple[Assessment, ...] = ()
    risks: tuple[Risk, ...] = ()
    servers: tuple[Server, ...] = ()
    workloads: tuple[Workload, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    fixes: tuple[Fix, ...] = ()
    personal: PersonalPlaces | None = None
    unconfirmed_systems: int = 0
    outdated: Outdated = Outdated()
    ledger_entries: int = 0
    ledger_head: str = ""
    at: Instant

    @property
    def public(self) -> bool:
        """Whether it is the edition that names nothing."""
        return self.edition == "public"

    @property
    def possible(self) -> bool:
        """Whether the plan keeps every rule that people gave."""
        return not self.plan.conflicts

    @cached_property
    def legacy(self) -> tuple[Server, ...]:
        """The servers that are to be left."""
        return tuple(one for one in self.servers if one.role == "legacy")

    @cached_property
    def assessed(self) -> tuple[Assessment, ...]:
        """What was made out of those servers."""
        legacy = {one.id for one in self.legacy}
        return tuple(one for one in self.assessments if one.server in legacy)

    @property
    def without_assessment(self) -> int:
        """How many of those servers nobody has assessed."""
        return len({one.id for one in self.legacy} - {one.server for one in self.assessed})

    @cached_property
    def by_id(self) -> Mapping[str, Workload]:
        """Each workload by its id."""
        return {one.id: one for one in self.workloads}

    @cached_property
    def preferred(self) -> Option:
        """The option that is recommended: the one marked so, else the last that does something."""
        options = self.case.options
        return next((one for one in options if one.preferred), options[-1])

    @cached_property
    def nothing(self) -> Option | None:
        """The option of doing nothing."""
        return next((one for one in self.case.options if one.id == DO_NOTHING), None)

    @cached_property
    def last_day(self) -> Mapping[str, date]:
        """By server: the day on which the last of what moves has left it, as far as days are known."""
        left: dict[str, date] = {}
        undated: set[str] = set()
        for wave in self.plan.waves:
            on = wave_day(wave)
            for move in wave.moves:
                server = move.workload.partition("/")[0]
                if on is None:
                    undated.add(server)
                else:
                    left[server] = max(on, left.get(server, on))
        return {server: on for server, on in left.items() if server not in undated}

    def systems_of(self, wave: Wave) -> list[str]:
        """The names of the systems that a wave moves, those first that have most in it; its own name where none is known."""
        held: dict[str, int] = defaultdict(int)
        for move in wave.moves:
            workload = self.by_id.get(move.workload)
            if workload is not None and workload.system:
                held[workload.system] += 1
        return sorted(held, key=lambda name: (-held[name], name)) or [wave.name]


def wave_day(wave: Wave) -> date | None:
    """The day of a wave in London: of its window, else the day for which it is planned."""
    if wave.window_start is not None:
        return wave.window_start.astimezone(LONDON).date()
    return wave.expected
