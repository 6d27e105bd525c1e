"""Figures of a paper in words, and the sums that it gives. Every total is made here, of the parts that are shown."""

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Literal

from estate.records.business_case import Option, YearCost
from estate.records.cost import NOTHING, Amount, CostLine, Costs


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum, end by end; nothing of none."""
    return reduce(add, amounts, NOTHING)


def sum_of(amount: float) -> str:
    """£1,412,345, £457, £0: whole pounds everywhere, so that figures beside each other can be compared and added."""
    return f"£{amount:,.0f}"


def money(amount: Amount) -> str:
    """£1,412,345 (£1,203,411 to £1,803,000); one figure where the range is none."""
    likely, low, high = sum_of(amount.likely), sum_of(amount.low), sum_of(amount.high)
    return likely if low == high == likely else f"{likely} ({low} to {high})"


def signed(amount: float) -> str:
    """£457 more, £457 less, or no change: against doing nothing."""
    if abs(amount) < 0.5:
        return "no change"
    return f"{sum_of(abs(amount))} {'more' if amount > 0 else 'less'}"


def of_year(year: YearCost) -> Amount:
    """All that is paid in one year."""
    return year.capital + year.one_off_revenue + year.annual_revenue


def capital(option: Option) -> Amount:
    """Over all years."""
    return total(year.capital for year in option.years)


def one_off_revenue(option: Option) -> Amount:
    """Over all years."""
    return total(year.one_off_revenue for year in option.years)


def moving(option: Option) -> Amount:
    """What moving costs once: capital and revenue, without the hardware of what stays."""
    return moving_capital(option) + one_off_revenue(option)


def moving_capital(option: Option) -> Amount:
    """Capital over all years, without the hardware of what stays."""
    return total(map(moving_capital_of, option.years))


def moving_capital_of(year: YearCost) -> Amount:
    """The same of one year."""
    whole, stays = year.capital, year.staying_hardware
    return Amount(low=whole.low - stays.low, likely=whole.likely - stays.likely, high=whole.high - stays.high)


def staying(option: Option) -> Amount:
    """Capital over all years for hardware of what stays on-premises or has not left yet: paid whether or not all moves."""
    return total(year.staying_hardware for year in option.years)


def any_staying(options: Iterable[Option]) -> bool:
    """Whether any option pays for such hardware: where none does, no table has a column for it."""
    return any(staying(one).high for one in options)


def running(option: Option) -> Amount:
    """All that is paid for running, over all years."""
    return total(year.annual_revenue for year in option.years)


def dual(option: Option) -> Amount:
    """What is paid twice while both sides run, over all years: a part of `running`."""
    return total(year.dual_running for year in option.years)


def years_and_all(option: Option) -> tuple[YearCost, ...]:
    """Each year of an option, and their sum as a year of its own, called "All years", without a factor."""
    whole = YearCost(
        year="All years",
        capital=capital(option),
        one_off_revenue=one_off_revenue(option),
        annual_revenue=running(option),
        dual_running=dual(option),
        discount_factor=0,
        staying_hardware=staying(option),
    )
    return (*option.years, whole)


def annual(costs: Costs, side: Literal["on-premises", "azure"]) -> Amount:
    """What one side costs a year, by the lines that have a price."""
    return total(line.amount for line in _lines(costs, side, "annual"))


def _lines(costs: Costs, side: str, nature: str) -> list[CostLine]:
    return [line for line in costs.lines if line.side == side and line.nature == nature]
