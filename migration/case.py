"""One server as an assessment sees it: what it holds, who uses it, and what could not be seen."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from estate.catalogue import lifecycle
from estate.records.assessment import Support
from estate.records.dependency import Dependency
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload

TELLING = (
    "connections", "cron", "listeners", "mariadb", "postgresql", "services", "shares", "timers", "websites",
)  # fmt: skip
"""Facts that tell whether a server is of use to anybody. Only if all of them were read is nothing nothing."""

TELLING_WINDOWS = ("connections", "listeners", "services", "shares", "sqlserver", "tasks", "websites")
"""The same of Windows, where a PostgreSQL or MariaDB server shows as a service."""

_SSH = 22
# Parts of an operating system as its distribution builds them: the system's own end of support says it all.
_BASE = frozenset({"openssl", "perl", "python"})


@dataclass(frozen=True)
class Case:
    """All that a rule may look at."""

    facts: ServerFacts
    workloads: tuple[Workload, ...]
    """The council's own; what belongs to the operating system is left out."""
    clients: tuple[Dependency, ...]
    """Who uses it, from other machines."""
    support: tuple[Support, ...]
    os_support: Support | None
    """None where the operating system is not known."""
    movers: frozenset[str]
    """Kinds of workload that Decant moves by itself."""
    today: date

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


def case_of(
    facts: ServerFacts,
    workloads: Iterable[Workload],
    dependencies: Iterable[Dependency],
    movers: Collection[str],
    today: date,
) -> Case:
    """Gather what is known of one server; workloads and dependencies of others are passed over."""
    name = facts.server.id
    own = tuple(one for one in workloads if one.server == name)
    os_support = _os_support(facts, today)
    return Case(
        facts=facts,
        workloads=tuple(one for one in own if not one.os_owned),
        clients=tuple(
            one for one in dependencies if one.server == name and one.client != name and one.port != _SSH
        ),
        support=_support(facts, own, os_support, today),
        os_support=os_support,
        # What is on Windows no mover of ours can read.
        movers=frozenset() if facts.server.is_windows else frozenset(movers),
        today=today,
    )


def _os_support(facts: ServerFacts, today: date) -> Support | None:
    seen = facts.get("os", Os)
    os_id = seen.id if seen else facts.server.os_id
    version = seen.version_id if seen else facts.server.os_version
    if not os_id:
        return None
    return lifecycle.support_of(lifecycle.product_of_os(os_id) or os_id, version or "", today)


def _support(
    facts: ServerFacts, workloads: Iterable[Workload], os_support: Support | None, today: date
) -> tuple[Support, ...]:
    """The operating system first, then each product found, once."""
    found: dict[tuple[str, str], Support] = {}
    if os_support is not None:
        found[os_support.product, os_support.version] = os_support
    packages = facts.get("packages", Packages)
    for package in packages.packages if packages else ():
        if lifecycle.product_of_package(package.name) in _BASE and lifecycle.from_distribution(package.version):
            continue
        one = lifecycle.support_of_package(package.name, package.version, os_support, today)
        if one is not None:
            found.setdefault((one.product, one.version), one)
    for workload in workloads:
        product = {
            "postgres": "postgresql",
            "mariadb": str(workload.detail.get("product", "mariadb")),
            "sqlserver": "mssqlserver",
        }.get(workload.kind)
        version = workload.detail.get("release") or workload.detail.get("version")
        if product and version:
            one = lifecycle.support_of(product, str(version), today)
            found.setdefault((one.product, one.version), one)
    return tuple(found.values())
