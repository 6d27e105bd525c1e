"""The estate's description holds together, and what is written from it can be read back."""

import ipaddress
import tomllib
from pathlib import Path

import dns.zone
import pytest

from estate.errors import UsageError
from estate.records.host import Host
from practice import dns as name_server
from practice import handover, places, spec
from practice.layer import chain, load

KEY = Path("/var/lib/decant-practice/x/id_ops")


def test_every_host_has_an_address_of_its_own_in_the_estates_network() -> None:
    network = ipaddress.ip_network("10.99.0.0/16")
    addresses = [host.address for host in spec.HOSTS] + [spec.CLIENT_ADDRESS]
    addresses += [spec.fleet_address(number) for number in range(1, 501)]
    assert len(set(addresses)) == len(addresses)
    assert all(ipaddress.ip_address(address) in network for address in addresses)


def test_host_names_fit_into_interface_names() -> None:
    assert all(len(f"v-{host.name}") <= 15 for host in spec.HOSTS)


def test_what_is_described_is_on_hosts_that_are_there() -> None:
    names = {host.name for host in spec.HOSTS}
    assert {service.host for service in spec.SERVICES} <= names
    assert {held.id.split("/")[0] for held in spec.WORKLOADS} <= names
    assert {end for talk in spec.DEPENDENCIES for end in (talk.client, talk.server)} <= names
    assert {service.workload for service in spec.SERVICES} <= {held.id for held in spec.WORKLOADS}
    assert all(held.id.split("/")[1] == held.kind for held in spec.WORKLOADS)


def test_a_host_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="db-legacy"):
        spec.host("db-legcy")


def test_the_hosts_file_reads_back_as_the_same_records() -> None:
    read = tomllib.loads(handover.hosts_toml(KEY))["host"]
    assert [Host.model_validate(entry) for entry in read] == handover.hosts(KEY)
    assert [entry["name"] for entry in read if entry.get("role") == "target"] == ["app-target", "data-target"]


def test_the_settings_name_the_key_by_reference_and_every_service() -> None:
    read = tomllib.loads(handover.settings_toml(Path("/run/practice.key")))
    assert read["dns"] == {
        "server": "10.99.0.53",
        "zone": "practice.test",
        "key": "file:/run/practice.key",
        "ttl": 5,
    }
    assert {"name": "reports-db.practice.test", "workload": "db-legacy/postgres/reports"} in read["service"]
    assert len(read["service"]) == len(spec.SERVICES)


def test_the_zone_has_every_host_and_every_service_with_a_short_life() -> None:
    zone = dns.zone.from_text(name_server.zone(), origin="practice.test.", relativize=True)
    for host in spec.HOSTS:
        assert zone.get_rdataset(host.name, "A")[0].address == host.address
    for service in spec.SERVICES:
        found = zone.get_rdataset(service.name, "A")
        assert (found[0].address, found.ttl) == (spec.host(service.host).address, spec.SERVICE_TTL)


def test_each_key_of_the_zone_is_a_new_one() -> None:
    assert name_server.new_key() != name_server.new_key()


@pytest.mark.parametrize("name", ["", "A", "a-b", "../x", "a b", "9a", "a" * 21, "a\n"])
def test_a_name_that_would_not_do_for_paths_and_namespaces_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        places.checked(name)


def test_every_layer_is_described_and_stands_on_a_release() -> None:
    for folder in places.LAYERS.iterdir():
        layers = chain(folder.name)
        assert layers[0].parent is None
        assert layers[-1].name == folder.name
        assert {layer.release for layer in layers} == {layers[0].release}
        assert (folder / "setup.sh").is_file()
    for host in spec.HOSTS:
        assert load(host.layer).release == ("legacy" if host.role == "legacy" else "target")
