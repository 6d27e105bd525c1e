"""What a plan is made from: which workloads move and to where, and what stays and why. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from estate.records.assessment import Assessment, Disposition
from estate.records.dependency import Dependency
from estate.records.plan import How, Wave
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration import targets, waves
from migration.assess import MOVING
from migration.systems import APPLICATIONS, Link, links
from migration.tools import AZURE_MIGRATE, VENDOR

PLAN_ID = "plan"
_WHOLE: Mapping[str, How] = {AZURE_MIGRATE: AZURE_MIGRATE, VENDOR: VENDOR}
ON_TARGET = "it is on a target server already"
OF_THE_SYSTEM = "it is part of the operating system"
GOES_WITHOUT_SAYING = frozenset({ON_TARGET, OF_THE_SYSTEM})
"""Reasons that need no person's attention: a plan has them, its file and its table leave them out."""

_STAYING = {
    Disposition.RETIRE: "is retired, not moved",
    Disposition.RETAIN: "stays where it is",
    Disposition.REPURCHASE: "is replaced by a service that is bought",
    Disposition.REFACTOR: "is rewritten: a project of its own",
}


@dataclass(frozen=True)
class Estate:
    """What a plan is made from."""

    servers: Sequence[ServerFacts]
    workloads: Sequence[Workload]
    dependencies: Sequence[Dependency]
    assessments: Sequence[Assessment]
    movers: Collection[str] = ()
    """Kinds of workload that Decant moves by itself."""
    strangers: tuple[str, ...] = ()
    """What systems.toml names as part of a system, and nobody has found."""

    def how(self, workload: Workload) -> How:
        """With what a workload is moved: what carries its whole server, else Decant where it can, else people."""
        whole = self._carriers.get(workload.server)
        if whole is not None:
            return whole
        return "decant" if workload.kind in self.movers and workload.server not in self.windows else "by hand"

    @cached_property
    def _carriers(self) -> Mapping[str, How]:
        """The servers that their assessment has moved whole, each with what carries it."""
        return {one.server: _WHOLE[one.tool] for one in self.assessments if one.tool in _WHOLE}

    @cached_property
    def windows(self) -> frozenset[str]:
        """The servers that run Windows: what is on them no target of ours takes, and no mover reads."""
        return frozenset(one.server.id for one in self.servers if one.server.is_windows)

    @cached_property
    def targets(self) -> list[ServerFacts]:
        """The servers that take workloads."""
        return [one for one in self.servers if one.server.role == "target"]

    @cached_property
    def links(self) -> list[Link]:
        """The dependencies, laid at the council's workloads."""
        return links([one for one in self.workloads if not one.os_owned], self.dependencies)


def not_moving(estate: Estate) -> dict[str, str]:
    """Every workload that does not move, with the reason."""
    assessed = {one.server: one for one in estate.assessments}
    roles = {one.server.id: one.server.role for one in estate.servers}
    reasons = {one.id: _stays(one, roles.get(one.server), assessed.get(one.server)) for one in estate.workloads}
    return {name: reason for name, reason in reasons.items() if reason}


def _stays(workload: Workload, role: str | None, assessment: Assessment | None) -> str:
    if role is None:
        return "its server is not in the inventory: run `decant discover`"
    if role == "target":
        return ON_TARGET
    if workload.os_owned:
        return OF_THE_SYSTEM
    if assessment is None:
        return "its server was not assessed: run `decant assess`"
    if assessment.disposition is None:
        return f"too little is known of its server: {assessment.reasons[0]}"
    if assessment.disposition not in MOVING:
        return f"its server {_STAYING[assessment.disposition]}: {assessment.reasons[0]}"
    return ""


def wave_name(systems: Sequence[str]) -> str:
    """Up to three by name: "shop and shared", "a, b, c and 2 more"."""
    shown = list(systems[:3]) + ([f"{len(systems) - 3} more"] if len(systems) > 3 else [])
    return " and ".join([*([", ".join(shown[:-1])] if shown[1:] else []), *shown[-1:]])


def with_crossing(planned: Iterable[Wave], found: Sequence[Link]) -> tuple[Wave, ...]:
    """The waves, each with the dependencies that will cross between the rooms after it."""
    held = tuple(planned)
    wave_of = {move.workload: wave.number for wave in held for move in wave.moves}
    return tuple(
        wave.model_copy(update={"crossing": waves.crossing(found, wave_of, wave.number)}) for wave in held
    )


def proposed_targets(moving: Sequence[Workload], estate: Estate) -> dict[str, str | None]:
    """A target for each workload; jobs follow the data of their server."""
    whole = {one.server for one in estate.assessments if one.disposition is Disposition.REHOST}
    whole |= estate.windows
    able = [targets.target_of(one) for one in estate.targets]
    beside: dict[str, str | None] = {}
    found: dict[str, str | None] = {}
    for one in sorted(moving, key=lambda one: (one.kind == "schedule", one.kind in APPLICATIONS, one.id)):
        if one.server in whole:
            where = None
        else:
            where = targets.propose(one, able, beside.get(one.server))
            beside.setdefault(one.server, where)
        found[one.id] = where
    return found
