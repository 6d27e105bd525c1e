"""Microsoft's own list prices for UK South in pounds: answers of the Azure Retail Prices API, and what is kept of them.

Of an answer, prices of virtual machines (Linux by the hour, what Windows adds, reservations of one and three years) and
of managed disks are taken; all else is passed over. The API prices in pounds itself where it is asked to
(https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices); an answer in another currency
is refused whole.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from estate import invalid, reading
from estate.catalogue.prices import Price
from estate.catalogue.sizes import sizes
from estate.documents.words import count, day
from estate.errors import UnreachableError, UsageError
from estate.records.base import Instant, Record

URL = "https://prices.azure.com/api/retail/prices"
REGION = "uksouth"
SOURCE = "Azure Retail Prices API"
LIMIT = 8 << 20
"""Bytes of one page; a page holds 1,000 prices at most."""
PAGES = 60
"""Pages of one question."""
STALE_AFTER = timedelta(days=90)
"""Prices that were fetched longer ago are said to be old: Microsoft's pounds change from month to month."""
MOST = 10_000_000.0

_AGAIN = "try again later; if it stays so, the API has changed: report it"
_TIER = re.compile(r"([PE]\d{1,2}) LRS")
_KINDS = {"Premium SSD Managed Disks": "Premium_LRS", "Standard SSD Managed Disks": "StandardSSD_LRS"}
_TERMS = {"1 Year": (1, "reserved-1y"), "3 Years": (3, "reserved-3y")}


def _word(value: object) -> object:
    return "" if value is None else value


Word = Annotated[str, BeforeValidator(_word)]
"""Text; null counts as none."""


class Item(BaseModel):
    """One price of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    currency: str = Field(alias="currencyCode", max_length=10)
    tier_from: float = Field(default=0, alias="tierMinimumUnits", allow_inf_nan=False)
    price: float = Field(alias="retailPrice", ge=0, le=MOST, allow_inf_nan=False)
    region: Word = Field(default="", alias="armRegionName", max_length=100)
    since: Instant = Field(alias="effectiveStartDate")
    product: Word = Field(default="", alias="productName", max_length=300)
    sku: Word = Field(default="", alias="skuName", max_length=300)
    meter: Word = Field(default="", alias="meterName", max_length=300)
    service: Word = Field(default="", alias="serviceName", max_length=300)
    unit: Word = Field(default="", alias="unitOfMeasure", max_length=100)
    type: Word = Field(default="", max_length=100)
    arm_sku: Word = Field(default="", alias="armSkuName", max_length=300)
    term: Word = Field(default="", alias="reservationTerm", max_length=100)


class Page(BaseModel):
    """One answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    currency: str = Field(alias="BillingCurrency", max_length=10)
    items: tuple[Item, ...] = Field(alias="Items", max_length=5000)
    next: str | None = Field(default=None, alias="NextPageLink", max_length=4000)


class Listed(Record):
    """One price that is kept: for one unit of its meter, in force since a day."""

    unit: str
    gbp: float = Field(ge=0, le=MOST, allow_inf_nan=False)
    since: date


class Retail(Record):
    """What was fetched: prices by meter, when, and from where."""

    fetched_at: Instant
    url: str
    currency: str = Field(pattern="^GBP$")
    region: str
    prices: dict[str, Listed] = Field(repr=False)

    def price(self, meter: str) -> Price | None:
        """Microsoft's list price of a meter; None where it was not among the answers."""
        found = self.prices.get(meter)
        if found is None:
            return None
        fetched = self.fetched_at.date()
        return Price(
            meter=meter, unit=found.unit, gbp=found.gbp, basis="published", dated=fetched, source=SOURCE,
            note=f"in force since {day(found.since)}",
        )  # fmt: skip

    def sentence(self, today: date) -> str:
        """Where these prices are from and how old they are."""
        days = (today - self.fetched_at.date()).days
        old = f", {count(days, 'day')} ago, which is old: run `decant costs refresh`" if self.stale(today) else ""
        return f"{SOURCE}: {count(len(self.prices), 'list price')} for UK South, fetched on {day(self.fetched_at)}{old}"

    def stale(self, today: date) -> bool:
        """Whether they were fetched too long ago."""
        return today - self.fetched_at.date() > STALE_AFTER


def questions(url: str = URL) -> Sequence[str]:
    """What to ask: one address for each series of sizes, and one for the disks."""
    by_series: dict[str, list[str]] = {}
    for sku, size in sizes().items():
        by_series.setdefault(size.series, []).append(sku)
    filters = [
        f"serviceName eq 'Virtual Machines' and armRegionName eq '{REGION}' and ("
        + " or ".join(f"armSkuName eq '{sku}'" for sku in skus)
        + ")"
        for skus in by_series.values()
    ]
    filters.append(
        f"serviceName eq 'Storage' and armRegionName eq '{REGION}' and ("
        + " or ".join(f"productName eq '{name}'" for name in _KINDS)
        + ")"
    )
    return [f"{url}?currencyCode='GBP'&$filter={quote(one)}" for one in filters]


def page(answer: bytes, asked: str) -> Page:
    """An answer to the question `asked`, whole.

    Raises `UnreachableError` for what is no such answer, for another currency than pounds, and for a next page that
    lies on another host.
    """
    host = urlsplit(asked).hostname or ""
    try:
        found = Page.model_validate_json(answer)
    except (ValidationError, RecursionError) as wrong:
        why = invalid.sentence(wrong) if isinstance(wrong, ValidationError) else "it is nested too deeply"
        raise UnreachableError(f"the answer of {host} is no list of prices ({why})", _AGAIN) from None
    for currency in (found.currency, *(one.currency for one in found.items)):
        if currency != "GBP":
            raise UnreachableError(
                f"{host} answered in {currency[:10] or 'no currency'} and not in pounds (GBP)",
                "nothing of it is taken: look whether the address asks for currencyCode='GBP'",
            )
    if found.next and _place(found.next) != _place(asked):
        raise UnreachableError(f"{host} names another host for its next page, which is not followed", _AGAIN)
    return found


def _place(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    # The API writes its own port into the address of the next page.
    return parts.scheme, parts.hostname, port or {"https": 443, "http": 80}.get(parts.scheme)


def prices(items: Iterable[Item]) -> Mapping[str, Listed]:
    """The prices among the items that Decant reckons with, by meter; of several, the one in force last.

    Nothing is sold for £0: such an item is no price.
    """
    found: dict[str, Listed] = {}
    windows: dict[str, Item] = {}
    for one in sorted(items, key=lambda item: item.since):
        if one.region != REGION or one.tier_from > 0 or one.price == 0:
            continue
        if one.service == "Virtual Machines" and one.arm_sku in sizes() and _ordinary(one):
            if one.product.endswith("Windows"):
                if one.type == "Consumption":
                    windows[one.arm_sku] = one
            elif one.type == "Consumption" and one.unit == "1 Hour":
                found[f"vm/{one.arm_sku}"] = Listed(unit="hour", gbp=one.price, since=one.since.date())
            elif one.type == "Reservation" and one.term in _TERMS:
                years, end = _TERMS[one.term]
                found[f"vm/{one.arm_sku}/{end}"] = Listed(
                    unit="year", gbp=one.price / years, since=one.since.date()
                )
        elif one.service == "Storage" and one.type == "Consumption" and one.unit == "1/Month":
            tier = _TIER.fullmatch(one.sku)
            if one.product in _KINDS and tier and one.meter.endswith((" Disk", " Disks")):
                meter = f"disk/{_KINDS[one.product]}/{tier.group(1)}"
                found[meter] = Listed(unit="disk-month", gbp=one.price, since=one.since.date())
    for sku, one in windows.items():
        linux = found.get(f"vm/{sku}")
        if linux is not None and one.price >= linux.gbp:
            found[f"vm/{sku}/windows"] = Listed(unit="hour", gbp=one.price - linux.gbp, since=one.since.date())
    return found


def _ordinary(one: Item) -> bool:
    return not re.search(r"Spot|Low Priority", f"{one.sku} {one.meter}") and "Cloud Services" not in one.product


def kept(path: Path) -> Retail | None:
    """What was fetched last; None where nothing was. Raises `UsageError` where the file is not whole."""
    if not path.exists():
        return None
    try:
        return Retail.model_validate_json(reading.content(path))
    except ValidationError as wrong:
        raise UsageError(
            f"{path} cannot be used ({invalid.sentence(wrong)})",
            "fetch it again with `decant costs refresh`, or remove it",
        ) from None
