"""A preview of one stack: every resource that its program registers, and what it would cost."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from estate.records.base import Instant, Record

StackKind = Literal["production", "test", "incident", "rehearsal"]

SECRET = "[secret]"  # noqa: S105 - a mark, not a password
"""What stands in a preview for a value that is secret."""
UNKNOWN = "[unknown]"
"""What stands in a preview for a value that is only known once the stack is built."""


class Resource(Record):
    """One registered resource. Secret inputs are `[secret]`, with their paths in `secrets`; what only the cloud
    will say is `[unknown]`."""

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    property_dependencies: dict[str, tuple[str, ...]] = Field(
        default={}, serialization_alias="propertyDependencies"
    )
    protect: bool = False
    custom: bool = True
    """False for a component, which is made of other resources and costs nothing itself."""
    aliases: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class EstimateLine(Record):
    """What one resource costs a month, in pounds, and how that was reckoned."""

    resource: str
    type: str
    meter: str
    quantity: float
    unit: str
    unit_gbp: float
    monthly_gbp: float
    basis: str = ""
    """On what the price rests: `published`, or why it is an estimate (`estate/catalogue/prices.py`)."""
    assumption: str = ""
    dated: date | None = None
    """The day of the price; None for one that bears no day."""
    source: str = ""
    """The list that the price is from."""


GUESSED = frozenset({"scaled", "sibling", "other region"})
"""Bases of prices that are our own judgement, bear no date, or are another region's."""


class Unpriced(Record):
    """A resource that may cost something, and why no figure is given."""

    resource: str
    type: str
    why: str


class Estimate(Record):
    """A month's cost in GBP, without VAT. What has no price is listed and is not counted as zero."""

    monthly_gbp: float
    priced_at: date
    source: str
    lines: tuple[EstimateLine, ...]
    unpriced: tuple[Unpriced, ...] = ()

    @property
    def guessed_gbp(self) -> float:
        """How much of the total rests on guessed prices, in pounds a month."""
        return round(sum(line.monthly_gbp for line in self.lines if line.basis in GUESSED), 2)


class Preview(Record):
    """What one stack would register. No state and no difference: it says what the program asks for."""

    stack: str
    kind: StackKind
    settings_sha256: str
    programs_sha256: str = ""
    """Of the programs, prices and sizes that made it; empty in a preview of an earlier Decant."""
    resources: tuple[Resource, ...]
    outputs: dict[str, Any] = {}
    estimate: Estimate
    warnings: tuple[str, ...] = ()
    example: bool = False
    """Its machines, databases and assumptions are still those of the template: nobody has sized them yet."""
    seconds: float = 0.0
    at: Instant

    @property
    def built(self) -> tuple[Resource, ...]:
        """What Azure would hold: neither components, which are made of these, nor Pulumi's own providers."""
        return tuple(one for one in self.resources if one.custom and not one.type.startswith("pulumi:"))
