"""A plan's targets as settings of workload stacks: what a managed database can take is one."""

from dataclasses import replace
from pathlib import Path

import pytest

from decant.app import App
from decant.journeys.plan_stacks import workload_stacks
from estate.records.assessment import DatabaseTier, ManagedDatabase, Size, SizedDisk
from estate.records.plan import Plan, PlannedMove, Wave
from migration.plan import Estate
from stacks.settings.file import load
from stacks.settings.whole import StackSettings
from tests.decant.face import decant
from tests.migration.small_estate import AT, assessment, estate, workload

GIB = 1 << 30


@pytest.fixture
def app(tmp_path: Path) -> App:
    assert decant("init", "ws", at=tmp_path).code == 0
    return App(start=tmp_path / "ws")


def holding(
    kind: str, service: str, *names: str, sku: str = "Standard_D2ads_v5", tier: DatabaseTier = "GeneralPurpose",
    storage: int = 64, instead: bool = True,
) -> tuple[Plan, Estate]:  # fmt: skip
    """A server of databases that a managed one could hold, in the first wave of a plan."""
    database = ManagedDatabase.model_validate(
        {"service": f"Azure Database for {service}", "tier": tier, "sku": sku, "vcores": 2, "memory_bytes": 8 * GIB,
         "storage_gib": storage, "instead": instead, "why": "as it is"}
    )  # fmt: skip
    size = Size(sku="Standard_D2as_v5", vcpus=2, memory_bytes=8 * GIB, basis="as it is", database=database)
    held = [workload(f"db01/{kind}/{one}", bytes=GIB) for one in names]
    assessed = assessment("db01").model_copy(update={"size": size})
    made = replace(estate(held), assessments=[assessed])
    moves = tuple(PlannedMove(workload=one.id) for one in held)
    return Plan(id="plan", waves=(Wave(number=1, name="shop", moves=moves),), at=AT), made


def exported(app: App, plan: Plan, made: Estate) -> StackSettings:
    (name, text), *others = workload_stacks(app, plan, made).texts.items()
    assert not others
    path = app.workspace.stacks / f"{name}.toml"
    path.write_text(text)
    return load(path)


def test_mysql_goes_to_a_managed_server_with_its_first_password_by_reference(app: App) -> None:
    made = exported(app, *holding("mariadb", "MySQL", "shop", "blog"))
    (found,) = made.mysql
    assert (found.size, found.tier, found.storage_gib) == ("Standard_D2ads_v5", "GeneralPurpose", 64)
    assert (found.databases, found.takes_over) == (("shop", "blog"), ("db01",))
    assert found.first_password == "env:DECANT_DB01_NEW_FIRST_PASSWORD"
    assert not made.vm


def test_mysql_s_storage_ends_where_azure_s_does(app: App) -> None:
    (found,) = exported(app, *holding("mariadb", "MySQL", "shop", storage=32767)).mysql
    assert found.storage_gib == 16384


def test_postgresql_goes_to_a_managed_server(app: App) -> None:
    (found,) = exported(app, *holding("postgres", "PostgreSQL", "reports", sku="Standard_D2ds_v5")).postgres
    assert (found.size, found.storage_gib, found.databases) == ("Standard_D2ds_v5", 64, ("reports",))


def test_a_name_that_azure_does_not_take_is_told_and_not_made(app: App) -> None:
    plan, made = holding("mariadb", "MySQL", "shop", "old shop")
    (text,) = workload_stacks(app, plan, made).texts.values()
    assert '# no name that Azure takes: "old shop"' in text
    assert exported(app, plan, made).mysql[0].databases == ("shop",)


def test_what_shares_its_server_with_more_gets_a_machine(app: App) -> None:
    made = exported(app, *holding("mariadb", "MySQL", "shop", instead=False))
    assert [one.name for one in made.vm] == ["db01-new"]
    assert not made.mysql


def moved_whole(*gib: int) -> tuple[Plan, Estate]:
    """A server that moves as it is, with disks of these sizes, the system's first; its size is known either way."""
    disks = tuple(
        SizedDisk(kind="StandardSSD_LRS", tier="E", gib=one, iops=500, mbps=60, why="as it is") for one in gib
    )
    size = Size(sku="Standard_D2as_v5", vcpus=2, memory_bytes=8 * GIB, basis="as it is", disks=disks)
    held = workload("app01/machine/app01")
    made = replace(estate([held]), assessments=[assessment("app01").model_copy(update={"size": size})])
    return Plan(
        id="plan", waves=(Wave(number=1, name="all", moves=(PlannedMove(workload=held.id),)),), at=AT
    ), made


@pytest.mark.parametrize(
    ("gib", "system", "data"),
    [((256,), 256, []), ((64, 512, 128), 64, [512, 128]), ((16,), 30, []), ((2048, 64), 64, [2048, 64])],
)
def test_a_machine_that_moves_whole_keeps_its_disks(
    app: App, gib: tuple[int, ...], system: int, data: list[int]
) -> None:
    (found,) = exported(app, *moved_whole(*gib)).vm
    assert (found.os_disk_gib, [one.gib for one in found.disks]) == (system, data)
    assert {one.kind for one in found.disks} <= {"StandardSSD_LRS"}


def test_disks_that_nobody_knows_are_to_be_filled_in(app: App) -> None:
    plan, made = moved_whole()
    (text,) = workload_stacks(app, plan, made).texts.values()
    assert "# the disks of its servers are not known: fill in os_disk_gib, and disks" in text
    assert exported(app, plan, made).vm[0].disks == ()


def test_what_is_in_no_system_is_named_after_its_server(app: App) -> None:
    assert exported(app, *moved_whole(64)).systems == ("app01",)
