"""Prices from several lists, in order: the council's own rates, Microsoft's own list as fetched, and the book."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from estate.catalogue import rates, retail
from estate.catalogue.prices import Price, PriceBook, book
from estate.catalogue.rates import Rates
from estate.catalogue.retail import Retail


@dataclass(frozen=True)
class Prices:
    """The lists. The first that has a meter prices it."""

    rates: Rates = field(default_factory=Rates)
    retail: Retail | None = None
    book: PriceBook = field(default_factory=book)

    def price(self, meter: str) -> Price | None:
        """The price of one meter; None where no list has it, which is never the same as costing nothing."""
        own = self.rates.price(meter)
        if own is not None:
            return own
        listed = self.retail.price(meter) if self.retail else None
        return listed or self.book.price(meter)

    @property
    def oldest(self) -> date:
        """The day of the oldest price in any list."""
        fetched = (self.retail.fetched_at.date(),) if self.retail else ()
        return min(*self.rates.days, *fetched, self.book.oldest, self.book.oldest)

    def caution(self, today: date) -> str:
        """One sentence on where the prices are from, in their order, and what they are worth on `today`."""
        return "; then ".join(self.sentences(today))

    def sentences(self, today: date) -> tuple[str, ...]:
        """Where the prices are from, a sentence each, in their order."""
        fetched = self.retail.sentence(today) if self.retail else ""
        return tuple(one for one in (self.rates.sentence(), fetched, self.book.caution(today)) if one)


def load(rates_file: Path, fetched: Path, servers: Collection[str] = (), today: date | None = None) -> Prices:
    """The lists of a workspace. Raises `UsageError` where rates.toml or what was fetched is not right."""
    return Prices(rates.load(rates_file, servers, today), retail.kept(fetched))
