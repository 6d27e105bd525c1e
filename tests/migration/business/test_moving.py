"""What moving costs once, by move: the same to the penny as what the business case pays by year."""

from dataclasses import replace
from datetime import date

import pytest

from estate.documents.words import financial_year
from estate.records.assessment import Disposition
from migration.business.case import business_case
from migration.business.given import Given
from migration.business.moving import laid, once_by_move
from tests.migration.business.made import AT, TODAY, assessed, costs, line, plan, wave


def town() -> Given:
    """Four servers: one with moves in two years, one retired, one replaced, one that no wave holds."""
    lines = (
        line("web", "move", 1000, nature="one-off", category="people"),
        line("db", "move", 700, nature="one-off", category="people"),
        line("db/postgres/shop", "move", 50, nature="one-off", category="network"),
        line("old", "move", 300, nature="one-off", category="people"),
        line("mail", "move", 600, nature="one-off", category="people"),
        line("crm", "move", 5000, nature="one-off", category="people"),
        line("db", "move", 99, nature="one-off", category="dual running"),
        line("estate", "move", 774.9, nature="one-off", category="contingency"),
        line("mail", "azure", 4200, category="licences"),
        line("mail", "on-premises", 1000),
        line("web", "on-premises", 1000),
    )
    return Given(
        costs(*lines),
        plan(
            wave(1, date(2027, 2, 13), "web/website/shop", "web/files/srv"),
            wave(2, date(2027, 5, 15), "db/postgres/shop", "web/website/intranet"),
            not_moving={
                "old/files/srv": "its server is retired, not moved",
                "mail/machine/mail": "its server is replaced by a service that is bought",
                "crm/machine/crm": "it cannot be planned",
            },
        ),
        (
            assessed("web"),
            assessed("db"),
            assessed("old", disposition=Disposition.RETIRE),
            assessed("mail", disposition=Disposition.REPURCHASE),
            assessed("crm"),
        ),
        TODAY,
        authorities={"db": "Fylde"},
        pays={"Fylde": 0.5},
    )


def by_year(given: Given) -> dict[str, float]:
    days = {move.workload: given.roadmap.days[wave.number] for wave, move in given.roadmap.moves}
    found: dict[str, float] = {}
    for name, pounds in once_by_move(given.costs, given.assessments, days).items():
        year = financial_year(days[name])
        found[year] = found.get(year, 0) + pounds
    return found


def test_what_the_moves_of_a_year_cost_is_what_the_business_case_pays_once_in_it() -> None:
    given = town()
    made = business_case(given, AT)
    planned = next(one for one in made.options if one.id == "as-planned")
    found = by_year(given)
    for year in planned.years:
        assert year.one_off_revenue.likely + year.capital.likely == pytest.approx(
            found.get(year.year, 0), abs=0.51
        )
    assert sum(found.values()) == pytest.approx(2650 * 1.1), (
        "dual running is left out, and its contingency with it"
    )


def test_contingency_lies_at_what_it_is_for_and_comes_to_the_same() -> None:
    lines = town().costs.lines
    split = [one for one in laid(lines) if "contingency" in one.id]
    assert sum(one.amount.likely for one in split) == pytest.approx(774.9)
    assert {one.subject for one in split} == {"web", "db", "db/postgres/shop", "old", "mail", "crm"}
    assert next(one.amount.likely for one in split if one.subject == "crm") == pytest.approx(500)
    assert [one.amount.likely for one in split if one.category == "dual running"] == [pytest.approx(9.9)]


def test_a_partner_s_part_is_not_the_council_s() -> None:
    given = town()
    moves = [move.workload for _, move in given.roadmap.moves]
    whole = once_by_move(given.costs, given.assessments, moves)
    ours = once_by_move(given.costs, given.assessments, moves, given.authorities, given.pays)
    for name in moves:
        if name != "db/postgres/shop":
            assert ours[name] == pytest.approx(whole[name])
    of_the_partner = (700 + 50 + 75) / 2
    assert whole["db/postgres/shop"] - ours["db/postgres/shop"] == pytest.approx(of_the_partner, abs=1)


def test_a_service_that_is_bought_is_in_the_option_and_its_server_leaves() -> None:
    given = town()
    way = given.roadmap.way()
    assert way.bought == {"mail": date(2027, 5, 15)}
    assert way.gone["mail"] == date(2027, 5, 29)
    planned = next(one for one in business_case(given, AT).options if one.id == "as-planned")
    assert planned.years[-1].annual_revenue.likely == 4200
    nothing = next(one for one in business_case(given, AT).options if one.id == "do-nothing")
    assert nothing.years[-1].annual_revenue.likely == 2000


def test_what_is_to_be_replaced_at_a_price_that_nobody_knows_stays() -> None:
    given = town()
    unpriced = replace(given, costs=costs(*(one for one in given.costs.lines if one.side != "azure")))
    assert "mail" in unpriced.roadmap.way().staying
