"""How large a workload is, how fast it changes, whose it is: known with its source, or with the reason why not."""

from datetime import timedelta
from typing import Any

from estate.records.facts.activity import Activity, LogActivity, TreeActivity
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql
from estate.records.facts.services import Service, Services
from estate.records.facts.shares import Share, Shares
from estate.records.facts.websites import Website, Websites
from estate.records.observation import Observation, Outcome
from estate.records.server import Origin, ServerFacts
from estate.records.workload import Workload
from inventory.particulars import wants, with_particulars
from inventory.workloads import workloads
from tests.inventory.estates import AT, server


def data(*databases: PostgresDatabase) -> Postgresql:
    return Postgresql(clusters=(PostgresCluster(port=5432, version="13.22", databases=databases),))


def reports(size: int | None = 1000) -> PostgresDatabase:
    return PostgresDatabase(name="reports", owner="reporter", bytes=size)


def before(facts: ServerFacts, hours: float) -> dict[tuple[str, str], Observation]:
    """The same readings as if they had been made so long ago."""
    return {
        (one.server, fact): one.model_copy(update={"at": one.at - timedelta(hours=hours)})
        for fact, one in facts.observations.items()
    }


def described(
    facts: ServerFacts,
    earlier: dict[tuple[str, str], Observation] | None = None,
    owners: dict[str, str] | None = None,
) -> dict[str, Workload]:
    found = with_particulars(workloads(facts), {facts.server.id: facts}, earlier or {}, owners or {})
    return {one.id: one for one in found}


def log(**more: Any) -> Activity:
    return Activity(logs=(LogActivity(engine="postgres", port=5432, **more),))


def test_two_readings_tell_how_a_database_grew_and_what_its_server_wrote() -> None:
    then = server("db", postgresql=data(reports(1000)), activity=log(position=5000))
    now = server("db", postgresql=data(reports(1600)), activity=log(position=6000))
    rates = described(now, before(then, 12))["db/postgres/reports"].changes
    assert [(one.what, one.bytes_per_day, one.hours) for one in rates] == [("log", 2000, 12), ("size", 1200, 12)]


def test_one_reading_tells_what_the_database_server_itself_has_counted() -> None:
    now = server("db", postgresql=data(reports()), activity=log(position=9, written=3000, seconds=7200.0))
    (rate,) = described(now)["db/postgres/reports"].changes
    assert (rate.what, rate.bytes_per_day, rate.how) == ("log", 36000, "pg_stat_wal")


def test_a_log_that_several_databases_write_to_is_said_to_be_shared() -> None:
    both = data(reports(), PostgresDatabase(name="plan", owner="p", bytes=2))
    now = server("db", postgresql=both, activity=log(written=3000, seconds=7200.0))
    assert {one.changes[0].shared_by for one in described(now).values()} == {2}


def test_readings_that_are_too_close_and_a_position_that_fell_tell_nothing() -> None:
    then = server("db", postgresql=data(reports(1000)), activity=log(position=5000))
    now = server("db", postgresql=data(reports(1600)), activity=log(position=6000))
    assert described(now, before(then, 0.5))["db/postgres/reports"].changes == ()
    anew = server("db", postgresql=data(reports(None)), activity=log(position=10))
    found = described(anew, before(then, 12))["db/postgres/reports"]
    assert found.changes == ()
    assert found.changes_why


def test_a_database_that_shrank_says_so() -> None:
    then, now = (server("db", postgresql=data(reports(size))) for size in (2000, 1000))
    (rate,) = described(now, before(then, 24))["db/postgres/reports"].changes
    assert rate.bytes_per_day == -1000


def test_a_folder_says_what_the_files_take_that_changed_within_a_day() -> None:
    tree = TreeActivity(path="/srv/shared", owner="clerk", files=3, bytes=700)
    share = Share(protocol="smb", name="shared", path="/srv/shared", bytes=9000)
    found = described(server("files", shares=Shares(shares=(share,)), activity=Activity(trees=(tree,))))
    one = found["files/files/shared"]
    assert [(rate.what, rate.bytes_per_day, rate.how) for rate in one.changes] == [
        ("files", 700, "3 files that changed within a day")
    ]
    assert (one.owner, one.owner_from) == ("clerk", "account")


def test_what_is_not_known_says_why() -> None:
    site = Websites(sites=(Website(server="nginx", names=("a",), upstreams=("http://127.0.0.1:1",), file="/x/a"),))
    unit = Service(unit="app.service", active="active", enabled="enabled", path="/etc/systemd/system/app.service")
    facts = server(
        "web", websites=site, services=Services(init="systemd", services=(unit,)), postgresql=data(reports(None))
    )
    for one in described(facts).values():
        assert one.bytes is None
        assert one.bytes_why
        assert one.changes == ()
        assert one.changes_why


def test_of_a_machine_that_nobody_read_it_is_not_said_that_its_disks_are_not_known() -> None:
    facts = server("win")
    whole = Workload(
        id="win/machine/win", server="win", kind="machine", name="win", bytes=9, seen_at=facts.server.seen_at
    )
    (one,) = with_particulars([whole], {"win": facts}, {}, {})
    assert (one.bytes_why, one.changes_why) == ("", "nobody has read it")


def test_a_reading_that_failed_is_the_reason() -> None:
    facts = server("db", postgresql=data(reports()), unknown={"activity": Outcome.UNREADABLE})
    assert "for the test" in described(facts)["db/postgres/reports"].changes_why


def test_the_owner_is_the_systems_then_the_servers_then_the_databases_own() -> None:
    facts = server("db", postgresql=data(reports()))
    name = "db/postgres/reports"

    def owner(facts: ServerFacts, owners: dict[str, str] | None = None) -> tuple[str | None, str]:
        one = described(facts, owners=owners)[name]
        return one.owner, one.owner_from

    assert owner(facts) == ("reporter", "role in the database")
    owned = ServerFacts(facts.server.model_copy(update={"owner": "Revenues"}), facts.observations)
    assert owner(owned) == ("Revenues", "hosts.toml")
    from_csv = {"owner": Origin(source="cmdb", where="a.csv", at=AT)}
    imported = ServerFacts(owned.server.model_copy(update={"origins": from_csv}), facts.observations)
    assert owner(imported) == ("Revenues", "cmdb")
    assert owner(owned, {name: "Streets"}) == ("Streets", "systems.toml")


def test_only_facts_that_were_read_are_looked_up_in_the_past() -> None:
    facts = server("db", postgresql=data(reports()))
    assert wants(workloads(facts), {"db": facts}) == {("db", "postgresql")}
