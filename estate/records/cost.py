"""What something costs, in pounds without VAT, and how that was reckoned."""

from datetime import date
from typing import Literal

from pydantic import Field

from estate.records.base import Instant, Record

Category = Literal[
    "compute", "storage", "backup", "network", "database", "licences", "monitoring", "premises", "hardware", "people",
    "dual running", "contingency",
]  # fmt: skip


class Amount(Record):
    """A range in pounds: `likely` is what totals are made of, `low` and `high` what it may well turn out to be."""

    low: float
    likely: float
    high: float

    def __add__(self, other: "Amount") -> "Amount":
        """The sum of two ranges, end by end: as if all that is uncertain went the same way."""
        return Amount(low=self.low + other.low, likely=self.likely + other.likely, high=self.high + other.high)

    def __mul__(self, factor: float) -> "Amount":
        """The range, so many times; `factor` is not negative."""
        return Amount(low=self.low * factor, likely=self.likely * factor, high=self.high * factor)


NOTHING = Amount(low=0, likely=0, high=0)


class CostLine(Record):
    """One figure. Totals are sums of lines and of nothing else."""

    id: str
    """Unique among the lines: `azure/compute/db-legacy`."""
    subject: str
    """The server or workload that it is for; `estate` for what all share."""
    what: str
    """In words: "Standard_D2as_v5, 3 years reserved"."""
    side: Literal["on-premises", "azure", "move"]
    category: Category
    nature: Literal["annual", "one-off"]
    accounting: Literal["capital", "revenue"]
    amount: Amount
    """Pounds a year, or once."""
    reckoning: str
    """The sum as a person would check it: "730 hours × 12 × £0.0778"."""
    source: str
    """Where its price is from: "rates.toml", "Azure Retail Prices API", "price book: libcloud", "assumptions.toml"."""
    priced_at: date | None = None
    note: str = ""
    """What its price stands for, where it is not the very price: "West Europe", "reckoned from P10" …"""
    assumptions: tuple[str, ...] = ()
    """Keys of `assumptions.toml` that it rests on."""


class NotPriced(Record):
    """Something that may cost money, and why no figure is given. Never counted as zero."""

    subject: str
    what: str
    why: str


class Carbon(Record):
    """What one server's electricity gives off, in kilograms of CO2 equivalent a year."""

    server: str
    on_premises_kg: Amount | None
    azure_kg: Amount | None
    reckoning: str
    source: str


class Costs(Record):
    """What the estate costs today, would cost in Azure, and costs to move. Dates play no part yet."""

    id: str
    lines: tuple[CostLine, ...]
    unpriced: tuple[NotPriced, ...] = ()
    carbon: tuple[Carbon, ...] = ()
    staying: tuple[str, ...] = ()
    """Servers that stay on-premises, or of which nobody has decided: their on-premises lines go on."""
    assumptions: dict[str, str] = Field(default={}, repr=False)
    """Every assumption used, with its value as text and where it is from."""
    sources: tuple[str, ...] = ()
    """Each source of prices with its date, in a sentence, warnings of age among them."""
    cautions: tuple[str, ...] = ()
    """What a reader has to know of these figures as a whole, a sentence each."""
    at: Instant
