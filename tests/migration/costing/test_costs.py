"""Costs: each line a sum that anybody can check, totals of lines and nothing else, and nothing unknown taken for nothing."""

from datetime import date
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.records.assessment import Disposition
from estate.records.cost import Amount
from estate.records.facts.os import Os
from estate.records.facts.postgresql import PostgresCluster, PostgresDatabase, Postgresql
from migration.costing.reckon import kinds, totals
from tests.migration.costing.reckoned import lines, reckoned
from tests.migration.costing.sums import worked_out
from tests.migration.sizing.known import GIB, facts, workload


def test_a_machine_costs_its_hours_and_the_sum_says_so() -> None:
    compute = reckoned((facts(), Disposition.REHOST)).lines
    one = next(line for line in compute if line.id == "azure/compute/db1")
    # 730 hours in each of 12 months of a Standard_D4as_v5 at £0.155684, which was reckoned from another: 10% either way.
    assert one.reckoning == "730 hours × 12 × £0.155684"
    assert one.amount == Amount(low=1227.41, likely=1363.79, high=1500.17)
    assert (one.what, one.note[:39]) == (
        "Standard_D4as_v5, by the hour",
        "Reckoned from Standard_D2as_v5 by vCPUs",
    )
    assert (one.source, one.priced_at) == ("price book: retail-gbp", date(2024, 8, 1))
    assert one.assumptions == ("hours_a_month", "reserved_years")


def test_a_reservation_costs_its_year_and_where_none_is_known_the_hours_stand_and_that_is_said() -> None:
    reserved = reckoned((facts(cpus=2, memory_bytes=8 * GIB), Disposition.REHOST), written={"reserved_years": 3})
    one = lines(reserved, "azure/compute/")["db1"]
    assert (one.amount.likely, one.what) == (259.21, "Standard_D2as_v5, reserved for 3 years")
    large = reckoned((facts(memory_bytes=64 * GIB), Disposition.REHOST), written={"reserved_years": 1})
    assert lines(large, "azure/compute/")["db1"].what.startswith("Standard_E8as_v5, by the hour")
    assert any("reserving Standard_E8as_v5 for 1" in one.what for one in large.unpriced)


def test_windows_is_a_line_of_its_own_and_hybrid_benefit_puts_the_councils_licence_in_its_place() -> None:
    windows = (facts(os_id="windows-server", os_version="2019"), Disposition.REHOST)
    by_hour = lines(reckoned(windows), "azure/licences/db1/")["windows"]
    assert by_hour.reckoning == "730 hours × 12 × 4 vCPUs × £0.0358075"
    assert by_hour.amount.likely == 1254.69
    own = reckoned(windows, written={"windows_hybrid_benefit": True})
    assert not lines(own, "azure/licences/")
    assert [one.what for one in own.unpriced if "own licences" in one.what] == ["Windows Server, own licences"]
    assert own.cautions == (
        "windows_hybrid_benefit takes £1,255 a year out of Azure, for 1 server with Windows, and your own licences"
        " have no price: give licence/windows-server/core-year in rates.toml",
    )
    priced = reckoned(
        windows, written={"windows_hybrid_benefit": True}, rates={"licence/windows-server/core-year": 25}
    )
    assert priced.cautions == ()
    assert lines(priced, "azure/licences/db1/")["windows"].reckoning == "8 cores × £25"


def test_sql_server_and_subscriptions_are_listed_until_the_council_gives_their_price() -> None:
    held = (workload("sqlserver"),)
    found = reckoned((facts(), Disposition.REHOST), held=held)
    assert any("licence/sql-server/core-year" in one.why for one in found.unpriced)
    priced = reckoned((facts(), Disposition.REHOST), held=held, rates={"licence/sql-server/core-year": 400})
    assert lines(priced, "azure/licences/db1/")["sql"].amount == Amount(low=1600, likely=1600, high=1600)


def test_rates_that_no_figure_rests_on_are_said() -> None:
    given = {"licence/sql-server/core-year": 400.0, "repurchase/db1": 9000.0, "vm/Standard_D4as_v5": 0.1}
    assert reckoned((facts(), Disposition.REHOST), rates=given).cautions == (
        "no figure rests on 2 prices of rates.toml: licence/sql-server/core-year, repurchase/db1",
    )


def test_backups_keep_the_data_and_each_days_changes() -> None:
    known = facts(disk_used_bytes=80 * GIB)
    kept = lines(reckoned((known, Disposition.REHOST), written={"change_rate": 0.02}), "azure/backup/db1/")["kept"]
    # 80 GiB, and 2% of it for 30 days: 128 GB, at $0.056 and 1.284649 dollars to the pound.
    assert kept.reckoning.startswith("80 GiB used × (1 + 0.02 a day × 30 days) × 12 months × £0.0435916")
    assert kept.amount.likely == pytest.approx(128 * 12 * 0.056 / 1.284649, abs=0.01)


def test_what_stays_costs_on_premises_alone_and_what_is_retired_costs_people_alone_once() -> None:
    found = reckoned(
        (facts("stays"), Disposition.RETAIN), (facts("goes"), Disposition.RETIRE), (facts("open"), None)
    )
    assert {(one.subject, one.side) for one in found.lines} == {
        ("stays", "on-premises"),
        ("goes", "on-premises"),
        ("goes", "move"),
        ("open", "on-premises"),
        ("estate", "move"),
    }
    assert found.staying == ("open", "stays")
    assert {one.subject for one in found.unpriced} == {"open", "estate"}
    assert totals(found).azure.high == 0


def test_a_service_bought_instead_has_no_price_but_the_councils_own() -> None:
    found = reckoned((facts(), Disposition.REPURCHASE))
    assert any("repurchase/db1" in one.why for one in found.unpriced)
    assert totals(found).azure.likely == 0
    assert (
        totals(reckoned((facts(), Disposition.REPURCHASE), rates={"repurchase/db1": 18000})).azure.likely == 18000
    )


def test_a_managed_database_takes_the_place_of_machine_disks_and_their_backup() -> None:
    base = PostgresDatabase(name="reports", owner="app", extensions=("plpgsql",))
    known = facts(
        found={"postgresql": Postgresql(clusters=(PostgresCluster(port=5432, version="13.9", databases=(base,)),))}
    )
    moved = reckoned((known, Disposition.REPLATFORM), held=(workload("postgres"),))
    assert not lines(moved, "azure/compute/")
    assert not lines(moved, "azure/storage/")
    assert set(lines(moved, "azure/database/db1/")) == {"server", "storage", "backup"}
    as_it_is = reckoned((known, Disposition.REHOST), held=(workload("postgres"),))
    assert lines(as_it_is, "azure/compute/")
    assert not lines(as_it_is, "azure/database/")


def test_what_cannot_be_sized_or_is_not_known_is_listed_and_adds_nothing() -> None:
    unknown = facts(cpus=None, memory_bytes=None, disk_bytes=None)
    found = reckoned((unknown, Disposition.REHOST))
    assert not [one for one in found.lines if one.side == "azure"]
    said = {one.what for one in found.unpriced}
    assert {"everything that it would cost in Azure", "its storage today"} <= said
    no_disks = reckoned((facts(disk_bytes=None), Disposition.REHOST))
    assert {"its disks", "its backup"} <= {one.what for one in no_disks.unpriced}


def test_what_nobody_has_read_may_need_licences_and_that_is_said() -> None:
    unread, read = (facts(found=found) for found in ({}, {"os": Os(hostname="db1", id="debian", version_id="12")}))
    assert "licences of what runs on it" in {one.what for one in reckoned((unread, Disposition.REHOST)).unpriced}
    assert "licences of what runs on it" not in {one.what for one in reckoned((read, Disposition.REHOST)).unpriced}


def test_what_is_paid_for_licences_today_is_listed_until_a_total_is_given() -> None:
    today = "licences that you pay for today, as VMware, Windows Server and SQL Server"
    assert today in {one.what for one in reckoned((facts(), Disposition.RETAIN)).unpriced}
    whole = reckoned((facts(), Disposition.RETAIN), written={"on_premises_total": 1000})
    assert today not in {one.what for one in whole.unpriced}


def test_the_councils_own_exchange_rate_is_used() -> None:
    usual, weak = (
        lines(reckoned((facts(), Disposition.REHOST), written={"usd_per_gbp": rate}), "azure/backup/db1/")[
            "machine"
        ]
        for rate in (1.284649, 1.0)
    )
    assert weak.amount.likely == pytest.approx(usual.amount.likely * 1.284649, rel=1e-4)


def test_every_category_of_the_record_is_reckoned_by_a_kind_of_its_name() -> None:
    assert set(kinds()) == {
        "backup", "compute", "contingency", "database", "dual-running", "hardware", "licences", "monitoring", "network",
        "people", "premises", "storage",
    }  # fmt: skip


_DISPOSITIONS = st.sampled_from([None, *Disposition])


_SERVER = st.fixed_dictionaries(
    {
        "cpus": st.none() | st.integers(1, 120),
        "memory_bytes": st.none() | st.integers(1, 900).map(lambda gib: gib * GIB),
        "disk_bytes": st.none() | st.integers(0, 60_000).map(lambda gib: gib * GIB),
        "disk_used_bytes": st.none() | st.integers(0, 1000).map(lambda gib: gib * GIB),
        "platform": st.sampled_from([None, "vmware", "physical", "aws-ec2"]),
        "power": st.sampled_from([None, "on", "off"]),
        "os_id": st.sampled_from([None, "debian", "rhel", "windows-server"]),
    }
)


_KINDS = st.lists(st.sampled_from(["postgres", "mariadb", "sqlserver", "files"]), max_size=2)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(_SERVER, _DISPOSITIONS, _KINDS), max_size=4),
    st.sampled_from([0, 1, 3]),
    st.booleans(),
    st.none() | st.floats(0, 1e6),
)
def test_whatever_the_estate_ranges_are_ordered_sums_hold_and_totals_are_their_parts(
    servers: list[tuple[dict[str, Any], Disposition | None, list[str]]],
    years: int,
    hybrid: bool,
    whole: float | None,
) -> None:
    written: dict[str, Any] = {"reserved_years": years, "windows_hybrid_benefit": hybrid}
    if whole is not None:
        written["on_premises_total"] = whole
    known = [(facts(f"s{place}", **about), what) for place, (about, what, _) in enumerate(servers)]
    held = tuple(
        workload(kind, f"w{n}", f"s{place}")
        for place, (_, _, some) in enumerate(servers)
        for n, kind in enumerate(some)
    )
    found = reckoned(*known, held=held, written=written)
    assert len({one.id for one in found.lines}) == len(found.lines)
    for one in found.lines:
        amount = one.amount
        assert 0 <= amount.low <= amount.likely <= amount.high
        assert worked_out(one.reckoning) == pytest.approx(amount.likely, rel=1e-5, abs=0.011), one
        assert one.source
        assert set(one.assumptions) <= set(found.assumptions), one
        assert one.side == "move" or one.nature == "annual"
    whole_of = totals(found)
    for side, whole_side in (("on-premises", whole_of.today), ("azure", whole_of.azure), ("move", whole_of.once)):
        for end in ("low", "likely", "high"):
            parts = sum(getattr(one.amount, end) for one in found.lines if one.side == side)
            assert getattr(whole_side, end) == pytest.approx(parts, abs=0.006)
    by_subject = {one.subject for one in found.lines} | {one.subject for one in found.unpriced}
    assert {one.server.id for one, _ in known} <= by_subject
    for one in chain.from_iterable((each.on_premises_kg, each.azure_kg) for each in found.carbon):
        assert one is None or 0 <= one.low <= one.likely <= one.high
