"""What holds of every business case, whatever it is made of."""

import pytest
from hypothesis import given, settings

from estate.records.business_case import BusinessCase
from migration.business.case import business_case
from migration.business.given import Given
from tests.migration.business.made import AT
from tests.migration.business.test_reckon import cases


@settings(max_examples=150)
@given(cases())
def test_the_figures_of_a_case_hang_together(made: Given) -> None:
    case = business_case(made, AT)
    assert BusinessCase.model_validate_json(case.model_dump_json()) == case
    assert [one.preferred for one in case.options].count(True) == 1
    for one in case.options:
        cost = one.net_present_cost
        assert 0 <= cost.low <= cost.likely <= cost.high
        assert [year.year for year in one.years] == [year.name for year in made.over.years]
        assert one.years[0].discount_factor == 1
        by_hand = sum(
            (year.capital.likely + year.one_off_revenue.likely + year.annual_revenue.likely) * year.discount_factor
            for year in one.years
        )
        assert cost.likely == pytest.approx(by_hand, abs=0.5001)
        for year in one.years:
            assert year.dual_running.likely <= year.annual_revenue.likely
    best = next(one for one in case.options if one.preferred)
    for row in case.sensitivity:
        assert row.net_present_cost == best.net_present_cost.likely + row.difference
    nothing = next(one for one in case.options if one.id == "do-nothing")
    planned = next(one for one in case.options if one.id == "as-planned")
    assert (planned.exposure or 0) <= (nothing.exposure or 0), "moving never exposes for longer than staying"
