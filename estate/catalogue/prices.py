"""What Azure charges in UK South, in pounds without VAT, from a dated price book (`prices.json`).

The book keeps each figure as its source gave it, with the currency and the region, and says on what *basis*
it stands for UK South in pounds:

- `published`: Microsoft's own price for UK South in pounds;
- `converted`: Microsoft's price for UK South in dollars, at the book's rate;
- `scaled`: reckoned from a published price of the same series, as the note says;
- `sibling`: the price of the nearest older product, as the note says;
- `other region`: a price in dollars for another region, at the book's rate.

All but the first are estimates and are said to be. A meter that is not in the book has no price, which is
never the same as costing nothing. List prices only: a council's own agreement is usually cheaper.

Two more lists come before the book where there are any: the council's own rates (`rates.py`), and what was fetched from
Microsoft's own list (`retail.py`). `price_lists.py` puts the three in order.
"""

from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol

from pydantic import Field

from estate.documents.words import day
from estate.records.base import Record

Basis = Literal["council", "published", "converted", "scaled", "sibling", "other region"]

STALE_AFTER = timedelta(days=365)
"""A price older than this is said to be old wherever it is used."""


class Source(Record):
    """Where figures come from. `dated` is None where the source gives no day."""

    what: str
    url: str
    dated: date | None


class Rate(Record):
    """Dollars to the pound, and where that rate is from."""

    rate: float = Field(gt=0)
    dated: date
    what: str


class Entry(Record):
    """One figure as its source gave it."""

    unit: str
    amount: float = Field(ge=0, allow_inf_nan=False)
    currency: Literal["GBP", "USD"]
    region: str
    source: str
    basis: Basis
    note: str = ""


class Price(Record):
    """One price in pounds, ready to reckon with."""

    meter: str
    unit: str
    gbp: float
    basis: Basis
    dated: date | None
    note: str = ""
    source: str = "price book"
    """The list that it is from: "rates.toml", "Azure Retail Prices API", "price book: libcloud"."""

    @property
    def estimated(self) -> bool:
        """Whether the figure only stands in for Microsoft's price in pounds for UK South, or for the council's own."""
        return self.basis not in ("council", "published")


class PriceList(Protocol):
    """Whatever gives prices: the book, or the lists in their order."""

    def price(self, meter: str) -> Price | None:
        """The price of one meter (`vm/Standard_B2ms`); None where there is none."""

    @property
    def oldest(self) -> date:
        """The day of the oldest price."""

    def caution(self, today: date) -> str:
        """One sentence on what the figures are worth on `today`."""


class PriceBook(Record):
    """The book: prices by meter, their sources, and the rate for those in dollars."""

    compiled: date
    currency: Literal["GBP"]
    vat: Literal["without"]
    region: str
    usd_per_gbp: Rate
    sources: dict[str, Source]
    prices: dict[str, Entry] = Field(repr=False)

    def price(self, meter: str) -> Price | None:
        """The price of one meter (`vm/Standard_B2ms`); None where the book has none."""
        entry = self.prices.get(meter)
        if entry is None:
            return None
        pounds = entry.amount if entry.currency == "GBP" else entry.amount / self.usd_per_gbp.rate
        return Price(
            meter=meter,
            unit=entry.unit,
            gbp=pounds,
            basis=entry.basis,
            dated=self.sources[entry.source].dated,
            note=entry.note,
            source=f"price book: {entry.source}",
        )

    @property
    def oldest(self) -> date:
        """The day of the oldest dated source: the day an estimate from this book is priced at."""
        dated = [source.dated for source in self.sources.values() if source.dated is not None]
        return min([*dated, self.usd_per_gbp.dated])

    def caution(self, today: date) -> str:
        """One sentence on what the figures are worth on `today`."""
        old = f"; the oldest is of {day(self.oldest)}, which is old" if self.stale(today) else ""
        undated = ", and some bear no date" if any(s.dated is None for s in self.sources.values()) else ""
        return (
            f"List prices without VAT, gathered on {day(self.compiled)} from public sources of different "
            f"days{old}{undated}; those in dollars at {self.usd_per_gbp.rate:.4f} to the pound"
        )

    def stale(self, today: date) -> bool:
        """Whether the oldest price is more than a year old on `today`."""
        return today - self.oldest > STALE_AFTER


@cache
def book() -> PriceBook:
    """The price book that ships with Decant. Every entry's source is one of its sources."""
    found = PriceBook.model_validate_json((files("estate.catalogue") / "prices.json").read_bytes())
    missing = {entry.source for entry in found.prices.values()} - set(found.sources)
    if missing:
        raise ValueError(f"prices.json names sources that it does not describe: {sorted(missing)}")
    return found
