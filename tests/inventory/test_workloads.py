"""What moves: workloads derived from facts."""

from hypothesis import given
from hypothesis import strategies as st

from estate.records.facts.cron import Cron, CronJob
from estate.records.facts.listeners import Listener, Listeners
from estate.records.facts.mariadb import Mariadb, MariadbDatabase
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql
from estate.records.facts.services import Service, Services
from estate.records.facts.shares import Share, Shares
from estate.records.facts.timers import Timer, Timers
from estate.records.facts.websites import Website, Websites
from estate.records.observation import Outcome
from inventory.workloads import all_workloads, gone, slug, workloads
from tests.inventory.estates import server


def ids(*facts: object, **named: object) -> set[str]:
    return {one.id for one in workloads(server("db", **named)) if not one.os_owned}  # type: ignore[arg-type]


def cluster(*databases: PostgresDatabase) -> Postgresql:
    return Postgresql(clusters=(PostgresCluster(port=5433, version="13.22", databases=databases),))


def test_each_database_is_a_workload_but_templates_and_the_servers_own_are_not() -> None:
    found = workloads(
        server(
            "db",
            postgresql=cluster(
                PostgresDatabase(name="reports", owner="r", bytes=12, tables=3),
                PostgresDatabase(name="template1", owner="postgres", template=True),
                PostgresDatabase(name="postgres", owner="postgres", tables=0),
            ),
            mariadb=Mariadb(port=3306, version="10.5.29", databases=(MariadbDatabase(name="shop", bytes=7),)),
        )
    )
    assert [(one.id, one.bytes) for one in found] == [("db/postgres/reports", 12), ("db/mariadb/shop", 7)]
    assert found[0].detail["version"] == "13.22"
    assert found[0].detail["port"] == 5433


def test_a_database_keeps_its_own_name_where_its_id_cannot_carry_it() -> None:
    spaced, hyphened = (PostgresDatabase(name=name, owner="r") for name in ("fin ance", "fin-ance"))
    found = workloads(server("db", postgresql=cluster(spaced, hyphened)))
    assert [(one.id, one.name) for one in found] == [
        ("db/postgres/fin-ance", "fin ance"),
        ("db/postgres/fin-ance-2", "fin-ance"),
    ]


def test_tables_that_somebody_put_into_postgres_are_not_forgotten() -> None:
    assert ids(postgresql=cluster(PostgresDatabase(name="postgres", owner="postgres", tables=2))) == {
        "db/postgres/postgres"
    }


def test_a_database_that_could_not_be_looked_into_is_still_a_workload_of_unknown_size() -> None:
    (found,) = workloads(server("db", postgresql=cluster(PostgresDatabase(name="closed", owner="x"))))
    assert found.bytes is None


def site(file: str, *names: str, **more: object) -> Website:
    return Website.model_validate({"server": "nginx", "names": names, "file": file, **more})


def test_a_redirect_and_its_tls_site_are_one_website() -> None:
    pair = (
        site("/etc/nginx/sites-enabled/report-it", "report.example", listen=["80"]),
        site("/etc/nginx/sites-enabled/report-it", "report.example", listen=["443 ssl"], tls=True, root="/srv/r"),
    )
    (found,) = workloads(server("web", websites=Websites(sites=pair, root_bytes={"/srv/r": 5})))
    assert found.id == "web/website/report-it"
    assert found.detail["listen"] == ["80", "443 ssl"]
    assert found.bytes == 5


def test_several_sites_in_one_file_are_known_by_their_names() -> None:
    sites = (site("/etc/nginx/nginx.conf", "a.example"), site("/etc/nginx/nginx.conf", "b.example"))
    assert ids(websites=Websites(sites=sites)) == {"db/website/a.example", "db/website/b.example"}


def test_the_page_that_a_package_brings_is_the_operating_systems() -> None:
    (found,) = workloads(server("w", websites=Websites(sites=(site("/x/default", root="/var/www/html"),))))
    assert found.os_owned


def test_a_share_is_a_file_tree_and_printers_and_homes_are_not() -> None:
    shares = (
        Share(protocol="smb", name="shared", path="/srv/shared", bytes=9),
        Share(protocol="smb", name="homes", path=""),
        Share(protocol="smb", name="print$", path="/var/lib/samba/printers"),
        Share(protocol="nfs", name="/export/gis", path="/export/gis"),
    )
    assert ids(shares=Shares(shares=shares)) == {"db/files/shared", "db/files/export-gis"}


def service(unit: str, path: str = "/lib/systemd/system/x.service", active: str = "active") -> Service:
    return Service(unit=unit, path=path, active=active)


OWN = "/etc/systemd/system/x.service"


def test_services_are_those_that_a_person_wrote_or_that_serve_a_port() -> None:
    listeners = Listeners(
        listeners=tuple(
            Listener(protocol="tcp", address="*", port=port, unit=unit)
            for port, unit in [
                (22, "ssh.service"),
                (80, "nginx.service"),
                (8983, "solr.service"),
                (8080, "own.service"),
            ]
        )
    )
    services = Services(
        init="systemd",
        services=(
            service("ssh.service"),
            service("nginx.service"),
            service("solr.service"),
            service("own.service", OWN),
            service("worker.service", OWN),
            service("old.service", OWN, active="inactive"),
            service("dbus.service"),
            service("postgresql@13-main.service"),
            service("digest.service", OWN),
        ),
    )
    timers = Timers(
        timers=(Timer(unit="digest.timer", activates="digest.service", path="/etc/systemd/system/digest.timer"),)
    )
    found = workloads(server("db", services=services, listeners=listeners, timers=timers))
    assert {one.id: one.detail.get("ports") for one in found} == {
        "db/service/solr": [8983],
        "db/service/own": [8080],
        "db/service/worker": None,
        "db/schedule/digest": None,
    }


def job(file: str, command: str = "/opt/x", package: str | None = None, user: str = "root") -> CronJob:
    return CronJob(file=file, user=user, schedule="1 2 * * *", command=command, package=package)


def test_jobs_of_packages_are_kept_and_marked() -> None:
    jobs = (
        job("/etc/cron.d/nightly-backup"),
        job("/etc/cron.d/php", package="php-common"),
        job("/etc/cron.daily/logrotate", package="logrotate"),
        job("/etc/crontab", "cd / && run-parts --report /etc/cron.hourly"),
        job("/etc/crontab", "/usr/local/bin/sweep.sh --all"),
        job("/var/spool/cron/crontabs/mary", "/home/mary/report.py >/dev/null", user="mary"),
        job("/var/spool/cron/crontabs/mary", "/home/mary/report.py --weekly", user="mary"),
    )
    found = {one.name: one.os_owned for one in workloads(server("db", cron=Cron(jobs=jobs)))}
    assert found == {
        "nightly-backup": False,
        "php": True,
        "logrotate": True,
        "run-parts-cron.hourly": True,
        "root-sweep": False,
        "mary-report": False,
        "mary-report-2": False,
    }


def test_timers_of_packages_are_marked() -> None:
    timers = Timers(
        timers=(
            Timer(
                unit="apt-daily.timer", activates="apt-daily.service", path="/lib/systemd/system/apt-daily.timer"
            ),
            Timer(unit="own.timer", activates="own.service", path="/etc/systemd/system/own.timer"),
        )
    )
    assert {one.name: one.os_owned for one in workloads(server("db", timers=timers))} == {
        "apt-daily": True,
        "own": False,
    }


def test_dns_names_are_attached() -> None:
    names = {"db/postgres/reports": ["reports-db.example"]}
    facts = server("db", postgresql=cluster(PostgresDatabase(name="reports", owner="r")))
    (found,) = workloads(facts, names)
    assert found.services == ("reports-db.example",)


def test_what_could_not_be_read_this_time_is_not_gone() -> None:
    before = all_workloads([server("db", postgresql=cluster(PostgresDatabase(name="reports", owner="r")))])
    now_absent = server("db", unknown={"postgresql": Outcome.ABSENT})
    now_failed = server("db", unknown={"postgresql": Outcome.FAILED})
    assert gone(before, workloads(now_absent), [now_absent]) == ("db/postgres/reports",)
    assert gone(before, workloads(now_failed), [now_failed]) == ()
    assert gone(before, (), []) == ()


@given(names=st.lists(st.text(min_size=1, max_size=12), max_size=8))
def test_ids_never_collide_and_hold_no_surprise(names: list[str]) -> None:
    facts = server("db", postgresql=cluster(*(PostgresDatabase(name=name, owner="o") for name in names)))
    found = workloads(facts)
    assert len({one.id for one in found}) == len(found)
    for one in found:
        assert one.id.count("/") == 2
        assert slug(one.id.rsplit("/", 1)[1]) == one.id.rsplit("/", 1)[1]
        assert one.name in names
    assert workloads(facts) == found
