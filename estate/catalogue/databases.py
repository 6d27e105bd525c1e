"""Managed databases in Azure: sizes of a flexible server, and what PostgreSQL extensions it has (`databases.json`).

The sizes are those that a plan takes, the newest of each kind; stacks take others as well.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from estate.records.assessment import DatabaseTier
from estate.records.base import Record

DatabaseProduct = Literal["PostgreSQL", "MySQL"]


class DatabaseSize(Record):
    """One size of a flexible server, of the products that take it."""

    tier: DatabaseTier
    sku: str
    vcores: int
    memory_gib: int
    products: tuple[DatabaseProduct, ...] = ("PostgreSQL", "MySQL")

    @property
    def memory_bytes(self) -> int:
        """Memory in bytes."""
        return self.memory_gib * 1024**3


class DatabaseTable(Record):
    """The table: `as_of` is the day of its newest page."""

    as_of: date
    source: str
    sizes: tuple[DatabaseSize, ...]
    storage_gib: tuple[int, ...]
    extensions: tuple[str, ...] = Field(repr=False)


@cache
def table() -> DatabaseTable:
    """The table that ships with Decant."""
    return DatabaseTable.model_validate_json((files("estate.catalogue") / "databases.json").read_bytes())


def smallest(
    product: DatabaseProduct, vcores: int, memory_bytes: int, tiers: Sequence[DatabaseTier]
) -> DatabaseSize | None:
    """The smallest size of these tiers that the product takes, with at least that much; None where none is so large."""
    fitting = [
        one
        for one in table().sizes
        if product in one.products
        and one.tier in tiers
        and one.vcores >= vcores
        and one.memory_bytes >= memory_bytes
    ]
    return min(fitting, key=lambda one: (one.vcores, one.memory_gib), default=None)


def storage(gib: int) -> int | None:
    """The smallest storage that holds so many GiB; None where none does."""
    return next((size for size in sorted(table().storage_gib) if size >= gib), None)
