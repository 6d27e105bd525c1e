"""One server as an assessment sees it: what it holds, who uses it, and what could not be seen."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from estate.catalogue.lifecycle import Table
from estate.catalogue.products import RUNTIMES, support_of_products, support_of_system
from estate.records.assessment import Support
from estate.records.dependency import Dependency
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration.roles import Known, roles_of

TELLING = (
    "connections", "cron", "listeners", "mariadb", "postgresql", "services", "shares", "timers", "websites",
)  # fmt: skip
"""Facts that tell whether a server is of use to anybody. Only if all of them were read is nothing nothing."""

TELLING_WINDOWS = ("connections", "listeners", "services", "shares", "sqlserver", "tasks", "websites")
"""The same of Windows, where a PostgreSQL or MariaDB server shows as a service."""

_SSH = 22


@dataclass(frozen=True)
class Case:
    """All that a rule may look at."""

    facts: ServerFacts
    workloads: tuple[Workload, ...]
    """The council's own; what belongs to the operating system is left out."""
    clients: tuple[Dependency, ...]
    """Who uses it, from other machines."""
    support: tuple[Support, ...]
    """The operating system's first, where it is known."""
    os_support: Support | None
    """None where the operating system is not known."""
    movers: frozenset[str]
    """Kinds of workload that Decant moves by itself."""
    today: date
    roles: tuple[Known, ...] = ()
    """What it is for, the strongest evidence first."""

    @property
    def unread(self) -> bool:
        """Whether nobody has looked inside: it is known from imports alone."""
        return not self.facts.server.reached and not self.facts.observations

    @property
    def unseen(self) -> tuple[str, ...]:
        """The telling facts that were not read, for whatever reason."""
        seen = (Outcome.KNOWN, Outcome.ABSENT)
        telling = TELLING_WINDOWS if self.facts.server.is_windows else TELLING
        return tuple(fact for fact in telling if self.facts.outcome(fact) not in seen)

    @property
    def unsupported(self) -> tuple[Support, ...]:
        """Products whose support has ended or ends soon."""
        return tuple(one for one in self.support if one.status in ("ended", "ends soon"))

    @property
    def old_runtimes(self) -> tuple[Support, ...]:
        """Those of them that programs run on, as PHP: they are upgraded where they are."""
        return tuple(one for one in self.unsupported if one.product in RUNTIMES)

    def has(self, *roles: str) -> Known | None:
        """The first of these roles that it has."""
        return next((one for one in self.roles if one.role.id in roles), None)

    @property
    def data(self) -> tuple[Workload, ...]:
        """What it holds besides itself: everything but a machine whose insides nobody has read."""
        return tuple(one for one in self.workloads if one.kind != "machine")


def case_of(
    facts: ServerFacts,
    workloads: Iterable[Workload],
    dependencies: Iterable[Dependency],
    movers: Collection[str],
    today: date,
    lifecycle: Table | None = None,
) -> Case:
    """Gather what is known of one server; workloads and dependencies of others are passed over.

    `lifecycle` holds the support dates to judge by, those that ship with Decant by default.
    """
    name = facts.server.id
    own = tuple(one for one in workloads if one.server == name)
    os_support = support_of_system(facts, today, lifecycle)
    return Case(
        facts=facts,
        workloads=tuple(one for one in own if not one.os_owned),
        clients=tuple(
            one for one in dependencies if one.server == name and one.client != name and one.port != _SSH
        ),
        support=(*((os_support,) if os_support else ()), *support_of_products(facts, today, own, lifecycle)),
        os_support=os_support,
        # What is on Windows no mover of ours can read.
        movers=frozenset() if facts.server.is_windows else frozenset(movers),
        today=today,
        roles=roles_of(facts, own),
    )
