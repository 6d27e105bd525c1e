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


class Preview(Record):
    """What one stack would register. No state and no difference: it says what the program asks for."""

    stack: str
    kind: StackKind
    settings_sha256: str
    resources: tuple[Resource, ...]
    outputs: dict[str, Any] = {}
    estimate: Estimate
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    at: Instant
