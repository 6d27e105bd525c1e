"""Estimates: the total is the sum of its lines, and what is not known costs something, not nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.catalogue.prices import book
from estate.catalogue.sizes import sizes, smallest
from estate.records.preview import GUESSED, UNKNOWN, Preview, Resource
from stacks.estimate.charges import CHARGES, HOURS, tier
from stacks.estimate.free import FREE
from stacks.estimate.reckon import reckon
from stacks.settings.file import load
from tests.stacks.conftest import WriteSettings

TODAY = date(2026, 11, 22)


def resource(kind: str, name: str = "one", **inputs: object) -> Resource:
    return Resource(type=kind, name=name, urn=f"urn:pulumi:s::p::{kind}::{name}", inputs=inputs)


def disk(gib: object, name: str = "one") -> Resource:
    return resource("azure-native:compute:Disk", name, diskSizeGB=gib, sku={"name": "Premium_LRS"})


@pytest.mark.parametrize("kind", ["production", "test"])
def test_the_total_is_the_sum_of_the_lines(previews: dict[str, Preview], kind: str) -> None:
    estimate = previews[kind].estimate
    assert estimate.monthly_gbp == pytest.approx(sum(line.monthly_gbp for line in estimate.lines), abs=0.005)
    for line in estimate.lines:
        assert line.monthly_gbp == pytest.approx(line.quantity * line.unit_gbp, abs=0.02)
        assert line.unit_gbp > 0


@pytest.mark.parametrize("kind", ["production", "test"])
def test_nothing_is_left_out(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    told = {line.resource for line in preview.estimate.lines} | {
        entry.resource for entry in preview.estimate.unpriced
    }
    for found in preview.resources:
        assert not found.custom or found.type in FREE or found.name in told, found.urn


def test_no_kind_is_both_free_and_charged() -> None:
    assert set(FREE).isdisjoint(CHARGES)
    assert all(reason.endswith(".") for reason in FREE.values())


def test_a_kind_that_nobody_priced_is_listed_and_adds_nothing(write: WriteSettings) -> None:
    settings = load(write())
    known, strange = disk(64), resource("azure-native:kusto:Cluster", "huge")
    alone = reckon([known], settings, TODAY)
    both = reckon([known, strange], settings, TODAY)
    assert both.monthly_gbp == alone.monthly_gbp > 0
    assert [entry.resource for entry in both.unpriced] == ["huge"]


def test_a_size_without_a_price_is_listed(write: WriteSettings) -> None:
    os_disk = {"diskSizeGB": 64, "managedDisk": {"storageAccountType": "Premium_LRS"}}
    strange = resource(
        "azure-native:compute:VirtualMachine",
        hardwareProfile={"vmSize": "Standard_M208ms_v2"},
        storageProfile={"osDisk": os_disk},
    )
    estimate = reckon([strange], load(write()), TODAY)
    assert not any("vm/" in line.meter for line in estimate.lines)
    assert "vm/Standard_M208ms_v2" in " ".join(one.why for one in estimate.unpriced)


def test_a_size_that_is_unknown_is_listed(write: WriteSettings) -> None:
    estimate = reckon([disk(UNKNOWN)], load(write()), TODAY)
    assert estimate.unpriced[0].why == "its size is not known before it is built"


def test_a_component_costs_nothing_itself(write: WriteSettings) -> None:
    part = resource("decant:stacks:Anything").model_copy(update={"custom": False})
    estimate = reckon([part], load(write()), TODAY)
    assert (estimate.monthly_gbp, estimate.lines, estimate.unpriced) == (0, (), ())


def test_a_machine_that_stops_in_the_evening_costs_its_hours(previews: dict[str, Preview]) -> None:
    hours = {
        kind: {line.quantity for line in previews[kind].estimate.lines if line.meter.startswith("vm/")}
        for kind in ("production", "test")
    }
    assert hours == {"production": {HOURS}, "test": {220}}


def test_a_standby_doubles_the_database(write: WriteSettings) -> None:
    def server(mode: str) -> Resource:
        return resource(
            "azure-native:dbforpostgresql:Server",
            sku={"name": "Standard_D4s_v3", "tier": "GeneralPurpose"},
            storage={"storageSizeGB": 64},
            highAvailability={"mode": mode},
            backup={"geoRedundantBackup": "Disabled"},
        )

    settings = load(write())
    single, double = (
        reckon([server(mode)], settings, TODAY).monthly_gbp for mode in ("Disabled", "ZoneRedundant")
    )
    assert double == pytest.approx(2 * single, abs=0.02)


@given(st.integers(1, 32767))
def test_a_disk_is_charged_by_the_size_it_fits_in(gib: int) -> None:
    number = int(tier(gib, "Premium_LRS")[1:])
    assert tier(gib, "StandardSSD_LRS") == f"E{number}"
    bigger = int(tier(min(32767, gib * 2), "Premium_LRS")[1:])
    assert bigger >= number


@pytest.mark.parametrize(("gib", "size"), [(4, 1), (8, 2), (16, 3), (17, 4), (32, 4), (33, 6), (32767, 80)])
def test_the_smallest_disks_are_charged_as_such(gib: int, size: int) -> None:
    assert tier(gib, "Premium_LRS") == f"P{size}"
    assert tier(gib, "StandardSSD_LRS") == f"E{size}"


def test_what_leaves_by_the_vpn_is_charged_where_there_is_no_other_way(write: WriteSettings) -> None:
    settings = load(write("production", ("egress_gb = 50 ", "egress_gb = 600 ")))
    gateway = resource("azure-native:network:VirtualNetworkGateway", sku={"name": "VpnGw1AZ"})
    nat = resource("azure-native:network:NatGateway")
    alone = [line.quantity for line in reckon([gateway], settings, TODAY).lines if line.meter == "egress"]
    both = [line.quantity for line in reckon([gateway, nat], settings, TODAY).lines if line.meter == "egress"]
    assert alone == both == [500]


def test_a_price_says_where_it_is_from_and_when() -> None:
    prices = book()
    for meter, entry in prices.prices.items():
        source = prices.sources[entry.source]
        assert source.what
        assert source.url.startswith("https://")
        assert entry.basis != "published" or (entry.currency == "GBP" and entry.region == "uksouth"), meter
        assert entry.basis in {"published", "converted"} or entry.note, meter
        price = prices.price(meter)
        assert price is not None
        assert price.estimated == (entry.basis != "published")
        assert price.gbp == pytest.approx(
            entry.amount / (prices.usd_per_gbp.rate if entry.currency == "USD" else 1)
        )


def test_the_book_has_no_price_for_what_it_does_not_hold() -> None:
    assert book().price("vm/Standard_Imaginary") is None


def test_every_price_that_is_undated_or_another_regions_counts_as_guessed() -> None:
    for meter, entry in book().prices.items():
        undated = book().sources[entry.source].dated is None
        assert entry.basis in GUESSED or not (undated or entry.region != "uksouth"), meter


def test_what_is_guessed_is_a_part_of_the_total(previews: dict[str, Preview]) -> None:
    for preview in previews.values():
        sure = sum(line.monthly_gbp for line in preview.estimate.lines if line.basis in ("published", "converted"))
        assert preview.estimate.guessed_gbp == pytest.approx(preview.estimate.monthly_gbp - sure, abs=0.01)
        assert 0 < preview.estimate.guessed_gbp < preview.estimate.monthly_gbp


def test_an_old_book_is_said_to_be_old() -> None:
    assert "which is old" in book().caution(TODAY)
    assert "which is old" not in book().caution(book().oldest)


@given(st.integers(1, 32), st.integers(1, 256), st.sampled_from(["Bsv2", "Dasv5", "Dsv5", "Esv5"]))
def test_the_smallest_size_is_big_enough(vcpus: int, gib: int, series: str) -> None:
    found = smallest(vcpus, gib * 1024**3, series)
    fitting = [
        name for name, size in sizes().items()
        if size.series == series and size.vcpus >= vcpus and size.memory_gib >= gib
    ]  # fmt: skip
    assert (found in fitting) if fitting else found is None
