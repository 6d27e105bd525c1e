"""What a paper is written from: records, and what follows from them at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from estate.documents.paper.model import Edition
from estate.documents.words import LONDON, count, some
from estate.records.assessment import Assessment, Disposition
from estate.records.base import Instant, Record
from estate.records.business_case import BusinessCase, Option
from estate.records.cost import Costs, NotPriced
from estate.records.dependency import Dependency
from estate.records.finding import Severity
from estate.records.plan import Plan, Wave
from estate.records.report import Outdated
from estate.records.risk import Risk
from estate.records.server import Server
from estate.records.workload import Workload

CANNOT = "it cannot be planned"
"""How the plan's reason begins for what is to move and fits into no window."""
LEFT_OUT = "the plan leaves it out"
"""How the reason begins for what a person took out of the plan."""
MOVING = frozenset({Disposition.REHOST, Disposition.RELOCATE, Disposition.REPLATFORM, Disposition.REFACTOR})
"""What becomes of a server that is to be in a wave."""
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
    connections_known: int = 0
    """On how many servers somebody looked with what they talk."""
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

    @cached_property
    def in_waves(self) -> frozenset[str]:
        """The servers of which something is in a wave."""
        return frozenset(move.workload.partition("/")[0] for wave in self.plan.waves for move in wave.moves)

    @cached_property
    def without_move(self) -> Mapping[str, Disposition | None]:
        """The servers in no wave that are not to move: what becomes of each, None where nobody has decided it."""
        becomes = {one.server: one.disposition for one in self.assessed}
        return {
            one.id: becomes.get(one.id)
            for one in self.legacy
            if one.id not in self.in_waves and becomes.get(one.id) not in MOVING
        }

    @cached_property
    def unplanned(self) -> Mapping[str, str]:
        """The servers that are to move and that no wave holds, or not all of them: each with the plan's reason."""
        to_move = {one.server for one in self.assessed if one.disposition in MOVING}
        found = dict.fromkeys(sorted(to_move - self.in_waves), "nothing was found on it that moves")
        nowhere = frozenset(found)
        # What cannot be planned comes last: it is the graver reason of a server that has both.
        for name, why in sorted(self.plan.not_moving.items(), key=lambda one: (one[1].startswith(CANNOT), one[0])):
            server, held = name.partition("/")[0], self.by_id.get(name)
            if why.startswith(CANNOT):
                found[server] = why.removeprefix(CANNOT).lstrip(": ")
            elif server in nowhere and held and not held.os_owned:
                found[server] = f"{LEFT_OUT}: {why or 'told in the working edition'}"
        return found

    @cached_property
    def unpriced(self) -> tuple[NotPriced, ...]:
        """What has no price, each once."""
        every = (*self.costs.unpriced, *self.case.unpriced)
        return tuple({(one.subject, one.what, one.why): one for one in every}.values())

    def name_of(self, wave: Wave) -> str:
        """What a wave moves: by the plan's name of it; in the public edition by the systems' names that may be told."""
        if not self.public:
            return wave.name
        held: dict[str, int] = defaultdict(int)
        for move in wave.moves:
            workload = self.by_id.get(move.workload)
            held[workload.system or "" if workload else ""] += 1
        others = held.pop("", 0)
        named = sorted(held, key=lambda name: (-held[name], name))
        if not named:
            return wave.name
        return some([*named, *([count(others, "workload") + " besides"] if others else [])], 4)


def wave_day(wave: Wave) -> date | None:
    """The day of a wave in London: of its window, else the day for which it is planned."""
    if wave.window_start is not None:
        return wave.window_start.astimezone(LONDON).date()
    return wave.expected
