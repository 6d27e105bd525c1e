"""What one way of acting costs in each financial year: every line, times the part of it that falls into the year."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from estate.records.business_case import YearCost
from estate.records.cost import NOTHING, Amount, CostLine
from migration.business.extended import Bounds
from migration.business.moving import BY_DAYS
from migration.business.period import Period
from migration.business.ways import ESTATE, Way

PLACES = 4
"""Decimal places of a discount factor, as in the Treasury's own tables: a sum can be checked by hand."""


@dataclass(frozen=True)
class Kind:
    """What decides in which years a line is paid."""

    subject: str
    side: Literal["on-premises", "azure", "move"]
    nature: Literal["annual", "one-off"]
    bounds: tuple[date, date] | None = None
    """The only days in which it can be paid at all."""


@dataclass(frozen=True)
class Part:
    """How much of a line falls into each year of a period, and how much of that is paid twice."""

    paid: Sequence[float]
    twice: Sequence[float]


Pot = Literal["capital", "one_off_revenue", "annual_revenue"]


def kind_of(line: CostLine, bounds: Bounds) -> Kind:
    """What decides when this line is paid."""
    return Kind(line.subject, line.side, line.nature, bounds.get(line.id))


def part(kind: Kind, way: Way, over: Period, refresh_on: date) -> Part:
    """Where a line of this kind falls, in one way of acting.

    Running costs are paid by days: on-premises until the server has moved and soaked, in Azure from the day its target
    is built. One-off costs of moving fall on the days of the moves that they are for, in equal parts: what all share,
    and what it costs to leave a server without a move, on all moves. What has to be bought for a server that stays
    falls on `refresh_on`, where it is still there by then. What falls before the period is sunk.
    """
    if kind.nature == "one-off":
        return _once(kind, way, over, refresh_on)
    built, gone = way.built(kind.subject), _gone(kind.subject, way, over)
    served = way.served(kind.subject)
    if kind.side == "on-premises":
        # From the last move on, Azure is what serves: the old server is kept for going back.
        first, until = kind.bounds or (over.first, over.until)
        return _stretch(over, first, min(until, gone), (served, gone) if served and gone < over.until else None)
    if built is None or served is None:
        return _stretch(over, over.until, over.until, None)
    if kind.side == "azure":
        # Until the last move, the old server is what serves.
        return _stretch(over, built, over.until, (built, served))
    return _stretch(over, built, gone, None)


def _gone(subject: str, way: Way, over: Period) -> date:
    """The first day on which a subject is not paid for on-premises; the end of the period where it stays."""
    if subject in way.servers:
        return way.gone.get(subject, over.until)
    if subject in way.moved:
        return way.soaked(subject)
    return way.emptied or over.until


def _stretch(over: Period, first: date, until: date, twice: tuple[date, date] | None) -> Part:
    return Part(
        [year.part(first, until) for year in over.years],
        [year.part(max(first, twice[0]), min(until, twice[1])) if twice else 0.0 for year in over.years],
    )


def _once(kind: Kind, way: Way, over: Period, refresh_on: date) -> Part:
    days: Sequence[date]
    if kind.side == "on-premises":
        days = (refresh_on,) if _gone(kind.subject, way, over) > refresh_on else ()
    elif kind.side == "azure":
        built = way.built(kind.subject)
        days = (built,) if built else ()
    else:
        days = way.days.get(kind.subject, ()) or _without_move(kind.subject, way)
    paid = [0.0] * len(over.years)
    for day in days:
        place = over.holding(day)
        if place is not None:
            paid[place] += 1 / len(days)
    return Part(paid, [0.0] * len(paid))


def _without_move(subject: str, way: Way) -> tuple[date, ...]:
    """Of a server that leaves without a move, being retired or replaced: the days of all moves, else the day it goes."""
    if subject not in way.gone:
        return ()
    return way.days.get(ESTATE, ()) or (way.gone[subject],)


@dataclass(frozen=True)
class Reckoned:
    """The years of one way of acting, in whole pounds, so that what is shown adds up."""

    years: tuple[YearCost, ...]

    @property
    def net_present_cost(self) -> Amount:
        """Each year at its factor, summed, in whole pounds."""
        total = NOTHING
        for year in self.years:
            total = total + (year.capital + year.one_off_revenue + year.annual_revenue) * year.discount_factor
        return whole(total)


def factor(place: int, rate: float) -> float:
    """The discount factor of the year at this place. Year 0, the one of the case, is not discounted."""
    return round((1 + rate) ** -place, PLACES)


def whole(amount: Amount) -> Amount:
    """In whole pounds."""
    return Amount(low=round(amount.low), likely=round(amount.likely), high=round(amount.high))


class Account:
    """Lines, and how they fall in one way of acting over one period: reckoned as often as figures change."""

    def __init__(self, way: Way, over: Period, refresh_on: date, bounds: Bounds) -> None:
        self.way, self.over, self.refresh_on, self.bounds = way, over, refresh_on, bounds
        self._parts: dict[Kind, Part] = {}

    def part(self, line: CostLine) -> Part:
        """How one line falls."""
        kind = kind_of(line, self.bounds)
        if kind not in self._parts:
            self._parts[kind] = part(kind, self.way, self.over, self.refresh_on)
        return self._parts[kind]

    def present(self, lines: Iterable[CostLine], rate: float, figure: Callable[[CostLine], float]) -> float:
        """What these lines come to, discounted, if each cost `figure`; not rounded."""
        factors = [factor(place, rate) for place in range(len(self.over.years))]
        weights: dict[int, float] = {}
        total = 0.0
        for line in lines:
            if line.category == BY_DAYS:
                continue
            held = self.part(line)
            if id(held) not in weights:
                weights[id(held)] = sum(paid * by for paid, by in zip(held.paid, factors, strict=True))
            total += figure(line) * weights[id(held)]
        return total

    def reckon(self, lines: Iterable[CostLine], rate: float) -> Reckoned:
        """Every year's cost, discounted at `rate`."""
        pots: Mapping[Pot | Literal["dual", "stays"], list[list[float]]] = {
            name: [[0.0, 0.0, 0.0] for _ in self.over.years]
            for name in ("capital", "one_off_revenue", "annual_revenue", "dual", "stays")
        }
        for line in lines:
            if line.category == BY_DAYS:
                continue
            held, pot = self.part(line), pot_of(line)
            ends = (line.amount.low, line.amount.likely, line.amount.high)
            for place, paid in enumerate(held.paid):
                _add(pots[pot][place], ends, paid)
                if pot == "annual_revenue":
                    _add(pots["dual"][place], ends, held.twice[place])
                if pot == "capital" and line.side == "on-premises":
                    _add(pots["stays"][place], ends, paid)
        return Reckoned(
            tuple(
                YearCost(
                    year=year.name,
                    capital=_amount(pots["capital"][place]),
                    one_off_revenue=_amount(pots["one_off_revenue"][place]),
                    annual_revenue=_amount(pots["annual_revenue"][place]),
                    dual_running=_amount(pots["dual"][place]),
                    discount_factor=factor(place, rate),
                    staying_hardware=_amount(pots["stays"][place]),
                )
                for place, year in enumerate(self.over.years)
            )
        )


def pot_of(line: CostLine) -> Pot:
    """Under which heading of a budget a line is paid."""
    if line.accounting == "capital":
        return "capital"
    return "annual_revenue" if line.nature == "annual" else "one_off_revenue"


def _add(held: list[float], ends: Sequence[float], times: float) -> None:
    if times:
        for place, end in enumerate(ends):
            held[place] += end * times


def _amount(ends: Sequence[float]) -> Amount:
    return whole(Amount(low=ends[0], likely=ends[1], high=ends[2]))
