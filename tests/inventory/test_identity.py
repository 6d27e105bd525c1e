"""The same server seen by several sources is one server; what differs is listed."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from estate.records.sighting import OWN, Sighting
from inventory.identity import fqdn_of, identify, serial_of, short_of, swapped, uuid_in_serial, uuid_of
from inventory.merge import by_rank, conflicts, merged

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
UUID = "42030001-0000-4000-8000-000000000001"
RANK = by_rank({"rvtools": (2, 4), "csv": (4, 1), "aws": (1, 2)})


def sighting(source: str, name: str, **more: Any) -> Sighting:
    scope = more.pop("scope", "")
    values = {"names": (name,), "at": AT, "where": f"{source}, row 1", **more}
    return Sighting(id=f"{source}:{scope}:{name}", source=source, scope=scope, name=name, **values)


def servers(*sightings: Sighting) -> dict[str, set[str]]:
    return {name: {one.source for one in held} for name, held in identify(sightings).servers.items()}


def test_each_rule_joins() -> None:
    pairs = [
        ({"instance": "i-1"}, {"instance": "i-1"}),
        ({"uuid": UUID}, {"uuid": UUID}),
        ({"uuid": UUID}, {"uuid": swapped(UUID)}),
        ({"serial": "czj123"}, {"serial": "czj123"}),
        ({"fqdn": "db1.council.example"}, {"fqdn": "db1.council.example"}),
        (
            {"names": ("db1",), "addresses": ("10.0.0.1",)},
            {"names": ("db1",), "addresses": ("10.0.0.2", "10.0.0.1")},
        ),
        ({"names": ("db1",), "addresses": ("10.0.0.1",)}, {"names": ("db1",)}),
    ]
    for mine, theirs in pairs:
        found = servers(
            sighting("rvtools", "a", **{"names": (), **mine}), sighting("csv", "b", **{"names": (), **theirs})
        )
        assert list(found.values()) == [{"rvtools", "csv"}], (mine, theirs)


def test_another_identifier_parts_what_has_the_same_name() -> None:
    found = identify(
        [
            sighting("rvtools", "db1", uuid=UUID, fqdn="db1.council.example"),
            sighting("aws", "db1", uuid=UUID.replace("4203", "5204"), fqdn="db1.council.example"),
        ]
    )
    assert set(found.servers) == {"db1", "db1-2"}
    assert found.lookalikes[0].servers == ("db1", "db1-2")
    assert "each has another firmware UUID" in found.lookalikes[0].reason


def test_the_same_name_at_another_address_is_a_lookalike() -> None:
    found = identify(
        [sighting("rvtools", "db1", addresses=("10.0.0.1",)), sighting("csv", "db1", addresses=("10.0.0.2",))]
    )
    assert len(found.servers) == 2
    assert "no address in common" in found.lookalikes[0].reason


def test_two_rows_of_one_export_are_two_machines() -> None:
    found = identify(
        [
            sighting("rvtools", "a", fqdn="db1.council.example"),
            sighting("rvtools", "b", fqdn="db1.council.example"),
        ]
    )
    assert len(found.servers) == 2
    assert "one export lists both" in found.lookalikes[0].reason


def test_why_two_were_not_joined_is_what_parts_them_and_by_the_strongest_rule() -> None:
    def reason(*seen: Sighting) -> str:
        found = identify(seen)
        assert len(found.servers) == 2
        return found.lookalikes[0].reason

    here = ("10.0.0.1",)
    other = UUID.replace("4203", "5204")
    named = reason(
        sighting("rvtools", "a", fqdn="db1.council.example"), sighting("rvtools", "b", fqdn="db1.council.example")
    )
    assert named == "the same full host name, but one export lists both"
    at_one = reason(
        sighting("rvtools", "a", names=("db1",), addresses=here),
        sighting("rvtools", "b", names=("db1",), addresses=here),
    )
    assert at_one == "the same short host name and address, but one export lists both"
    apart = reason(
        sighting("rvtools", "db1", uuid=UUID, addresses=here),
        sighting("aws", "db1", uuid=other, addresses=("10.0.0.2",)),
    )
    assert apart == "the same short host name, but each has another firmware UUID"


def test_the_hosts_files_name_comes_first_and_a_known_name_stays() -> None:
    own = sighting(OWN, "revenues-db", uuid=UUID, server="revenues-db")
    vmware = sighting("rvtools", "SRV-DB1", uuid=UUID, server="srv-db1")
    assert servers(own, vmware) == {"revenues-db": {OWN, "rvtools"}}
    register = sighting("csv", "db one", names=("srv-db1",))
    assert set(servers(vmware.model_copy(update={"names": ("srv-db1",)}), register)) == {"srv-db1"}


@given(st.permutations(range(5)))
def test_the_order_makes_no_difference(order: list[int]) -> None:
    every = [
        sighting(OWN, "db1", addresses=("10.0.0.1",), server="db1"),
        sighting("rvtools", "SRV1", names=("srv1", "db1"), addresses=("10.0.0.1",), uuid=UUID),
        sighting("csv", "register-1", names=("srv1",)),
        sighting("aws", "other", names=("other",), instance="i-2"),
        sighting("csv", "db1", scope="old", names=("db1",)),
    ]
    expected = {name: {one.id for one in held} for name, held in identify(every).servers.items()}
    found = identify([every[place] for place in order]).servers
    assert {name: {one.id for one in held} for name, held in found.items()} == expected
    assert len(expected) == 2


def test_placeholders_identify_nothing() -> None:
    assert uuid_of("00000000-0000-0000-0000-000000000000") is None
    assert uuid_of("rubbish") is None
    assert serial_of("To be filled by O.E.M.") is None
    assert serial_of("VMware-42 03 00 01 00 00 40 00-80 00 00 00 00 00 00 01") is None
    assert uuid_in_serial("VMware-42 03 00 01 00 00 40 00-80 00 00 00 00 00 00 01") == UUID
    assert fqdn_of("localhost.localdomain") is None
    assert fqdn_of("10.0.0.1") is None
    assert short_of("DB1.council.example") == "db1"
    assert short_of("Finance (old)") is None


def test_each_value_keeps_its_source_and_differences_are_listed() -> None:
    vmware = sighting(
        "rvtools", "db1", memory_bytes=8 * 1024**3, cpus=4, os_id="ubuntu", os_name="Ubuntu Linux (64-bit)"
    )
    register = sighting(
        "csv", "db1", memory_bytes=16 * 1024**3, owner="Revenues", os_id="ubuntu", os_version="20.04"
    )
    server = merged("db1", [vmware, register], None, RANK)
    assert (server.memory_bytes, server.owner, server.os_version) == (8 * 1024**3, "Revenues", "20.04")
    assert server.origins["memory_bytes"].source == "rvtools"
    assert server.origins["owner"].source == "csv"
    assert not server.reached
    assert not server.tried
    found = conflicts("db1", [vmware, register], RANK)
    assert [one.field for one in found] == ["memory_bytes"]
    assert [said.source for said in found[0].said] == ["rvtools", "csv"], "what is shown comes first"


def test_a_version_of_one_system_is_never_given_to_another() -> None:
    vmware = sighting("rvtools", "db1", os_id="debian", os_name="Debian")
    register = sighting("csv", "db1", os_id="windows-server", os_version="2019", os_name="Windows Server 2019")
    server = merged("db1", [vmware, register], None, RANK)
    assert (server.os_id, server.os_version, server.os_name) == ("debian", None, "Debian")
    assert [one.field for one in conflicts("db1", [vmware, register], RANK)] == ["os_id"]


def test_small_differences_and_older_exports_are_no_conflict() -> None:
    old = sighting("rvtools", "db1-old", cpus=2, at=AT - timedelta(days=30))
    new = sighting("rvtools", "db1", cpus=4, os_id="rhel", os_version="8", memory_bytes=1000, hostname="db1")
    own = sighting(
        OWN, "db1", cpus=4, os_id="rhel", os_version="8.6", memory_bytes=960, hostname="DB1.council.example"
    )
    for order in permutations([old, new, own]):
        assert conflicts("db1", order, RANK) == []
