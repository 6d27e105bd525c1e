"""The council's own prices (`rates.toml`), before any list price: each meter in pounds without VAT, dated, with a note."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from estate import invalid, reading
from estate.catalogue import meters
from estate.catalogue.prices import Price
from estate.documents.words import day
from estate.errors import UsageError
from estate.printable import plain
from estate.suggest import did_you_mean

MOST = 10_000_000
"""Pounds: what is more is a slip."""
_MEND = "mend it; docs/costs.md lists the meters"

TEMPLATE = """\
# What the council itself pays, in pounds without VAT. These come before every list price.
# docs/costs.md lists the meters; an unknown one is refused, with the nearest.
#
# [[rate]]
# meter = "vm/Standard_D2as_v5"            # an hour
# gbp = 0.0701
# dated = 2026-10-01
# note = "our reseller's price file"
#
# [[rate]]
# meter = "licence/sql-server/core-year"   # a core for a year, with its Software Assurance
# gbp = 410.00
# dated = 2026-04-01
# note = "enterprise agreement"
#
# [[rate]]
# meter = "repurchase/db01"                # the service bought in place of a server, a year
# gbp = 18000
# dated = 2026-09-14
# note = "quotation of the supplier"
"""


def _pounds(value: str) -> str:
    if value != "GBP":
        raise ValueError("must be GBP: Decant reckons in pounds and knows no exchange rate of yours")
    return value


class Rate(BaseModel):
    """One price of the council's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meter: str = Field(min_length=1, max_length=200)
    gbp: float = Field(ge=0, le=MOST, allow_inf_nan=False, strict=True)
    unit: str | None = None
    """For people; where it is given, it has to be the meter's own."""
    currency: Annotated[str, AfterValidator(_pounds)] = "GBP"
    dated: date = Field(ge=date(2000, 1, 1))
    note: Annotated[str, AfterValidator(plain)] = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Annotated[str, AfterValidator(_pounds)] = "GBP"
    vat: Literal["without"] = "without"
    rate: tuple[Rate, ...] = ()


class Rates(BaseModel):
    """All of them, by meter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rates: dict[str, Rate] = {}

    def price(self, meter: str) -> Price | None:
        """The council's own price of a meter; None where it has none."""
        found = self.rates.get(meter)
        if found is None:
            return None
        return Price(
            meter=meter,
            unit=meters.unit_of(meter) or "",
            gbp=found.gbp,
            basis="council",
            dated=found.dated,
            note=found.note,
            source="rates.toml",
        )

    @property
    def days(self) -> tuple[date, ...]:
        """Of when they are."""
        return tuple(one.dated for one in self.rates.values())

    def sentence(self) -> str:
        """Where these prices are from, for people; nothing where there are none."""
        if not self.rates:
            return ""
        return f"rates.toml: {len(self.rates)} of the council's own, the oldest of {day(min(self.days))}"


def load(path: Path, servers: Collection[str] = (), today: date | None = None) -> Rates:
    """The rates of a workspace; none where there is no file.

    Raises `UsageError` for a file that is not right: an unknown meter or server, a meter given twice, another unit,
    another currency than pounds, a day that lies after `today`.
    """
    if not path.exists():
        return Rates()
    try:
        found = _File.model_validate(reading.toml(path))
    except ValidationError as wrong:
        raise UsageError(f"{path.name}: {invalid.sentence(wrong)}", _remedy(wrong)) from None
    made: dict[str, Rate] = {}
    for rate in found.rate:
        unit, server = meters.unit_of(rate.meter), meters.server_of(rate.meter)
        if unit is None or (servers and server is not None and server not in servers):
            raise UsageError(
                f"{path.name}: {'there is no server' if unit else 'nothing is priced as'} {server or rate.meter!r}",
                did_you_mean(rate.meter, meters.near(servers), "docs/costs.md lists the meters"),
            )
        if rate.unit is not None and rate.unit != unit:
            raise UsageError(f"{path.name}: {rate.meter} is priced by the {unit}, not by the {rate.unit}", _MEND)
        if rate.meter in made:
            raise UsageError(f"{path.name}: {rate.meter} is given twice", "keep the one that holds")
        if today is not None and rate.dated > today:
            raise UsageError(
                f"{path.name}: {rate.meter} is dated {day(rate.dated)}, which is still to come", _MEND
            )
        made[rate.meter] = rate
    return Rates(rates=made)


def _remedy(wrong: ValidationError) -> str:
    first = invalid.first(wrong)
    if first["type"] != "extra_forbidden":
        return _MEND
    known = (*_File.model_fields, *Rate.model_fields)
    return did_you_mean(str(first["loc"][-1]), known, _MEND)
