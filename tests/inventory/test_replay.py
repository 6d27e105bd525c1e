"""The recorded practice estate: what discovery finds without any server."""

from pathlib import Path

import practice
from estate.records.dependency import Dependency
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from estate.transport.recorded import RecordedTransport
from inventory.collect import Collected
from inventory.dependencies import dependencies
from inventory.discover import discover
from inventory.systems import propose
from inventory.uses import uses
from inventory.workloads import all_workloads
from practice import spec

TRANSCRIPTS = Path(practice.__file__).parent / "transcripts"
RECORD_AGAIN = "a snippet changed: record the practice estate again, as practice/transcripts/README.md says"


def hosts() -> list[Host]:
    return [
        Host(name=one.name, address=one.address, user="ops", sudo="nopasswd", role=one.role)
        for one in spec.HOSTS
        if one.role != "infrastructure"
    ]


def replayed() -> list[Collected]:
    return list(discover(hosts(), lambda host: RecordedTransport(host.name, TRANSCRIPTS)))


def derived(found: list[Collected]) -> tuple[tuple[Workload, ...], tuple[Dependency, ...]]:
    facts = [ServerFacts(one.server, {seen.fact: seen for seen in one.observations}) for one in found]
    names: dict[str, list[str]] = {}
    for service in spec.SERVICES:
        names.setdefault(service.workload, []).append(service.dns_name)
    workloads = all_workloads(facts, names)
    return workloads, dependencies(facts, workloads)


def test_every_server_answers_and_every_fact_has_an_outcome() -> None:
    for one in replayed():
        assert one.server.reached, f"{one.server.unreached_reason}. {RECORD_AGAIN}"
        unread = {seen.fact: seen.reason for seen in one.observations if seen.outcome is Outcome.FAILED}
        assert unread == {}


def test_the_workloads_of_the_estates_own_description_are_found_and_no_other() -> None:
    workloads, _ = derived(replayed())
    legacy = {one.name for one in spec.HOSTS if one.role == "legacy"}
    found = {(one.id, one.kind) for one in workloads if one.server in legacy and not one.os_owned}
    assert found == {(one.id, one.kind) for one in spec.WORKLOADS}


def test_the_dependencies_of_the_estates_own_description_are_found_and_no_other() -> None:
    _, talk = derived(replayed())
    inside = {(one.client, one.server, one.port) for one in talk if not (one.client_outside or one.server_outside)}
    assert inside == {(one.client, one.server, one.port) for one in spec.DEPENDENCIES}
    assert {one.workload for one in talk if one.port == 5432} == {"db-legacy/postgres/reports"}


def test_services_are_attached_and_databases_are_sized() -> None:
    workloads, _ = derived(replayed())
    by_id = {one.id: one for one in workloads}
    for service in spec.SERVICES:
        assert by_id[service.workload].services == (service.dns_name,)
        assert (by_id[service.workload].bytes or 0) > 0
    reports = by_id["db-legacy/postgres/reports"].detail
    assert reports["tables_without_key"] == ["public.page_views"]
    assert reports["large_objects"] > 0


def test_the_website_with_its_service_and_database_is_proposed_as_one_system_and_the_rest_stand_alone() -> None:
    found = replayed()
    facts = [ServerFacts(one.server, {seen.fact: seen for seen in one.observations}) for one in found]
    legacy = [one for one in facts if one.server.role == "legacy"]
    servers = {one.server.id for one in legacy}
    held = [one for one in derived(found)[0] if one.server in servers and not one.os_owned]
    systems = propose(held, uses(legacy, held), ())
    assert {one.name: set(one.workloads) for one in systems.systems} == {
        "report-it": {*(one.id for one in held if one.server == "web-legacy"), "db-legacy/postgres/reports"},
        "shared": {one.id for one in held if one.server == "files-legacy"},
        "shop": {"db-legacy/mariadb/shop"},
    }
    assert systems.unplaced == ("db-legacy/schedule/nightly-backup",)
