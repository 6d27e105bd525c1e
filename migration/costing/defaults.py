"""What costs and carbon are reckoned with where the council has said nothing: `defaults.toml`, and what tables give.

Each has a value with its range, the reason and the source; without a source it is our own judgement: change these first.
"""

import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

from pydantic import Field

from estate.catalogue import carbon
from estate.catalogue.prices import book
from estate.documents.words import day
from estate.records.base import Record
from estate.records.cost import Amount

OURS = "our judgement"
AZURE, CARBON = "Running in Azure", "Carbon"


class Default(Record):
    """One assumption. `amount` is None where there is no figure until the council gives one."""

    key: str
    group: str
    amount: Amount | None
    unit: str
    why: str
    source: str = OURS
    dated: date | None = None
    least: float = 0
    most: float = 1_000_000_000
    exact: bool = False
    """Takes one number and no range: it divides, or it is a choice."""

    @property
    def judged(self) -> bool:
        """Whether it is our own judgement."""
        return self.source == OURS

    @property
    def origin(self) -> str:
        """Where it is from, with the day."""
        return f"{self.source}, {day(self.dated)}" if self.dated else self.source


class Choice(Record):
    """One assumption that is a word, or yes or no."""

    key: str
    group: str
    value: bool | str
    allowed: tuple[str, ...] = Field(default=())
    """None for yes or no."""
    why: str


def _range(low: float, likely: float, high: float) -> Amount:
    return Amount(low=low, likely=likely, high=high)


def _read() -> tuple[tuple[Default, ...], tuple[Choice, ...]]:
    tables = tomllib.loads((files("migration.costing") / "defaults.toml").read_text("utf-8"))
    numbers = [_default(one) for one in tables["number"]]
    return (*numbers, *_from_tables()), tuple(Choice.model_validate(one) for one in tables["choice"])


def _default(one: dict[str, Any]) -> Default:
    likely = one.pop("likely", None)
    low, high = one.pop("low", likely), one.pop("high", likely)
    amount = None if likely is None else _range(low, likely, high)
    return Default.model_validate({**one, "amount": amount})


def _from_tables() -> tuple[Default, ...]:
    rate, grid, azure = book().usd_per_gbp, carbon.table().grid, carbon.table().azure
    idle, full = azure.idle_watts_per_vcpu, azure.full_watts_per_vcpu
    low, next_losses = grid.next.kg_per_kwh, grid.next.losses_kg_per_kwh
    lowest = "UK electricity, generated; low: the set of 2026 as it is reported"
    of_grid = {"group": CARBON, "unit": "kg CO2e a kWh", "source": grid.source, "dated": grid.dated, "most": 5}
    of_azure = {"group": CARBON, "source": azure.source, "dated": azure.dated}
    rows: tuple[dict[str, Any], ...] = (
        {
            "key": "usd_per_gbp", "group": AZURE, "unit": "dollars to the pound", "exact": True, "least": 0.1,
            "most": 10, "amount": _range(rate.rate, rate.rate, rate.rate), "source": rate.what.split(":")[0],
            "dated": rate.dated, "why": "for prices that are known in dollars alone",
        },
        {"key": "grid_kg_per_kwh", "amount": _range(low, grid.kg_per_kwh, grid.kg_per_kwh), "why": lowest, **of_grid},
        {
            "key": "grid_losses", "why": "what the grid loses on the way", **of_grid,
            "amount": _range(next_losses, grid.losses_kg_per_kwh, grid.losses_kg_per_kwh),
        },
        {
            "key": "azure_watts_vcpu", "unit": "watts a vCPU", "why": "idle, half busy and busy", "most": 1000,
            "amount": _range(idle, (idle + full) / 2, full), **of_azure,
        },
        {
            "key": "azure_pue", "unit": "times", "why": "what Microsoft's buildings add; its newest are at 1.12",
            "amount": _range(1.12, azure.pue, 1.25), "least": 1, "most": 10, **of_azure,
        },
    )  # fmt: skip
    return tuple(Default.model_validate(one) for one in rows)


DEFAULTS, CHOICES = _read()
"""Every number, and every choice."""
