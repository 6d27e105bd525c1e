"""What servers cost in the room today, while both run, and in carbon."""

import pytest

from estate.errors import UsageError
from estate.records.assessment import Disposition
from estate.records.cost import Amount
from migration.costing.reckon import total, totals
from tests.migration.costing.reckoned import lines, reckoned
from tests.migration.costing.sums import worked_out
from tests.migration.sizing.known import GIB, facts


def test_of_a_server_that_may_be_virtual_or_not_the_range_holds_both() -> None:
    rooms = [
        lines(reckoned((facts(platform=platform), Disposition.RETAIN)), "on-premises/premises/db1/")["room"].amount
        for platform in ("vmware", None, "physical")
    ]
    virtual, unknown, own = rooms
    assert (unknown.low, unknown.likely, unknown.high) == (virtual.low, virtual.likely, own.high)


def test_a_size_without_a_price_is_listed() -> None:
    vast = reckoned(
        (facts(cpus=2, memory_bytes=8 * GIB, disk_bytes=20_000 * GIB), Disposition.REHOST),
        without=("disk/StandardSSD_LRS/E80",),
    )
    assert not lines(vast, "azure/storage/db1/disk")
    assert any("disk/StandardSSD_LRS/E80" in one.why for one in vast.unpriced)


def test_a_cloud_server_costs_nothing_in_the_room_and_its_bill_is_asked_for() -> None:
    rds = facts(platform="aws-rds", managed=True)
    found = reckoned((rds, Disposition.REPLATFORM))
    assert not [one for one in found.lines if one.side == "on-premises"]
    assert any("today/db1" in one.why for one in found.unpriced)
    assert totals(reckoned((rds, Disposition.REPLATFORM), rates={"today/db1": 900})).today.likely == 900


def test_a_total_of_the_finance_team_takes_the_place_of_all_parts() -> None:
    servers = [(facts(name), Disposition.RETAIN) for name in ("a", "b", "c", "d")]
    found = reckoned(*servers, written={"on_premises_total": 100_000})
    assert [one.reckoning for one in found.lines] == ["£100,000 a year ÷ 4 servers"] * 4
    assert totals(found).today.likely == 100_000


def test_what_is_given_by_server_is_part_of_the_total_and_not_added_to_it() -> None:
    servers = [(facts(name), Disposition.RETAIN) for name in ("a", "b", "c", "d")]
    found = reckoned(*servers, written={"on_premises_total": 100_000}, rates={"today/d": 10_000})
    by_server = {one.subject: one.amount.likely for one in found.lines}
    assert by_server == {"a": 30_000, "b": 30_000, "c": 30_000, "d": 10_000}
    assert "(£100,000 a year − £10,000 given by server) ÷ 3 servers" in {one.reckoning for one in found.lines}
    assert totals(found).today.likely == 100_000


def test_servers_that_cost_more_than_the_total_of_all_are_refused() -> None:
    servers = [(facts(name), Disposition.RETAIN) for name in ("a", "b")]
    with pytest.raises(
        UsageError, match=r"on_premises_total .* £900 .* today/b in rates\.toml alone come to £1,000"
    ):
        reckoned(*servers, written={"on_premises_total": 900}, rates={"today/b": 1000})


def test_electricity_can_be_checked_by_hand() -> None:
    written = {"watts_virtual": 40, "pue": 1.5, "electricity_gbp": 0.25}
    found = reckoned((facts(platform="vmware"), Disposition.RETAIN), written=written)
    line = lines(found, "on-premises/premises/db1/")["electricity"]
    assert line.amount.likely == pytest.approx(40 * 8.76 * 1.5 * 0.25, abs=0.01)
    assert "electricity" not in lines(
        reckoned((facts(platform="vmware", power="off"), Disposition.RETAIN)), "on-premises/premises/db1/"
    )


def test_dual_running_is_days_of_what_either_side_costs_a_year() -> None:
    found = reckoned((facts(), Disposition.REHOST), written={"business": {"build_days": 10, "soak_days": 0}})
    dual = lines(found, "move/dual-running/db1/")
    azure = total(found.lines, lambda one: one.side == "azure" and one.subject == "db1")
    assert dual["build"].amount.likely == pytest.approx(azure.likely * 10 / 365, abs=0.01)
    assert dual["soak"].amount == Amount(low=0, likely=0, high=0)


def test_carbon_is_watts_hours_and_the_grid_on_either_side() -> None:
    found = reckoned(
        (facts(platform="physical"), Disposition.REHOST), written={"watts_physical": 300, "pue": 1.5}
    ).carbon
    assert found[0].on_premises_kg is not None
    assert found[0].azure_kg is not None
    assert found[0].on_premises_kg.likely == pytest.approx(300 * 1.5 * 8.76 * (0.177 + 0.01853), abs=0.01)
    assert found[0].azure_kg.likely == pytest.approx(4 * 1.232359 * 1.185 * 8.76 * 0.19553, abs=0.05)
    on_premises, azure = found[0].reckoning.split("; ")
    assert worked_out(on_premises.partition(": ")[2]) == pytest.approx(found[0].on_premises_kg.likely, rel=1e-4)
    assert worked_out(azure.partition(": ")[2]) == pytest.approx(found[0].azure_kg.likely, rel=1e-3)
