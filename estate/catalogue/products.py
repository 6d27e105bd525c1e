"""What runs on one server, and whether it is still supported: the one answer for assessments, reports and rules.

What a package installed is known by the package, which says whether the distribution keeps it. All else is known by
what a server says of itself, by where it lies, or by the tag of a container's image.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from estate.catalogue.lifecycle import (
    Table,
    product_of_os,
    product_of_package,
    shipped,
    support_of,
    support_of_package,
)
from estate.records.assessment import Support
from estate.records.facts.containers import Containers
from estate.records.facts.licensed import Licensed
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.redis import Redis
from estate.records.facts.runtimes import Runtime, Runtimes
from estate.records.facts.sqlserver import SqlServer
from estate.records.facts.tomcat import Tomcats
from estate.records.facts.websites import Websites
from estate.records.server import ServerFacts
from estate.records.workload import Workload

_Found = tuple[str, str]
"""A product by its id in the table, or by its name where the table has none, and its version; empty for not known."""

_RUNTIMES: Mapping[str, str] = {
    "php": "php", "python": "python", "node": "nodejs", "ruby": "ruby", "perl": "perl", "mono": "Mono", "go": "Go",
}  # fmt: skip
_IMAGES: Mapping[str, str] = {
    "elasticsearch": "elasticsearch", "haproxy": "haproxy", "httpd": "apache-http-server", "mariadb": "mariadb",
    "memcached": "memcached", "mongo": "mongodb", "mysql": "mysql", "nginx": "nginx", "node": "nodejs", "php": "php",
    "postgres": "postgresql", "python": "python", "rabbitmq": "rabbitmq", "redis": "redis", "tomcat": "tomcat",
}  # fmt: skip
"""Official images of registries, by the last part of their name."""
_WINDOWS_PROGRAMS = tuple(
    (re.compile(pattern, re.IGNORECASE), product)
    for pattern, product in (
        (r"postgresql (\d+(?:\.\d+)?)\b.*", "postgresql"),
        (r"mysql server (\d+\.\d+)\b.*", "mysql"),
        (r"mariadb (\d+\.\d+)\b.*", "mariadb"),
        (r"mongodb (\d+\.\d+)\b.*", "mongodb"),
        (r"apache tomcat (\d+(?:\.\d+)?)\b.*", "tomcat"),
        (r"apache http server (\d+\.\d+)\b.*", "apache-http-server"),
        (r"microsoft exchange server (\d{4})\b.*", "msexchange"),
        (r"microsoft sharepoint server (\d{4})\b.*", "sharepoint"),
    )
)
"""Installed programs of Windows, by names that begin so; the version is in the name."""
_NOTED = tuple(
    (re.compile(rf"\b(?:{pattern})", re.IGNORECASE), product)
    for pattern, product in (
        (r"(?:ms ?)?sql(?: ?server)? ?(20\d\d(?: ?r2)?)\b", "mssqlserver"),
        (r"exchange(?: server)? (20\d\d)\b", "msexchange"),
        (r"sharepoint(?: server| foundation)? (20\d\d)\b", "sharepoint"),
        (r"postgres(?:ql)? (\d+(?:\.\d+)?)", "postgresql"),
        (r"mysql(?: server)? (\d+\.\d+)", "mysql"),
        (r"mariadb (\d+\.\d+)", "mariadb"),
        (r"mongodb (\d+\.\d+)", "mongodb"),
        (r"tomcat (\d+(?:\.\d+)?)", "tomcat"),
        (r"oracle(?: database| db)? (\d\d?(?:\.\d)?(?: ?(?:ai|[cgi]))?(?: ?r[12])?)(?![\w])", "oracle-database"),
    )
)
"""Products as people note them of a server, with their version."""
_SQL_SERVER: Mapping[str, str] = {
    "2005": "9.0-sp4", "2008": "10.0-sp4", "2008r2": "10.50-sp3", "2012": "11.0-sp4", "2014": "12.0-sp3",
    "2016": "13.0-sp3", "2017": "14.0", "2019": "15.0", "2022": "16.0", "2025": "17.0",
}  # fmt: skip
"""The table's release for a year, with the last service pack: it was kept the longest."""
_ORACLE: Mapping[str, str] = {
    "9i": "9.2", "10g": "10.2", "10gr1": "10.1", "10gr2": "10.2", "11g": "11.2", "11gr1": "11.1", "11gr2": "11.2",
    "12c": "12.2", "12cr1": "12.1", "12cr2": "12.2", "18c": "18", "19c": "19", "21c": "21", "23c": "23", "23ai": "23",
}  # fmt: skip
"""The table's release for a name of Oracle's; without a release, the later one: it was kept the longest."""
_LICENSED: Mapping[str, str] = {"Oracle Database": "oracle-database"}


RUNTIMES = frozenset(
    shipped().products[name].name
    for name in (
        "php", "python", "nodejs", "ruby", "perl", "dotnet", "dotnetfx", "oracle-jdk", "eclipse-temurin", "openssl",
    )
)  # fmt: skip
"""Products that programs run on, by name: one that is old is upgraded where it is, and the machine need not be left."""


def support_of_system(facts: ServerFacts, today: date, table: Table | None = None) -> Support | None:
    """The operating system's support; of a server that nobody read, by what an import says. None for one not known."""
    seen = facts.get("os", Os)
    os_id = seen.id if seen else facts.server.os_id
    version = seen.version_id if seen else facts.server.os_version
    if not os_id:
        return None
    found = support_of(product_of_os(os_id) or os_id, version or "", today, table)
    return found if version else found.model_copy(update={"reason": "its version is not known"})


def support_of_products(
    facts: ServerFacts, today: date, workloads: Iterable[Workload] = (), table: Table | None = None
) -> tuple[Support, ...]:
    """Each database, web server and runtime on a server, once; not the operating system.

    `workloads` tell the versions of what an import alone knows, as of a database that a cloud runs.
    """
    system, found = support_of_system(facts, today, table), dict[_Found, Support]()
    packages = facts.get("packages", Packages)
    for package in packages.packages if packages else ():
        one = support_of_package(package.name, package.version, system, today, table)
        if one is not None:
            found.setdefault((one.product, one.version), one)
    for product, version in (
        *_databases(facts), *_imported(workloads), *_web_servers(facts), *_runtimes(facts), *_images(facts),
        *_programs(packages), *_licensed(facts),
    ):  # fmt: skip
        one = support_of(product, version, today, table)
        if not version:
            one = one.model_copy(update={"reason": "its version is not known"})
        found.setdefault((one.product, one.version), one)
    read = {product for product, _ in found}
    for words, product, version in noted(facts):
        one = support_of(product, version, today, table)
        if one.product not in read:
            said = one.model_copy(update={"reason": f"by its notes ({words!r}), {one.reason}"})
            found.setdefault((one.product, one.version), said)
    return tuple(found.values())


def noted(facts: ServerFacts) -> tuple[tuple[str, str, str], ...]:
    """Products with their versions that an import's notes of a server name, each with the words that do.

    Notes count only where nobody has looked inside: they may be old, or speak of what is planned.
    """
    purpose = facts.server.purpose
    if not purpose or facts.observations:
        return ()
    return tuple(
        (said[0], product, _release(product, said[1]))
        for pattern, product in _NOTED
        for said in pattern.finditer(purpose)
    )


def _release(product: str, said: str) -> str:
    """The table's release for what people write; empty where their words fit none of it."""
    word = said.lower().replace(" ", "")
    if product == "mssqlserver":
        return _SQL_SERVER.get(word, "")
    return _ORACLE.get(word, word) if product == "oracle-database" else said


def _databases(facts: ServerFacts) -> Iterator[_Found]:
    postgresql, mariadb = facts.get("postgresql", Postgresql), facts.get("mariadb", Mariadb)
    sqlserver, redis = facts.get("sqlserver", SqlServer), facts.get("redis", Redis)
    for cluster in postgresql.clusters if postgresql else ():
        yield "postgresql", cluster.version
    if mariadb:
        yield mariadb.product, mariadb.version
    for instance in sqlserver.instances if sqlserver else ():
        if instance.release or instance.version:
            yield "mssqlserver", instance.release or instance.version
    for server in redis.servers if redis else ():
        # One that wants a password does not say; where a package installed it, that has said it already.
        if server.version or not _packaged(facts, "redis"):
            yield "redis", server.version or ""


def _imported(workloads: Iterable[Workload]) -> Iterator[_Found]:
    for one in workloads:
        product = {
            "postgres": "postgresql",
            "mariadb": str(one.detail.get("product", "mariadb")),
            "sqlserver": "mssqlserver",
        }.get(one.kind)
        version = one.detail.get("release") or one.detail.get("version")
        if product and version:
            yield product, str(version)


def _web_servers(facts: ServerFacts) -> Iterator[_Found]:
    """Tomcat says its version. nginx and Apache do so by their package alone; IIS is a part of Windows."""
    tomcats, websites = facts.get("tomcat", Tomcats), facts.get("websites", Websites)
    for instance in tomcats.instances if tomcats else ():
        if instance.version or not _packaged(facts, "tomcat"):
            yield "tomcat", instance.version
    for name, product in (("nginx", "nginx"), ("apache", "apache-http-server")):
        if websites and any(site.server == name for site in websites.sites) and not _packaged(facts, product):
            yield product, ""


def _packaged(facts: ServerFacts, product: str) -> bool:
    packages = facts.get("packages", Packages)
    return packages is not None and any(product_of_package(one.name) == product for one in packages.packages)


def _runtimes(facts: ServerFacts) -> Iterator[_Found]:
    """Those that no package of a distribution brought; all of them where the packages are not known."""
    known, packages = facts.get("runtimes", Runtimes), facts.get("packages", Packages)
    by_package = packages is not None and packages.manager != "windows"
    frameworks = known is not None and any(_is_framework(one) and one.version >= "3.5" for one in known.runtimes)
    for one in known.runtimes if known else ():
        if (by_package and one.packaged) or (frameworks and _is_framework(one) and one.version < "3.5"):
            # Version 3.5 of the .NET Framework holds 2.0 and 3.0.
            continue
        if one.name == "java":
            yield _java(one)
        elif one.name == "dotnet":
            yield _dotnet(one)
        else:
            yield _RUNTIMES[one.name], one.version


def _is_framework(one: Runtime) -> bool:
    return one.name == "dotnet" and "Framework" in one.maker


def _java(one: Runtime) -> _Found:
    """Java 8 calls itself 1.8. How long it is supported depends on who built it."""
    version = re.sub(r"^1\.(?=\d)", "", one.version)
    if re.search("oracle", one.maker, re.IGNORECASE):
        return "oracle-jdk", version
    if re.search("eclipse|adoptium|temurin|adoptopenjdk", one.maker, re.IGNORECASE):
        return "eclipse-temurin", version
    return f"Java ({one.maker})" if one.maker else "Java", version


def _dotnet(one: Runtime) -> _Found:
    if _is_framework(one):
        return "dotnetfx", "3.5-sp1" if one.version.startswith("3.5") else one.version
    return "dotnet", one.version


def _images(facts: ServerFacts) -> Iterator[_Found]:
    known = facts.get("containers", Containers)
    for engine in known.engines if known else ():
        for container in engine.containers or ():
            name, _, tag = container.image.partition("@")[0].rpartition("/")[2].partition(":")
            if name in _IMAGES and container.state in ("", "running"):
                yield _IMAGES[name], tag if tag[:1].isdigit() else ""


def _programs(packages: Packages | None) -> Iterator[_Found]:
    if packages is None or packages.manager != "windows":
        return
    for package in packages.packages:
        for pattern, product in _WINDOWS_PROGRAMS:
            said = pattern.fullmatch(package.name)
            if said:
                yield product, said[1]


def _licensed(facts: ServerFacts) -> Iterator[_Found]:
    known = facts.get("licensed", Licensed)
    for one in known.products if known else ():
        if one.product in _LICENSED:
            yield _LICENSED[one.product], one.version
