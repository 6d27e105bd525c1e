"""Systems, change rates and named ends of real servers: the practice estate."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from estate.records.facts.endpoints import Endpoints
from estate.records.host import Host
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from estate.transport.base import Transport
from estate.transport.connect import connect
from estate.transport.recorded import RecordingTransport
from inventory.discover import discover
from inventory.hosts_file import load
from inventory.particulars import with_particulars
from inventory.systems import propose
from inventory.uses import uses
from practice import spec
from practice.estate import Estate
from tests.inventory.test_replay import derived

pytestmark = [pytest.mark.practice, pytest.mark.slow]


@dataclass(frozen=True)
class Read:
    facts: list[ServerFacts]
    workloads: Mapping[str, Workload]
    folder: Path


@pytest.fixture(scope="module")
def read(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The legacy servers, read once after a resident used the website."""
    address = "https://report-it.practice.test/"
    subprocess.run(estate.command(["curl", "-sk", "--retry", "5", address, "-o", "/dev/null"]), check=True)
    folder = tmp_path_factory.mktemp("transcripts")
    path = folder / "hosts.toml"
    path.write_text(estate.hosts_toml())
    hosts = {name: host for name, host in load(path).items() if spec.host(name).role == "legacy"}

    def way(host: Host) -> Transport:
        return RecordingTransport(connect(host, hosts, estate.known_hosts), folder)

    found = list(discover(list(hosts.values()), way))
    facts = [ServerFacts(one.server, {seen.fact: seen for seen in one.observations}) for one in found]
    held = with_particulars(derived(found)[0], {one.server.id: one for one in facts}, {}, {})
    return Read(facts, {one.id: one for one in held if not one.os_owned}, folder)


def test_the_website_its_service_its_jobs_and_its_database_are_proposed_as_one_system(read: Read) -> None:
    held = list(read.workloads.values())
    systems = propose(held, uses(read.facts, held), ())
    report_it = next(one for one in systems.systems if one.name == "report-it")
    on_web = {one for one in read.workloads if one.startswith("web-legacy/")}
    assert set(report_it.workloads) == {*on_web, "db-legacy/postgres/reports"}
    assert {one.name for one in systems.systems} == {"report-it", "shop", "shared"}
    assert systems.shared == {}
    assert systems.unplaced == ("db-legacy/schedule/nightly-backup",)


def test_the_settings_of_a_service_name_its_database_and_their_password_stays_there(
    estate: Estate, read: Read
) -> None:
    web = next(one for one in read.facts if one.server.id == "web-legacy")
    found = web.get("endpoints", Endpoints)
    assert found is not None
    (end,) = (one for one in found.endpoints if one.file == "/etc/report-it/report-it.ini")
    assert (end.host, end.database) == ("reports-db.practice.test", "reports")
    inside = [*estate.inside("web-legacy"), "sed", "-n", "s/^password = //p", end.file]
    password = subprocess.run(inside, capture_output=True, check=True).stdout.strip()
    assert len(password) > 7
    assert not [one for one in read.folder.rglob("*") if one.is_file() and password in one.read_bytes()]


def test_every_workload_says_its_size_and_its_owner_or_why_not(read: Read) -> None:
    for one in read.workloads.values():
        assert (one.bytes is None) == bool(one.bytes_why), one.id
        assert bool(one.changes) != bool(one.changes_why), one.id
        assert one.owner, one.id


def test_what_changed_within_a_day_is_counted_in_a_folder_and_a_website(read: Read) -> None:
    for name in ("files-legacy/files/shared", "web-legacy/website/report-it"):
        assert [one.what for one in read.workloads[name].changes] == ["files"]
