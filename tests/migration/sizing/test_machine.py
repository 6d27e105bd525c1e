"""Which size, which disks, and whether a managed database fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue import databases, disks
from estate.catalogue.sizes import sizes
from estate.records.assessment import Size
from estate.records.base import Record
from estate.records.facts.disks import Disk, Disks
from estate.records.facts.mariadb import Mariadb, MariadbDatabase
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql, PostgresRole
from estate.records.workload import Workload
from migration.sizing.machine import size_of
from migration.sizing.need import UNOBSERVED, Need
from tests.migration.sizing.known import GIB, facts, need, workload


def sized(
    *workloads: Workload, by: Need = UNOBSERVED, found: dict[str, Record] | None = None, **about: object
) -> Size:
    size = size_of(facts(found=found, **about), workloads, by)
    assert size is not None
    return size


def postgres(extensions: tuple[str, ...] | None = ("plpgsql",), *roles: PostgresRole) -> dict[str, Record]:
    base = PostgresDatabase(name="reports", owner="app", extensions=extensions)
    return {
        "postgresql": Postgresql(
            clusters=(PostgresCluster(port=5432, version="13.9", databases=(base,), roles=roles),)
        )
    }


def test_what_was_not_observed_is_never_burstable_and_what_was_quiet_is_and_says_so() -> None:
    assert sized().sku == "Standard_D4as_v5"
    quiet = sized(by=need(cpu=5, memory=3 * GIB))
    # 4 CPUs at 5%, times 1.3: 0.26 of a vCPU; 3.9 GiB.
    assert (quiet.sku, quiet.burstable) == ("Standard_B2ls_v2", True)
    assert "burstable size, as it keeps at most 0.6 vCPUs busy all the time and this does with 0.26" in quiet.basis


def test_a_server_with_much_memory_gets_the_memory_series() -> None:
    assert sized(memory_bytes=32 * GIB).sku == "Standard_E4as_v5"
    assert sized(cpus=2, memory_bytes=500 * GIB).sku == "Standard_E64as_v5"


@pytest.mark.parametrize(
    "about", [{"cpus": None}, {"memory_bytes": None}, {"cpus": 500}, {"memory_bytes": 10**15}]
)
def test_what_is_not_known_or_too_large_has_no_size(about: dict[str, object]) -> None:
    assert size_of(facts(**about)) is None


def test_more_data_disks_need_a_larger_size() -> None:
    many = Disks(disks=tuple(Disk(name=f"sd{n}", type="disk", size_bytes=10 * GIB) for n in range(10)))
    size = sized(found={"disks": many}, cpus=2, memory_bytes=4 * GIB)
    assert len(size.disks) == 10
    assert sizes()[size.sku].max_data_disks >= 9


def test_disks_are_as_big_as_they_are_and_do_what_was_seen() -> None:
    found = {
        "disks": Disks(
            disks=(
                Disk(name="sda", type="disk", size_bytes=60 * GIB),
                Disk(name="sda1", type="part", size_bytes=60 * GIB, parent="sda"),
                Disk(name="sdb", type="disk", size_bytes=300 * GIB),
                Disk(name="usb", type="disk", size_bytes=8 * GIB, removable=True),
            )
        )
    }
    assert [one.tier for one in sized(found=found).disks] == ["E6", "E20"]
    assert [one.tier for one in sized(found=found, by=need(iops=300)).disks] == ["E6", "E20"]
    # 1,200 operations, times 1.3: 1,560, which P20 does and E20 does not.
    assert [one.tier for one in sized(found=found, by=need(iops=1200)).disks] == ["E6", "P20"]
    # 3,000 times 1.3 is 3,900: P30, though half of it would be large enough.
    assert [one.tier for one in sized(found=found, by=need(iops=3000)).disks] == ["E6", "P30"]


def test_a_database_that_nobody_observed_gets_premium_disks() -> None:
    assert [one.kind for one in sized(workload("mariadb")).disks] == ["Premium_LRS"]
    assert [one.kind for one in sized(workload("mariadb"), by=need(iops=20, mbps=1)).disks] == ["StandardSSD_LRS"]
    assert "not observed" in sized().disks_why


def test_disks_that_nobody_knows_are_said_to_be_unknown() -> None:
    size = sized(disk_bytes=None)
    assert (size.disks, size.disks_why) == ((), "the sizes of its disks are not known")


def test_postgresql_alone_can_take_a_managed_server_instead_of_the_machine() -> None:
    size = sized(workload("postgres"), found=postgres())
    assert size.database is not None
    assert (size.database.sku, size.database.storage_gib, size.database.instead) == ("Standard_D4ds_v5", 32, True)
    beside = sized(workload("postgres"), workload("files", "share"), found=postgres())
    assert beside.database is not None
    assert not beside.database.instead


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({}, "what it needs of its server is not known"),
        (postgres(None), "the extensions of reports were not seen"),
        (postgres(("plpgsql", "plpython3u")), "it does not have the extension plpython3u"),
        (postgres((), PostgresRole(name="boss", login=True, superuser=True)), "boss logs in as a superuser"),
    ],
)
def test_what_speaks_against_a_managed_postgresql_is_said(found: dict[str, Record], why: str) -> None:
    size = sized(workload("postgres"), found=found)
    assert size.database is None
    assert any(why in one for one in size.options)


def test_mariadb_has_no_managed_server_and_mysql_has_one_for_innodb() -> None:
    def server(product: str, engine: str) -> dict[str, Record]:
        base = MariadbDatabase(name="shop", engines=(engine,))
        return {"mariadb": Mariadb(product=product, port=3306, version="8.0.36", databases=(base,))}

    assert sized(workload("mariadb"), found=server("mariadb", "InnoDB")).database is None
    mysql = sized(workload("mariadb"), found=server("mysql", "InnoDB")).database
    assert mysql is not None
    assert (mysql.service, mysql.sku) == ("Azure Database for MySQL", "Standard_D4ads_v5")
    old = sized(workload("mariadb"), found=server("mysql", "MyISAM"))
    assert (old.database, "MyISAM" in old.options[0]) == (None, True)


def test_sql_server_names_its_options_and_sizes_nothing_for_them() -> None:
    size = sized(workload("sqlserver"))
    assert size.database is None
    assert "Azure SQL Managed Instance" in size.options[0]


@given(
    st.integers(1, 64),
    st.integers(1, 256),
    st.integers(0, 40_000),
    st.floats(0, 100),
    st.floats(0, 5000),
    st.floats(0, 200),
)
def test_whatever_is_chosen_holds_and_does_what_is_needed(
    cpus: int, gib: int, disk: int, cpu: float, iops: float, mbps: float
) -> None:
    by = need(cpu, gib * GIB / 2, iops, mbps)
    size = size_of(facts(cpus=cpus, memory_bytes=gib * GIB, disk_bytes=disk * GIB or None), (), by)
    if size is None:
        return
    known = sizes()[size.sku]
    least, memory = by.of(cpus, gib * GIB)
    assert known.vcpus >= least
    assert known.memory_bytes >= memory
    assert (known.uncached_iops or 0) >= iops * 1.3 - 1e-6
    assert not known.burstable or (known.baseline_vcpus or 0) >= cpus * cpu / 100 * 1.3 - 1e-9
    assert sum(one.gib for one in size.disks) >= disk
    for one in size.disks:
        tier = disks.smallest(one.kind, one.gib)
        assert tier is not None
        assert (tier.tier, tier.iops) == (one.tier, one.iops)


def test_the_tables_say_where_they_are_from_and_grow_with_size() -> None:
    for kind in ("StandardSSD_LRS", "Premium_LRS"):
        rows = disks.tiers(kind)  # type: ignore[arg-type]  # both are kinds
        assert [one.iops for one in rows] == sorted(one.iops for one in rows)
        assert len({one.gib for one in rows}) == len(rows)
    assert "Microsoft Learn" in disks.table().source
    assert "Microsoft Learn" in databases.table().source
    for size in sizes().values():
        assert size.burstable == (size.baseline_vcpus is not None)
