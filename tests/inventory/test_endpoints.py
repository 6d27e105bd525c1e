"""Which hosts configuration names, read on the server so that nothing else of a file leaves it."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.records.facts.endpoints import Endpoint, Endpoints
from estate.records.facts.services import Service, Services
from estate.records.facts.websites import Website, Websites
from inventory.configured import named
from inventory.dependencies import dependencies
from inventory.facts.base import Section
from inventory.facts.endpoints import FACT, PROGRAM
from inventory.uses import uses
from inventory.workloads import all_workloads
from tests.inventory.estates import at_address, listens, server


def said(folder: Path, text: str, awk: tuple[str, ...] = ("awk",)) -> str:
    file = folder / "app.env"
    file.write_text(text, encoding="utf-8")
    ran = subprocess.run(
        [*awk, PROGRAM, file], capture_output=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    )
    return ran.stdout.decode().replace(f"{file}:", "/app.env:")


def read(folder: Path, text: str) -> list[tuple[str, str, int | None, str | None]]:
    payload = FACT.read(Section(f"endpoints\n{said(folder, text)}end\n".encode())).payload
    found = payload.endpoints if isinstance(payload, Endpoints) else ()
    return [(one.product, one.host, one.port, one.database) for one in found]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("DATABASE_URL=postgres://app:s3cr3t/p@ss@db1:5433/reports?sslmode=require", ("postgres", "db1", 5433, "reports")),
        ('Environment="URL=mysql+pymysql://u:p@db2/shop"', ("mysql", "db2", 3306, "shop")),
        ("REDIS_URL=redis://:pw@[fd00::1]:6380/0", ("redis", "fd00::1", 6380, None)),
        ("PAY_API_URL=https://tok3n@pay.example.org/v1/T000", ("https", "pay.example.org", 443, None)),
        ("url=jdbc:sqlserver://sql1:1444;databaseName=Housing;password=x", ("sqlserver", "sql1", 1444, "Housing")),
        ("url=jdbc:oracle:thin:scott/tiger@//ora1:1522/ORCL", ("oracle", "ora1", 1522, "ORCL")),
        ('c="Server=tcp:sql2,1444;Initial Catalog=Finance;Password=P@ss;w0rd"', ("sqlserver", "sql2", 1444, "Finance")),
        (r'c="Data Source=SQL9\INST;Initial Catalog=Parking"', ("sqlserver", "sql9", 1433, "Parking")),
        ("dsn = \"host=pg2 port=5433 dbname=gis password='x host=no dbname=no'\"", ("postgresql", "pg2", 5433, "gis")),
        ("$p = new PDO('mysql:host=my1;port=3308;dbname=shop', 'u', 'pw');", ("mysql", "my1", 3308, "shop")),
        ("define( 'DB_NAME', 'blog' );\ndefine( 'DB_HOST', 'db3:3307' );", ("", "db3", 3307, "blog")),
        ('Environment=DB_HOST=10.1.2.3 DB_PORT=3306 "DB_PASSWORD=DB_HOST=no" DB_NAME=shop', ("", "10.1.2.3", 3306, "shop")),
        ("'ENGINE': 'django.db.backends.postgresql', 'NAME': 'plan',\n'HOST': 'db4',", ("postgresql", "db4", 5432, "plan")),
        ("default:\n  adapter: mysql2\n  host: db5\n  database: cases", ("mysql", "db5", 3306, "cases")),
        ("SMTP_HOST=mail.example.org", ("smtp", "mail.example.org", 25, None)),
    ],
)  # fmt: skip
def test_connection_strings_say_host_port_and_database(
    tmp_path: Path, text: str, end: tuple[str, str, int, str]
) -> None:
    assert read(tmp_path, text) == [end]


@pytest.mark.parametrize(
    "text",
    [
        "# DB_HOST=db1",
        "ProtectHost=yes",
        'x = "postgres://user:123"@db1/app"',
        "HOST=printer3",
        "DB_HOST=${DB_HOST}",
        "see http://example.org/manual",
        "PASSWORD=db_host=db1",
    ],
)
def test_what_names_no_end_gives_none(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == []


FORMS = (
    "DATABASE_URL=postgres://app:{}@db1:5432/reports",
    'Environment="URL=mysql://app:{}@db1/reports"',
    "URL=redis://:{}@db1/0",
    "url=jdbc:oracle:thin:scott/{}@//db1:1521/ORCL",
    "url=jdbc:postgresql://db1/reports?user=app&password={}",
    "url=jdbc:sqlserver://db1:1433;databaseName=reports;user=app;password={};encrypt=true",
    'c="Server=db1;Database=reports;User Id=app;Password={};"',
    'dsn = "host=db1 dbname=reports user=app password={}"',
    "dsn = \"host=db1 dbname=reports user=app password='{}'\"",
    "define('DB_PASSWORD', '{}');",
    "DB_PASSWORD={}",
    'Environment=DB_HOST=db1 "DB_PASSWORD={}"',
    "'PASSWORD': '{}', 'HOST': 'db1', 'NAME': 'reports',",
    '"password": "{}"',
    "spring.datasource.password={}",
    "requirepass {}",
    "API_TOKEN={}",
    "AccountKey={};EndpointSuffix=x",
)
# What a password generator gives: no character that would end the string that the password stands in.
secrets = st.text(
    st.characters(codec="ascii", categories=("L", "N", "P", "S"), exclude_characters="\"'`<>()"), min_size=8
)


@settings(deadline=None, max_examples=60)
@given(st.lists(secrets, min_size=len(FORMS), max_size=len(FORMS)))
def test_a_password_leaves_the_server_in_no_form_of_configuration(
    tmp_path_factory: pytest.TempPathFactory, passwords: list[str]
) -> None:
    lines = [form.format(secret) for form, secret in zip(FORMS, passwords, strict=True)]
    printed = said(tmp_path_factory.mktemp("app"), "\n".join(lines) + "\n").replace("/app.env:", "")
    words = {word for line in printed.splitlines() for word in line.split()}
    harmless = {
        "url",
        "key",
        "-",
        "db1",
        "5432",
        "3306",
        "1521",
        "1433",
        "reports",
        "ORCL",
        "database",
        "host",
        "product",
    }
    harmless |= {"postgres", "mysql", "redis", "oracle", "sqlserver", "postgresql", "db_"}
    assert words <= harmless


def test_the_program_can_stand_between_the_quotes_of_a_shell() -> None:
    assert "'" not in PROGRAM


def test_every_awk_says_the_same(tmp_path: Path) -> None:
    text = "".join(f"{form.format('x')}\n" for form in FORMS)
    first = said(tmp_path, text)
    assert first.count("db1") > 7
    for awk in (("mawk",), ("gawk", "--posix"), ("busybox", "awk")):
        if Path("/usr/bin", awk[0]).exists():
            assert said(tmp_path, text, awk) == first


def shop(*endpoints: Endpoint, reads: dict[str, tuple[str, ...]] | None = None) -> Endpoints:
    return Endpoints(endpoints=endpoints, reads=reads or {})


UNIT = Service(
    unit="shop.service", active="active", path="/etc/systemd/system/shop.service", command="/opt/shop/run"
)


@pytest.mark.parametrize(
    "file",
    ["/etc/systemd/system/shop.service", "/etc/systemd/system/shop.service.d/db.conf", "/etc/default/shop",
     "/etc/shop/env", "/opt/shop/settings.py"],
)  # fmt: skip
def test_a_file_is_that_of_the_service_that_reads_it(file: str) -> None:
    end = Endpoint(file=file, product="postgresql", host="db1", port=5432, database="reports")
    reads = {"/etc/systemd/system/shop.service": ("/etc/shop/env", "/opt/shop")}
    (found,) = named(server("web", endpoints=shop(end, reads=reads)))
    assert (found.unit, found.process, found.database) == ("shop.service", "shop", "reports")


def test_an_end_that_a_file_names_is_weaker_evidence_of_a_dependency() -> None:
    end = Endpoint(file="/etc/shop/env", product="postgresql", host="db1", port=5432, database="reports")
    web = server("web", "10.0.0.1", endpoints=shop(end), addresses=at_address("10.0.0.1"))
    other = server("db1", "10.0.0.2", addresses=at_address("10.0.0.2"), listeners=listens(5432))
    (found,) = dependencies([web, other], all_workloads([web, other]))
    assert (found.id, found.evidence, found.where) == ("web>db1:5432", "configured", "/etc/shop/env")


def test_a_database_without_a_port_is_looked_for_by_its_name() -> None:
    from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql

    end = Endpoint(file="/etc/shop/shop.ini", host="db1", database="reports")
    data = PostgresCluster(port=5433, version="13", databases=(PostgresDatabase(name="reports", owner="r"),))
    web = server("web", "10.0.0.1", endpoints=shop(end))
    other = server("db1", "10.0.0.2", postgresql=Postgresql(clusters=(data,)))
    (found,) = dependencies([web, other], all_workloads([web, other]))
    assert (found.id, found.workload) == ("web>db1:5433", "db1/postgres/reports")


def test_a_website_uses_the_database_that_its_own_configuration_names_and_not_its_neighbour() -> None:
    from estate.records.facts.mariadb import Mariadb, MariadbDatabase

    blog = Endpoint(
        file="/var/www/blog/wp-config.php", product="mysql", host="localhost", port=3306, database="blog"
    )
    both = Websites(
        sites=tuple(
            Website(
                server="apache", names=(f"{name}.uk",), root=f"/var/www/{name}", file=f"/etc/apache2/{name}.conf"
            )
            for name in ("blog", "shop")
        )
    )
    data = Mariadb(
        port=3306, version="10.5", databases=(MariadbDatabase(name="blog"), MariadbDatabase(name="shop"))
    )
    web = server("web", endpoints=shop(blog), websites=both, mariadb=data, listeners=listens(80, 3306))
    found = uses([web], all_workloads([web])).known
    assert [(one.client, one.server) for one in found] == [("web/website/blog", "web/mariadb/blog")]
    assert found[0].why == "/var/www/blog/wp-config.php names it"


def test_the_server_itself_is_no_dependency() -> None:
    end = Endpoint(file="/etc/shop/env", product="postgresql", host="127.0.0.1", port=5432)
    web = server("web", endpoints=shop(end), services=Services(init="systemd", services=(UNIT,)))
    assert dependencies([web], ()) == ()
