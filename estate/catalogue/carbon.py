"""Dated factors for carbon: what a kWh gives off in the UK, and what a vCPU draws in Azure (`carbon.json`)."""

from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import Field

from estate.records.base import Record


class Factors(Record):
    """Kilograms of CO2 equivalent for each kWh that is used: generated, and lost on the way."""

    kg_per_kwh: float = Field(ge=0)
    losses_kg_per_kwh: float = Field(ge=0)
    dated: date | None
    """None where the source gives no day."""
    source: str


class Grid(Factors):
    """The set that Decant reckons with, and the one after it where that is known in part."""

    next: Factors


class Azure(Record):
    """What a vCPU draws when idle and when all of it is busy, and what the building adds."""

    idle_watts_per_vcpu: float = Field(ge=0)
    full_watts_per_vcpu: float = Field(ge=0)
    pue: float = Field(ge=1)
    dated: date
    source: str


class Table(Record):
    """All factors."""

    grid: Grid
    azure: Azure


@cache
def table() -> Table:
    """The factors that ship with Decant."""
    return Table.model_validate_json((files("estate.catalogue") / "carbon.json").read_bytes())
