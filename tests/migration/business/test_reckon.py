"""What falls into which financial year."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.business_case import YearCost
from estate.records.cost import CostLine
from migration.business.given import Given
from migration.business.reckon import factor, pot_of
from migration.business.terms import Terms
from tests.migration.business.made import TODAY, assessed, costs, line, plan, small, wave


def by_year(case: Given) -> dict[str, YearCost]:
    return {year.year: year for year in case.account(case.roadmap.way()).reckon(case.lines, 0.035).years}


def one(*lines: CostLine, **terms: Any) -> Given:
    """One server that moves on 13 February 2027."""
    return Given(
        costs(*lines),
        plan(wave(1, date(2027, 2, 13), "web/website/shop")),
        (assessed("web"),),
        TODAY,
        Terms(**terms),
    )


def test_a_server_costs_on_premises_until_it_has_soaked() -> None:
    found = by_year(one(line("web", "on-premises", 36500), build_days=0, soak_days=14))
    days = (date(2027, 2, 27) - TODAY).days
    assert found["2026/27"].annual_revenue.likely == days * 100
    assert found["2026/27"].dual_running.likely == 14 * 100
    assert found["2027/28"].annual_revenue.likely == 0


def test_azure_is_paid_from_the_day_that_a_target_is_built() -> None:
    found = by_year(one(line("web", "azure", 36500), build_days=14))
    days = (date(2027, 4, 1) - date(2027, 1, 30)).days
    assert found["2026/27"].annual_revenue.likely == days * 100
    assert found["2026/27"].dual_running.likely == 14 * 100
    assert found["2027/28"].annual_revenue.likely == 36500
    assert found["2027/28"].dual_running.likely == 0


def test_a_leap_year_costs_what_any_year_costs() -> None:
    found = by_year(one(line("web", "azure", 36600)))
    assert found["2027/28"].annual_revenue.likely == found["2028/29"].annual_revenue.likely == 36600


def test_what_is_paid_once_falls_in_the_year_of_its_wave_under_its_own_heading() -> None:
    case = small()
    found = by_year(case)
    assert found["2026/27"].one_off_revenue.likely == 500
    assert found["2027/28"].one_off_revenue.likely == 700
    assert (found["2026/27"].capital.likely, found["2027/28"].capital.likely) == (500, 500)


def test_hardware_is_bought_anew_only_for_what_is_still_there() -> None:
    case = small()
    stays = case.roadmap.way(lambda _: False)
    years = case.account(stays).reckon(case.lines, 0.035).years
    assert {year.year: year.capital.likely for year in years if year.capital.likely} == {"2028/29": 4000}
    assert by_year(case)["2028/29"].capital.likely == 0


def test_the_server_room_costs_until_the_last_server_has_gone() -> None:
    shared = line("estate", "on-premises", 36500)
    case = Given(costs(shared), small().plan, small().assessments, TODAY)
    assert by_year(case)["2027/28"].annual_revenue.likely == pytest.approx(
        36500 * (date(2027, 5, 29) - date(2027, 4, 1)).days / 366, abs=0.5
    )
    stays = Given(costs(shared), small().plan, (*small().assessments, assessed("old")), TODAY)
    assert by_year(stays)["2027/28"].annual_revenue.likely == 36500


def test_a_server_on_which_something_stays_goes_on_costing() -> None:
    held = plan(wave(1, date(2027, 2, 13), "web/website/shop"), not_moving={"web/schedule/night": "nobody knows"})
    found = by_year(Given(costs(line("web", "on-premises", 1000)), held, (assessed("web"),), TODAY))
    assert found["2028/29"].annual_revenue.likely == 1000


def test_what_was_paid_before_the_day_of_the_case_is_sunk() -> None:
    moved = plan(wave(1, date(2026, 6, 1), "web/website/shop", state="done"))
    lines = (
        line("web", "move", 500, nature="one-off"),
        line("web", "azure", 1000),
        line("web", "on-premises", 800),
    )
    found = by_year(Given(costs(*lines), moved, (assessed("web"),), TODAY))
    assert found["2026/27"].one_off_revenue.likely == 0
    assert found["2026/27"].annual_revenue.likely == round(1000 * 130 / 365)


def test_what_should_have_moved_and_has_not_is_still_to_be_paid() -> None:
    late = plan(wave(1, date(2026, 6, 1), "web/website/shop"))
    lines = (line("web", "move", 500, nature="one-off"), line("web", "on-premises", 800))
    found = by_year(Given(costs(*lines), late, (assessed("web", ends=date(2025, 1, 1)),), TODAY))
    assert found["2026/27"].one_off_revenue.likely == 500
    assert found["2026/27"].annual_revenue.likely > 0


def test_dual_running_is_counted_by_days_and_not_from_a_line() -> None:
    with_line = one(line("web", "move", 999, nature="one-off", category="dual running"))
    assert by_year(with_line)["2026/27"].one_off_revenue.likely == 0


def test_the_first_year_is_not_discounted_and_the_others_are_as_the_treasury_s_tables_say() -> None:
    assert [factor(place, 0.035) for place in range(5)] == [1, 0.9662, 0.9335, 0.9019, 0.8714]


def test_a_net_present_cost_by_hand() -> None:
    """Azure at £1,000 a year from 1 April 2027, and £200 once in 2026/27, to 31 March 2029."""
    case = Given(
        costs(line("web", "azure", 1000), line("web", "azure", 200, nature="one-off", accounting="capital")),
        plan(wave(1, date(2027, 4, 1), "web/website/shop")),
        (assessed("web"),),
        date(2026, 12, 1),
        Terms(appraisal_years=1, build_days=1),
    )
    # 2026/27: 1/365 of £1,000 is £3, and £200; then two whole years at 0.9662 and 0.9335.
    found = case.account(case.roadmap.way()).reckon(case.lines, 0.035)
    assert [year.year for year in found.years] == ["2026/27", "2027/28", "2028/29"]
    assert found.net_present_cost.likely == round(203 + 966.2 + 933.5)


SUBJECTS = ("web", "web/website/shop", "db", "db/postgres/shop", "estate", "elsewhere")


@st.composite
def cases(draw: st.DrawFn) -> Given:
    lines = draw(
        st.lists(
            st.builds(
                line,
                st.sampled_from(SUBJECTS),
                st.sampled_from(("on-premises", "azure", "move")),
                st.floats(0, 1e6),
                nature=st.sampled_from(("annual", "one-off")),
                accounting=st.sampled_from(("capital", "revenue")),
                what=st.uuids().map(str),
            ),
            max_size=12,
        )
    )
    days = st.dates(date(2025, 1, 1), date(2031, 12, 31))
    first, then = sorted((draw(days), draw(days)))
    state = draw(st.sampled_from(("planned", "done")))
    return Given(
        costs(*lines),
        plan(wave(1, first, "web/website/shop", state=state), wave(2, then, "db/postgres/shop", "web/files/srv")),
        (assessed("web"), assessed("db", ends=draw(days))),
        draw(st.dates(date(2026, 1, 1), date(2028, 12, 31))),
        Terms(
            appraisal_years=draw(st.integers(1, 8)),
            build_days=draw(st.integers(0, 60)),
            soak_days=draw(st.integers(0, 90)),
        ),
    )


@given(cases())
def test_the_years_are_the_sum_of_the_lines_parts_and_of_nothing_else(case: Given) -> None:
    account = case.account(case.roadmap.way())
    found = account.reckon(case.lines, 0.035).years
    for place, year in enumerate(found):
        for pot in ("capital", "one_off_revenue", "annual_revenue"):
            parts = sum(
                each.amount.likely * account.part(each).paid[place] for each in case.lines if pot_of(each) == pot
            )
            assert getattr(year, pot).likely == pytest.approx(parts, abs=0.5001)
        assert 0 <= year.dual_running.likely <= year.annual_revenue.likely


@given(cases())
def test_no_line_is_paid_more_than_it_costs(case: Given) -> None:
    account = case.account(case.roadmap.way())
    for each in case.lines:
        held = account.part(each)
        assert all(0 <= twice <= paid + 1e-9 for paid, twice in zip(held.paid, held.twice, strict=True))
        if each.nature == "one-off":
            assert sum(held.paid) <= 1 + 1e-9
        else:
            assert all(paid <= 1 + 1e-9 for paid in held.paid)


@given(cases())
def test_what_an_annual_line_is_paid_for_is_the_days_between_its_bounds(case: Given) -> None:
    """Checked by counting days one at a time, which knows nothing of how years are cut."""
    way = case.roadmap.way()
    account = case.account(way)
    for each in case.lines:
        if each.nature != "annual" or each.side != "on-premises" or each.subject not in way.servers:
            continue
        for year, paid in zip(case.over.years, account.part(each).paid, strict=True):
            days = 0
            day = year.first
            while day < year.until:
                days += day < way.gone.get(each.subject, date.max)
                day += timedelta(days=1)
            assert paid * year.length == pytest.approx(days)


def test_a_server_whose_workloads_move_apart_is_paid_twice_until_the_last_has_moved() -> None:
    both = plan(wave(1, date(2027, 4, 10), "web/website/shop"), wave(2, date(2027, 5, 20), "web/files/srv"))
    lines = (line("web", "azure", 36600), line("web", "on-premises", 73200))
    case = Given(costs(*lines), both, (assessed("web"),), TODAY, Terms(build_days=5, soak_days=10))
    year = by_year(case)["2027/28"]
    azure_before = (date(2027, 5, 20) - date(2027, 4, 5)).days
    premises_until = (date(2027, 5, 30) - date(2027, 4, 1)).days
    azure_in_all = (date(2028, 4, 1) - date(2027, 4, 5)).days
    assert year.annual_revenue.likely == azure_in_all * 100 + premises_until * 200
    assert year.dual_running.likely == azure_before * 100 + 10 * 200


def test_a_line_for_a_target_is_paid_from_the_first_move_to_it() -> None:
    moved = plan(wave(1, date(2027, 4, 15), "web/website/shop"))
    (only,) = moved.waves
    to = only.model_copy(update={"moves": (only.moves[0].model_copy(update={"target": "web-target"}),)})
    case = Given(
        costs(line("web-target", "azure", 36600)), plan(to), (assessed("web"),), TODAY, Terms(build_days=4)
    )
    assert by_year(case)["2027/28"].annual_revenue.likely == (date(2028, 4, 1) - date(2027, 4, 11)).days * 100


def test_the_same_line_under_another_way_of_counting_days() -> None:
    """The sum over all years of an Azure line is its days in Azure, year by year of their own length."""
    case = one(line("web", "azure", 1), appraisal_years=3)
    part = case.account(case.roadmap.way()).part(case.lines[0])
    days = [paid * year.length for paid, year in zip(part.paid, case.over.years, strict=True)]
    assert sum(days) == pytest.approx((case.over.until - date(2027, 1, 30)).days)
