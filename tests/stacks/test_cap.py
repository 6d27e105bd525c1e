"""The cap: an estimate passes as long as it is within every budget that it draws on, and everything has a price."""

from datetime import date

import pytest

from estate.records.preview import Estimate, EstimateLine, Preview, Unpriced
from stacks.estimate.cap import Allowance, cap, refusal
from stacks.kinds import KINDS
from stacks.settings.file import load
from tests.stacks.conftest import WriteSettings


def estimate(pounds: float, *unpriced: str) -> Estimate:
    line = EstimateLine(
        resource="one", type="t", meter="m", quantity=1, unit="u", unit_gbp=pounds, monthly_gbp=pounds
    )
    return Estimate(
        monthly_gbp=pounds,
        priced_at=date(2026, 11, 1),
        source="a test",
        lines=(line,),
        unpriced=tuple(Unpriced(resource=one, type="t", why="nobody knows") for one in unpriced),
    )


def own(budget: float) -> tuple[Allowance, ...]:
    return (Allowance(stack="test", budget_gbp=budget),)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_stack_is_within_its_own_budget(
    previews: dict[str, Preview], write: WriteSettings, kind: str
) -> None:
    budget = load(write(kind)).budget
    found = cap(
        kind,
        previews[kind].estimate,
        [Allowance(stack=kind, budget_gbp=budget.monthly_gbp)],
        budget.unpriced_allowed,
    )
    assert found.over == ()


def test_a_budget_that_is_met_to_the_penny_is_kept() -> None:
    assert cap("test", estimate(100.00), own(100.00), 0).over == ()


def test_a_penny_more_is_too_much_and_the_sentence_says_how_much() -> None:
    found = cap("test", estimate(100.01), own(100), 0)
    assert found.over == ("test would cost about £100.01 a month, and its budget is £100.00: £0.01 too much",)


def test_what_stands_on_the_same_platform_takes_its_part_of_the_budget() -> None:
    shared = Allowance(stack="production", budget_gbp=1000, others={"production": 800.0, "library": 150.0})
    assert shared.left_gbp == 50
    assert cap("museum", estimate(50), [shared], 0).over == ()
    (said,) = cap("museum", estimate(60), [shared], 0).over
    assert "there is £50.00 left beside library (£150.00) and production (£800.00): £10.00 too much" in said


def test_a_workload_stack_with_a_budget_of_its_own_keeps_both() -> None:
    both = [
        Allowance(stack="production", budget_gbp=1000, others={"production": 800.0}),
        Allowance(stack="library", budget_gbp=100),
    ]
    found = cap("library", estimate(150), both, 0)
    assert len(found.over) == 1
    assert "its budget is £100.00" in found.over[0]
    assert found.left_gbp == 100


def test_what_was_not_previewed_is_said_and_not_taken_as_nothing() -> None:
    shared = Allowance(stack="production", budget_gbp=1000, others={"production": 800.0, "library": None})
    found = cap("museum", estimate(300), [shared], 0)
    assert "library (not known)" in found.over[0]
    assert found.notes == [
        "what library takes of the budget of production is not known: no preview of it can be made"
    ]


def test_a_resource_without_a_price_is_too_many_unless_one_is_allowed() -> None:
    (said,) = cap("test", estimate(1, "strange"), own(100), 0).over
    assert said == "1 resource of test that may cost something has no price (strange), and none is allowed"
    assert cap("test", estimate(1, "strange"), own(100), 1).over == ()
    (said,) = cap("test", estimate(1, "strange", "odd"), own(100), 1).over
    assert said == "2 resources of test that may cost something have no price (odd, strange), and 1 is allowed"


def test_a_resource_with_two_charges_that_have_no_price_counts_once() -> None:
    assert cap("test", estimate(1, "strange", "strange"), own(100), 1).over == ()


def test_the_refusal_says_what_to_do_about_each() -> None:
    both = refusal(cap("test", estimate(200, "strange"), own(100), 0))
    assert both.exit_code == 4
    assert "rates.toml" in both.remedy
    assert "make it smaller" in both.remedy
    assert "--over-budget NAME --reason TEXT" in both.remedy
    assert "make it smaller" not in refusal(cap("test", estimate(1, "strange"), own(100), 0)).remedy
    assert "rates.toml" not in refusal(cap("test", estimate(200), own(100), 0)).remedy
