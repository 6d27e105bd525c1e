"""Databases, web servers and runtimes are found whichever way they came onto a server."""

from datetime import UTC, date, datetime

import pytest

from estate.catalogue.products import support_of_products
from estate.records.base import Record
from estate.records.facts.containers import Container, Containers, Engine
from estate.records.facts.licensed import Licensed, LicensedProduct
from estate.records.facts.os import Os
from estate.records.facts.packages import Package, Packages
from estate.records.facts.redis import Redis, RedisServer
from estate.records.facts.runtimes import Runtime, Runtimes
from estate.records.facts.tomcat import Tomcat, Tomcats
from estate.records.facts.websites import Website, Websites
from estate.records.observation import Observation, Outcome
from estate.records.server import Server, ServerFacts

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DEBIAN = Os(hostname="app1", id="debian", version_id="12")
WINDOWS = Os(hostname="app1", id="windows-server", version_id="2019")
NO_PACKAGES = Packages(manager="dpkg", packages=())


def found(os: Os = DEBIAN, **facts: Record) -> dict[tuple[str, str], str]:
    """Each product on a server that shows these facts, with how its support stands."""
    seen = {
        name: Observation(
            server="app1", fact=name, outcome=Outcome.KNOWN, payload=one.model_dump(mode="json"), at=AT
        )
        for name, one in {"os": os, **facts}.items()
    }
    server = Server(id="app1", address="192.0.2.1", reached=True, os_id=os.id, seen_at=AT)
    return {
        (one.product, one.version): one.status for one in support_of_products(ServerFacts(server, seen), TODAY)
    }


def runtime(name: str, version: str, path: str = "/opt/x", maker: str = "", packaged: bool = False) -> Runtime:
    return Runtime.model_validate(
        {"name": name, "version": version, "path": path, "maker": maker, "packaged": packaged}
    )


def test_a_runtime_that_no_package_brought_is_judged_by_its_makers() -> None:
    runtimes = Runtimes(
        runtimes=(
            runtime("php", "7.4", "/opt/php74/bin/php7.4"),
            runtime("java", "1.8.0_392", "/opt/jdk8", "Eclipse Adoptium"),
            runtime("java", "11.0.2", "/opt/jdk11", "Oracle Corporation"),
            runtime("node", ""),
        )
    )
    assert found(packages=NO_PACKAGES, runtimes=runtimes) == {
        ("PHP", "7.4"): "ended",
        ("Eclipse Temurin", "8"): "supported",
        ("Oracle JDK", "11"): "ended",
        ("Node.js", ""): "unknown",
    }


def test_what_a_package_brought_is_judged_by_the_package_alone() -> None:
    packages = Packages(
        manager="dpkg",
        packages=(
            Package(name="python3.11", version="3.11.2-6+deb12u2"),
            Package(name="redis-server", version="5:7.0.15-1~deb12u1"),
            Package(name="apache2", version="2.4.57-2"),
        ),
    )
    shown = found(
        packages=packages,
        runtimes=Runtimes(runtimes=(runtime("python", "3.11", "/usr/bin/python3.11", packaged=True),)),
        redis=Redis(servers=(RedisServer(file="/etc/redis/redis.conf"),)),
        websites=Websites(sites=(Website(server="apache"),)),
    )
    assert sorted(shown) == [("Apache HTTP Server", "2.4"), ("Python", "3.11"), ("Redis", "7.0")]
    assert set(shown.values()) == {"supported"}


def test_a_web_server_whose_version_nothing_tells_is_unknown_and_not_left_out() -> None:
    shown = found(
        packages=NO_PACKAGES,
        websites=Websites(sites=(Website(server="nginx"), Website(server="iis"))),
        tomcat=Tomcats(instances=(Tomcat(base="/opt/tomcat", version="8.5.34"), Tomcat(base="/srv/tomcat"))),
    )
    assert shown == {("nginx", ""): "unknown", ("Apache Tomcat", "8.5"): "ended", ("Apache Tomcat", ""): "unknown"}


def test_on_windows_runtimes_and_programs_are_known_by_the_registry() -> None:
    packages = Packages(
        manager="windows",
        packages=(
            Package(name="MySQL Server 5.7", version="5.7.44"),
            Package(name="Apache Tomcat 9.0 Tomcat9 (remove only)", version="9.0.1"),
            Package(name="MySQL Workbench 8.0 CE", version="8.0"),
        ),
    )
    framework = "Microsoft (.NET Framework)"
    runtimes = Runtimes(
        runtimes=(
            runtime("dotnet", "2.0.50727.4927", "C:\\Windows", framework, packaged=True),
            runtime("dotnet", "3.5.30729.4926", "C:\\Windows", framework, packaged=True),
            runtime("dotnet", "4.6.1", "C:\\Windows", framework, packaged=True),
            runtime("dotnet", "6.0.25", "C:\\Program Files\\dotnet", "Microsoft (.NET)", packaged=True),
        )
    )
    shown = found(WINDOWS, packages=packages, runtimes=runtimes)
    assert shown[("MySQL", "5.7")] == "ended"
    assert shown[("Apache Tomcat", "9.0")] == "ends soon"
    assert {version for product, version in shown if "Framework" in product} == {"3.5-sp1", "4.6.1"}
    assert ("Microsoft .NET", "6") in shown or (".NET", "6") in shown
    assert len(shown) == 5


def test_a_running_containers_image_and_a_licensed_database_count() -> None:
    shown = found(
        packages=NO_PACKAGES,
        containers=Containers(
            engines=(
                Engine(
                    name="docker",
                    containers=(
                        Container(
                            id="1",
                            name="db",
                            image="registry.example:5000/library/postgres:13-alpine",
                            state="running",
                        ),
                        Container(id="2", name="web", image="nginx", state="running"),
                        Container(id="3", name="old", image="php:5.6", state="exited"),
                        Container(id="4", name="own", image="council/app:7", state="running"),
                    ),
                ),
            )
        ),
        licensed=Licensed(
            products=(LicensedProduct(product="Oracle Database", maker="Oracle", path="/u01", version="12.1.0.2"),)
        ),
    )
    assert shown == {("PostgreSQL", "13"): "ended", ("nginx", ""): "unknown", ("Oracle Database", "12.1"): "ended"}


@pytest.mark.parametrize(
    ("notes", "product", "version", "status"),
    [
        ("SQL Server 2012 for Revenues", "Microsoft SQL Server", "11.0-sp4", "ended"),
        ("sql 2008 R2, do not reboot", "Microsoft SQL Server", "10.50-sp3", "ended"),
        ("MS SQL 2022", "Microsoft SQL Server", "16.0", "supported"),
        ("Mail: Exchange Server 2016 CU23", "Microsoft Exchange Server", "2016", "ended"),
        ("Oracle 12c database for payroll", "Oracle Database", "12.2", "ended"),
        ("runs Oracle Database 11g R1", "Oracle Database", "11.1", "ended"),
        ("Oracle DB 19c", "Oracle Database", "19", "supported"),
        ("oracle 12.1", "Oracle Database", "12.1", "ended"),
        ("Intranet (SharePoint 2013)", "Microsoft SharePoint Server", "2013", "ended"),
        ("PostgreSQL 9.6", "PostgreSQL", "9.6", "ended"),
        ("SQL Server 1912", "", "", ""),
        ("Oracle Linux 8", "", "", ""),
        ("SQL Server", "", "", ""),
    ],
)
def test_what_notes_name_with_its_version_counts_while_nobody_has_looked_inside(
    notes: str, product: str, version: str, status: str
) -> None:
    about = Server(id="a", address=None, reached=False, tried=False, purpose=notes, seen_at=AT)
    shown = support_of_products(ServerFacts(about, {}), TODAY)
    assert [(one.product, one.version, one.status) for one in shown] == (
        [(product, version, status)] if product else []
    )
    assert all(one.reason.startswith("by its notes ('") for one in shown)


def test_notes_do_not_count_once_a_server_was_read() -> None:
    read = Observation(
        server="a", fact="os", outcome=Outcome.KNOWN, payload=WINDOWS.model_dump(mode="json"), at=AT
    )
    about = Server(id="a", address=None, reached=True, purpose="SQL Server 2012", seen_at=AT)
    assert support_of_products(ServerFacts(about, {"os": read}), TODAY) == ()


@pytest.mark.parametrize(
    ("notes", "name"),
    [
        ("SQL Server 2012", "Microsoft SQL Server 2012 SP4"),
        ("SQL Server 2008 R2", "Microsoft SQL Server 2008 R2 SP3"),
        ("SQL Server 2019", "Microsoft SQL Server 2019"),
        ("PostgreSQL 9.6", "PostgreSQL 9.6"),
    ],
)
def test_a_product_is_called_as_people_know_it(notes: str, name: str) -> None:
    about = Server(id="a", address=None, reached=False, tried=False, purpose=notes, seen_at=AT)
    assert [one.name for one in support_of_products(ServerFacts(about, {}), TODAY)] == [name]
