"""The business case of a plan: options, what they cost by financial year, and how sure that is."""

from datetime import date
from typing import Literal

from estate.records.base import Instant, Record
from estate.records.cost import NOTHING, Amount, NotPriced


class YearCost(Record):
    """One financial year of one option, in pounds of today without VAT."""

    year: str
    """April to March: `2026/27`."""
    capital: Amount
    one_off_revenue: Amount
    annual_revenue: Amount
    """What is paid for running, on both sides, in this year; dual running is part of it."""
    dual_running: Amount
    """How much of `annual_revenue` is for what is paid twice."""
    discount_factor: float
    staying_hardware: Amount = NOTHING
    """How much of `capital` is hardware on-premises, of what stays or has not left yet: no cost of moving."""


class Option(Record):
    """One way of acting, doing nothing among them."""

    id: str
    name: str
    what: str
    years: tuple[YearCost, ...]
    net_present_cost: Amount
    """At the Green Book's 3.5%, optimism bias included in `high`: the years at their factors, and the bias."""
    optimism_bias: float = 0
    """How much of `net_present_cost.high` is optimism bias."""
    exposure: int | None = None
    """Days that servers run out of support in these years, one by one and summed; None where no end is known."""
    for_it: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    preferred: bool = False


class Sensitivity(Record):
    """What the preferred option's net present cost would be if one assumption were otherwise."""

    assumption: str
    from_value: str
    to_value: str
    net_present_cost: float
    difference: float


class MonthOfWork(Record):
    """People needed in one month, in days by skill, and what is there."""

    month: str
    """`2027-01`."""
    skill: str
    days: float
    available: float | None

    @property
    def short(self) -> bool:
        """Whether more is needed than is there, to the tenth of a day that papers show."""
        return self.available is not None and round(self.days, 1) > round(self.available, 1)


class Budgeted(Record):
    """What a budget allows for the moves of one financial year, and what the plan has for them, in pounds."""

    year: str
    allowed: int | None
    """None for a year without a budget."""
    planned: float
    """What the moves cost the council once, likely: without what partners pay, and without dual running. In whole
    pounds, so that what is shown adds up."""
    partners: dict[str, float] = {}
    """What each partner authority pays of the moves of the year, besides; in whole pounds."""

    @property
    def over(self) -> float:
        """By how much the plan is over the budget, in pounds; nothing where it keeps it, or there is none."""
        return max(0.0, self.planned - self.allowed) if self.allowed is not None else 0.0


class BusinessCase(Record):
    """All of it, with what has no price."""

    id: str
    options: tuple[Option, ...]
    sensitivity: tuple[Sensitivity, ...]
    people: tuple[MonthOfWork, ...]
    unpriced: tuple[NotPriced, ...] = ()
    shares: dict[str, float] = {}
    """Each authority's share of what moving costs once, as parts of one; empty where nobody shares it."""
    moving_once: float = 0
    """What moving costs once in the plan, likely, in pounds, partners' parts among it: what `shares` are parts of."""
    budgets: tuple[Budgeted, ...] = ()
    """Of each year with a budget in `planning.toml` or with moves that cost; empty without any budget or partner."""
    rule: str = ""
    """By what rule an option is preferred, and what that gave: a proposal, which a person decides on."""
    conventions: tuple[str, ...] = ()
    """How the figures were reckoned, in sentences, with sources."""
    discount_rate: float = 0.035
    """A year, as a part of one. The default is the Treasury's."""
    priced_at: date | None
    kind: Literal["indicative", "dated"] = "dated"
    """Indicative: no windows were given, so the days are supposed."""
    at: Instant
