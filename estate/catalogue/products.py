"""What runs on one server, and whether it is still supported: the one answer for assessments, reports and rules."""

from collections.abc import Iterable, Iterator
from datetime import date

from estate.catalogue.lifecycle import product_of_os, support_of, support_of_package
from estate.records.assessment import Support
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.sqlserver import SqlServer
from estate.records.server import ServerFacts
from estate.records.workload import Workload


def support_of_system(facts: ServerFacts, today: date) -> Support | None:
    """The operating system's support; of a server that nobody read, by what an import says. None for one not known."""
    seen = facts.get("os", Os)
    os_id = seen.id if seen else facts.server.os_id
    version = seen.version_id if seen else facts.server.os_version
    return support_of(product_of_os(os_id) or os_id, version or "", today) if os_id else None


def support_of_products(
    facts: ServerFacts, today: date, workloads: Iterable[Workload] = ()
) -> tuple[Support, ...]:
    """Each product of the table on a server, once: databases, web servers, runtimes; not the operating system.

    `workloads` tell the versions of what an import alone knows, as of a database that a cloud runs.
    """
    system, found = support_of_system(facts, today), dict[tuple[str, str], Support]()
    packages = facts.get("packages", Packages)
    for package in packages.packages if packages else ():
        one = support_of_package(package.name, package.version, system, today)
        if one is not None:
            found.setdefault((one.product, one.version), one)
    # A database server that was not installed as a package says itself what it is.
    for product, version in (*_databases(facts), *_imported(workloads)):
        one = support_of(product, version, today)
        found.setdefault((one.product, one.version), one)
    return tuple(found.values())


def _databases(facts: ServerFacts) -> Iterator[tuple[str, str]]:
    postgresql, mariadb = facts.get("postgresql", Postgresql), facts.get("mariadb", Mariadb)
    sqlserver = facts.get("sqlserver", SqlServer)
    for cluster in postgresql.clusters if postgresql else ():
        yield "postgresql", cluster.version
    if mariadb:
        yield mariadb.product, mariadb.version
    for instance in sqlserver.instances if sqlserver else ():
        if instance.release or instance.version:
            yield "mssqlserver", instance.release or instance.version


def _imported(workloads: Iterable[Workload]) -> Iterator[tuple[str, str]]:
    for one in workloads:
        product = {
            "postgres": "postgresql",
            "mariadb": str(one.detail.get("product", "mariadb")),
            "sqlserver": "mssqlserver",
        }.get(one.kind)
        version = one.detail.get("release") or one.detail.get("version")
        if product and version:
            yield product, str(version)
