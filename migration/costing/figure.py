"""A figure that carries its own sum: the range, the text that a person checks, and the assumptions that it rests on.

The text is made of the likely values. Multiplying and adding figures does both at once, so that the text and the amount
cannot differ.
"""

from dataclasses import dataclass

from estate.catalogue.prices import Basis, Price
from estate.records.cost import Amount
from migration.costing.assumptions import Assumed

_IN_DOLLARS = ("converted", "sibling", "other region")
DOUBT: dict[Basis, tuple[float, float]] = {
    "council": (1, 1),
    "published": (1, 1),
    "converted": (0.95, 1.05),
    "scaled": (0.9, 1.1),
    "sibling": (0.85, 1.1),
    "other region": (0.9, 1.3),
}
"""How far a price may be off by what it rests on, as a part of it: our judgement. UK South is rather dearer than others."""


@dataclass(frozen=True)
class Figure:
    """One figure, never negative."""

    amount: Amount
    text: str
    keys: tuple[str, ...] = ()
    is_sum: bool = False

    def __mul__(self, other: "Figure") -> "Figure":
        """The product, end by end."""
        one, two = self.amount, other.amount
        amount = Amount(low=one.low * two.low, likely=one.likely * two.likely, high=one.high * two.high)
        return Figure(amount, f"{self._inside} × {other._inside}", _both(self, other))

    def __add__(self, other: "Figure") -> "Figure":
        """The sum, end by end."""
        return Figure(self.amount + other.amount, f"{self.text} + {other.text}", _both(self, other), is_sum=True)

    def over(self, divisor: "Figure") -> "Figure":
        """The quotient; `divisor` is one number and no range, and not zero."""
        amount = self.amount * (1 / divisor.amount.likely)
        return Figure(amount, f"{self._inside} ÷ {divisor._inside}", _both(self, divisor))

    def resting_on(self, *keys: str) -> "Figure":
        """The same figure, which rests on these assumptions too."""
        return Figure(self.amount, self.text, tuple(dict.fromkeys((*self.keys, *keys))), self.is_sum)

    @property
    def _inside(self) -> str:
        return f"({self.text})" if self.is_sum else self.text


def _both(one: Figure, two: Figure) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one.keys, *two.keys)))


def number(value: float, unit: str = "") -> Figure:
    """A number that is known: "4 vCPUs"."""
    return Figure(Amount(low=value, likely=value, high=value), f"{plain(value)}{' ' if unit else ''}{unit}")


def assumed(one: Assumed, unit: str = "") -> Figure:
    """An assumption, in its own unit or a shorter one."""
    word = unit or one.unit
    pounds = word.startswith("£ ")
    text = f"£{plain(one.amount.likely)} {word[2:]}" if pounds else f"{plain(one.amount.likely)} {word}"
    return Figure(one.amount, text, (one.key,))


def priced(price: Price) -> Figure:
    """A price, with the doubt that its basis leaves. One in dollars rests on the rate too."""
    low, high = DOUBT[price.basis]
    amount = Amount(low=price.gbp * low, likely=price.gbp, high=price.gbp * high)
    return Figure(amount, f"£{plain(price.gbp)}", ("usd_per_gbp",) if price.basis in _IN_DOLLARS else ())


def pounds(amount: Amount, what: str) -> Figure:
    """A sum of other lines, as one figure."""
    return Figure(amount, f"£{plain(amount.likely)} {what}")


def plain(value: float) -> str:
    """A number with as many digits as it has, up to eight behind the point: 0.077842, 1,280."""
    text = f"{value:,.8f}"
    return text.rstrip("0").rstrip(".")
