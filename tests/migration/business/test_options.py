"""The options, which of them is preferred, and what would change their cost."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.records.assessment import Disposition
from estate.records.business_case import BusinessCase, Option
from estate.records.cost import NotPriced
from migration.business.case import apportioned, business_case
from migration.business.given import Given
from migration.business.terms import Terms
from tests.migration.business.made import AT, TODAY, amount, assessed, costs, line, plan, small, wave


def case(given: Given) -> BusinessCase:
    return business_case(given, AT)


def option(made: BusinessCase, name: str) -> Option:
    return next(one for one in made.options if one.id == name)


def test_there_is_always_an_option_of_doing_nothing_and_one_of_the_plan() -> None:
    assert [one.id for one in case(small()).options] == ["do-nothing", "minimum", "as-planned", "later"]
    empty = Given(costs(), plan(), (), TODAY)
    assert [one.id for one in case(empty).options] == ["do-nothing", "as-planned"]


def test_the_minimum_moves_what_is_out_of_support_and_leaves_the_rest() -> None:
    given = small()
    least = option(case(given), "minimum")
    assert "1 server of 2" in least.what
    assert sum(year.one_off_revenue.likely for year in least.years) == 700
    by_contract = replace(given, contracts={"web": date(2028, 1, 1)})
    assert "minimum" not in [one.id for one in case(by_contract).options], "it is then the plan itself"


def test_exactly_one_option_is_preferred_and_the_rule_is_told() -> None:
    made = case(small())
    assert [one.preferred for one in made.options].count(True) == 1
    assert "least net present cost" in made.rule
    assert made.rule.endswith("A person decides.")


def test_the_cheapest_is_preferred_only_if_it_leaves_no_more_out_of_support() -> None:
    given = small()
    dear = replace(given, costs=costs(*given.costs.lines, line("db", "azure", 90_000)))
    made = case(dear)
    cheapest = min(made.options, key=lambda one: one.net_present_cost.likely)
    best = next(one for one in made.options if one.preferred)
    assert cheapest.id == "do-nothing"
    assert (cheapest.exposure or 0) > (best.exposure or 0)
    assert (best.exposure or 0) <= (option(made, "as-planned").exposure or 0)
    assert "“Do nothing” costs £" in made.rule
    more = (cheapest.exposure or 0) - (best.exposure or 0)
    assert f"out of support for {more:,} days more, summed" in made.rule


def test_doing_nothing_is_preferred_where_nothing_is_out_of_support_and_it_costs_less() -> None:
    given = small()
    fine = replace(
        given,
        assessments=(assessed("web", ends=date(2050, 1, 1)), assessed("db", ends=date(2050, 1, 1))),
        costs=costs(*given.costs.lines, line("db", "azure", 90_000)),
    )
    assert next(one.id for one in case(fine).options if one.preferred) == "do-nothing"


def test_without_any_cost_of_the_server_room_figures_cannot_tell() -> None:
    given = Given(costs(line("web", "azure", 900)), small().plan, small().assessments, TODAY)
    made = case(given)
    assert option(made, "do-nothing").net_present_cost.likely == 0
    assert option(made, "as-planned").preferred
    assert "figures cannot tell" in made.rule


def test_optimism_bias_is_in_the_high_figure_and_nowhere_else() -> None:
    made = case(small())
    for one in made.options:
        by_hand = sum(
            (year.capital.high + year.one_off_revenue.high + year.annual_revenue.high) * year.discount_factor
            for year in one.years
        )
        assert one.net_present_cost.high == pytest.approx(by_hand + one.optimism_bias, abs=1)
        assert one.net_present_cost.low <= one.net_present_cost.likely <= one.net_present_cost.high
    assert option(made, "as-planned").optimism_bias > 0
    none = case(replace(small(), terms=Terms(one_off_bias=0, running_bias=0)))
    assert {one.optimism_bias for one in none.options} == {0}


def test_bias_of_what_is_paid_once_by_hand() -> None:
    given = Given(
        costs(line("web", "move", 1000, nature="one-off", high=1200), line("web", "on-premises", 0)),
        plan(wave(1, date(2027, 2, 13), "web/website/shop")),
        (assessed("web"),),
        TODAY,
    )
    planned = option(case(given), "as-planned")
    assert planned.net_present_cost == amount(1000, 1000, 3000)
    assert planned.optimism_bias == 1800


def test_extended_support_is_bought_for_what_stays_where_it_is_sold_and_priced() -> None:
    old = assessed("db", ends=date(2026, 11, 30), extended_until=date(2029, 11, 30))
    moving = plan(wave(1, date(2027, 2, 13), "db/postgres/shop"))
    lines = (line("db", "on-premises", 0, category="hardware"),)
    dear = Given(costs(*lines), moving, (old,), TODAY, Terms(extended_support=amount(365), soak_days=0))
    made = case(dear)
    years = {year.year: year.annual_revenue.likely for year in option(made, "do-nothing").years}
    assert years["2026/27"] == (date(2027, 4, 1) - date(2026, 12, 1)).days
    assert years["2028/29"] == 365
    assert years["2029/30"] == (date(2029, 12, 1) - date(2029, 4, 1)).days
    assert years["2030/31"] == 0
    moved = {year.year: year.annual_revenue.likely for year in option(made, "as-planned").years}
    assert moved["2026/27"] == (date(2027, 2, 13) - date(2026, 12, 1)).days
    assert not [one for one in made.unpriced if "extended support" in one.what]
    free = case(replace(dear, terms=Terms()))
    assert [one.what for one in free.unpriced] == ["extended support of 1 server for which it is sold"]


def test_what_has_no_price_is_carried_through_and_never_nought() -> None:
    given = small()
    missing = costs(*given.costs.lines, unpriced=(NotPriced(subject="web", what="licence", why="no price"),))
    made = case(replace(given, costs=missing, contracts={"web": date(2027, 6, 1)}))
    assert made.unpriced[0].what == "licence"
    assert any("contract" in one.what for one in made.unpriced)
    bare = case(replace(given, costs=costs(line("web", "on-premises", 1))))
    assert any("hardware" in one.what for one in bare.unpriced)
    project = case(
        replace(given, assessments=(*given.assessments, assessed("crm", disposition=Disposition.REPURCHASE)))
    )
    assert any("replaced" in one.what for one in project.unpriced)


def test_words_for_and_against_name_no_server() -> None:
    given = replace(small(), contracts={"db": date(2028, 1, 1)})
    for one in case(given).options:
        said = " ".join((one.name, one.what, *one.for_it, *one.against))
        assert "db" not in said.split()
        assert "web" not in said.split()
    against = option(case(given), "do-nothing").against
    assert any("1 server will be out of support" in one for one in against)
    assert any("contract of 1 server" in one for one in against)


def test_what_has_moved_has_moved_in_every_option() -> None:
    moved = plan(
        wave(1, date(2026, 6, 1), "web/website/shop", state="done"), wave(2, date(2027, 5, 15), "db/postgres/shop")
    )
    made = case(replace(small(), plan=moved))
    assert "What has moved already has moved" in option(made, "do-nothing").what
    last = option(made, "do-nothing").years[-1]
    assert last.annual_revenue.likely == 2000 + 5000 + 900 + 600


def test_a_year_later_costs_and_exposes_a_year_more() -> None:
    made = case(small())
    later, planned = option(made, "later"), option(made, "as-planned")
    assert (later.exposure or 0) - (planned.exposure or 0) == 366
    assert any("366 days more out of support" in one for one in later.against)


def test_a_plan_without_days_is_indicative_and_its_waves_are_supposed_four_weeks_apart() -> None:
    given = replace(small(), plan=plan(wave(1, None, "web/website/shop"), wave(2, None, "db/postgres/shop")))
    assert list(given.roadmap.days.values()) == [date(2026, 12, 20), date(2027, 1, 17)]
    made = case(given)
    assert made.kind == "indicative"
    assert any("indicative" in one for one in made.conventions)
    assert case(small()).kind == "dated"


def test_retired_servers_are_off_by_the_last_wave() -> None:
    given = small()
    retired = replace(
        given,
        assessments=(*given.assessments, assessed("old", disposition=Disposition.RETIRE)),
        plan=plan(*given.plan.waves, not_moving={"old/files/srv": "its server is retired, not moved"}),
    )
    assert retired.roadmap.way().gone["old"] == date(2027, 5, 15)
    assert not retired.roadmap.way().staying
    assert "old" not in retired.roadmap.way(lambda _: False).gone


def test_partners_pay_their_part_of_what_moving_their_servers_costs() -> None:
    given = replace(
        small(), authorities={"web": "Anyshire", "db": "Elsewhere"}, pays={"Anyshire": 0.5}, council="Ourtown"
    )
    made = case(given)
    assert made.shares == {
        "Ourtown": pytest.approx(1 - 250 / 2200, abs=1e-6),
        "Anyshire": pytest.approx(250 / 2200, abs=1e-6),
    }
    assert sum(made.shares.values()) == pytest.approx(1)
    assert made.moving_once == 2200
    assert case(small()).shares == {}


def test_sensitivity_is_sorted_by_what_matters_most_and_each_row_can_be_checked() -> None:
    given = small()
    made = case(given)
    best = next(one for one in made.options if one.preferred)
    assert made.sensitivity
    for one in made.sensitivity:
        assert one.difference == one.net_present_cost - best.net_present_cost.likely
        assert one.difference != 0
    by_assumption: dict[str, float] = {}
    for one in made.sensitivity:
        by_assumption[one.assumption] = max(by_assumption.get(one.assumption, 0), abs(one.difference))
    assert list(by_assumption.values()) == sorted(by_assumption.values(), reverse=True)


def test_an_assumption_that_is_certain_is_not_in_the_sensitivity() -> None:
    sure = Given(
        costs(
            line("web", "on-premises", 1000), line("web", "azure", 500), line("web", "move", 10, nature="one-off")
        ),
        plan(wave(1, date(2027, 2, 13), "web/website/shop")),
        (assessed("web", ends=date(2026, 1, 1)),),
        TODAY,
    )
    named = {one.assumption for one in case(sure).sensitivity}
    assert "What the server room costs today" not in named
    assert "Optimism bias in the likely figure of running in Azure" in named


def test_the_price_of_azure_at_its_highest_costs_what_it_says() -> None:
    given = Given(
        costs(line("web", "on-premises", 9000), line("web", "azure", 1000, low=900, high=1300)),
        plan(wave(1, date(2027, 2, 13), "web/website/shop")),
        (assessed("web", ends=date(2026, 1, 1)),),
        TODAY,
    )
    made = case(given)
    dear = next(one for one in made.sensitivity if one.assumption.startswith("Prices") and one.difference > 0)
    assert (dear.from_value, dear.to_value) == ("£1,000 a year", "£1,300 a year")
    planned = option(made, "as-planned")
    part = given.account(given.roadmap.way()).part(given.lines[1])
    factors = [year.discount_factor for year in planned.years]
    by_hand = sum(paid * by * 300 for paid, by in zip(part.paid, factors, strict=True))
    assert dear.difference == pytest.approx(by_hand, abs=len(factors))


def test_a_retired_server_s_own_cost_of_retiring_is_shared_by_the_moves() -> None:
    given = small()
    retired = replace(
        given,
        assessments=(*given.assessments, assessed("old", disposition=Disposition.RETIRE)),
        costs=costs(*given.costs.lines, line("old", "move", 450, nature="one-off", category="people")),
    )
    years = {year.year: year.one_off_revenue.likely for year in option(case(retired), "as-planned").years}
    assert (years["2026/27"], years["2027/28"]) == (500 + 225, 700 + 225)


def test_a_server_that_is_priced_and_has_no_wave_is_told() -> None:
    given = small()
    forgotten = replace(
        given,
        assessments=(*given.assessments, assessed("crm")),
        costs=costs(*given.costs.lines, line("crm", "move", 9000, nature="one-off", category="people")),
    )
    made = case(forgotten)
    assert any("1 server with a price for moving is in no wave" in one for one in made.conventions)
    assert sum(year.one_off_revenue.likely for year in option(made, "as-planned").years) == 1200


def test_exposure_is_counted_from_the_day_of_the_case_until_the_last_move() -> None:
    made = case(small())
    assert option(made, "as-planned").exposure == (date(2027, 5, 15) - TODAY).days
    assert option(made, "do-nothing").exposure == (date(2033, 4, 1) - TODAY).days


def test_a_server_of_which_only_a_part_has_moved_goes_on_costing_if_nothing_more_moves() -> None:
    begun = plan(
        wave(1, date(2026, 6, 1), "web/website/shop", state="done"), wave(2, date(2027, 5, 15), "web/files/srv")
    )
    given = Given(costs(line("web", "on-premises", 1000)), begun, (assessed("web"),), TODAY)
    nothing = option(case(given), "do-nothing")
    assert nothing.years[-1].annual_revenue.likely == 1000
    assert option(case(given), "as-planned").years[-1].annual_revenue.likely == 0


def test_what_is_moving_already_is_put_off_by_nobody() -> None:
    begun = plan(
        wave(1, date(2026, 6, 1), "web/website/shop", state="done"), wave(2, date(2027, 5, 15), "db/postgres/shop")
    )
    given = replace(small(), plan=begun)
    years = {year.year: year for year in option(case(given), "later").years}
    assert years["2026/27"].annual_revenue.likely == round((900 + 600 + 2000 + 5000) * 130 / 365)


def test_the_room_s_whole_cost_may_be_saved_only_when_the_last_server_leaves() -> None:
    parts = [
        one.model_copy(update={"assumptions": ("on_premises_total",)})
        for one in (line("web", "on-premises", 3650), line("db", "on-premises", 3650))
    ]
    given = replace(small(), costs=costs(*parts))
    made = case(given)
    best = next(one for one in made.options if one.preferred)
    assert best.id == "as-planned"
    late = next(one for one in made.sensitivity if one.assumption == "When what the server room costs is saved")
    # "web" leaves on 27 February 2027, "db" on 29 May: 33 days of web's part in 2026/27, and 58 in 2027/28.
    assert late.difference == pytest.approx(33 * 10 + 58 * 3650 / 366 * 0.9662, abs=1)


def test_extended_support_is_no_part_of_what_the_room_costs_today() -> None:
    old = assessed("db", ends=date(2026, 11, 30), extended_until=date(2029, 11, 30))
    given = Given(
        costs(line("db", "on-premises", 1000, low=900, high=1100)),
        plan(wave(1, date(2027, 2, 13), "db/postgres/shop")),
        (old,),
        TODAY,
        Terms(extended_support=amount(365, 300, 500)),
    )
    rows = {one.assumption: one.from_value for one in case(given).sensitivity}
    assert rows["What the server room costs today"] == "£1,000 a year"
    assert rows["Extended support of what stays"] == "£365 a year"


def test_an_option_says_how_many_servers_leave_it_and_how() -> None:
    given = small()
    more = replace(
        given,
        assessments=(
            *given.assessments,
            assessed("old", disposition=Disposition.RETIRE),
            assessed("mail", ends=date(2026, 1, 1), disposition=Disposition.REPURCHASE),
            assessed("crm", ends=date(2026, 1, 1)),
        ),
        costs=costs(*given.costs.lines, line("mail", "azure", 4200)),
    )
    made = case(more)
    what = option(made, "as-planned").what
    assert "4 servers of 5 leave: 2 moved, 1 replaced by a service that is bought, 1 retired. 1 stays." in what
    assert (
        "Running costs £6,900 in Azure, services that are bought among it, and £5,000 on-premises in the last"
        in what
    )
    assert "2 servers of 5. 3 stay." in option(made, "minimum").what, "crm is in no wave: it presses, and stays"


def test_a_budget_stands_beside_what_the_moves_of_its_year_cost() -> None:
    given = replace(small(), budgets={"2027/28": 900, "2026/27": 1000, "2030/31": 5})
    found = case(given).budgets
    assert [(one.year, one.allowed, one.planned) for one in found] == [
        ("2026/27", 1000, 500 + 500),
        ("2027/28", 900, 700 + 500),
        ("2030/31", 5, 0),
    ]
    assert case(small()).budgets == ()


def test_what_partners_pay_stands_beside_the_budgets_and_all_of_it_is_what_moving_costs_once() -> None:
    shared = replace(
        small(), budgets={"2026/27": 900}, pays={"Anyshire": 0.5}, authorities={"web": "Anyshire", "db": "Ourtown"}
    )
    made = case(shared)
    assert [(one.year, one.allowed, one.planned, one.partners) for one in made.budgets] == [
        ("2026/27", 900, 250 + 500, {"Anyshire": 250}),
        ("2027/28", None, 700 + 500, {"Anyshire": 0}),
    ]
    assert [one.over for one in made.budgets] == [0, 0]
    assert sum(one.planned + sum(one.partners.values()) for one in made.budgets) == made.moving_once == 2200
    assert made.shares["Anyshire"] * made.moving_once == pytest.approx(250, abs=0.01)


@given(st.dictionaries(st.sampled_from("abcde"), st.floats(0, 1e6), min_size=1))
def test_parts_in_whole_pounds_come_to_the_whole(parts: dict[str, float]) -> None:
    total = round(sum(parts.values()))
    found = apportioned(total, parts)
    assert sum(found.values()) == total
    assert all(abs(found[name] - part) <= 1 for name, part in parts.items())
