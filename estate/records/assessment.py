"""An assessment: what should become of one server, with its reasons."""

from datetime import date
from enum import StrEnum
from typing import Literal

from estate.records.base import Instant, Record


class Disposition(StrEnum):
    """The 7 Rs."""

    RETIRE = "retire"
    RETAIN = "retain"
    REHOST = "rehost"
    RELOCATE = "relocate"
    REPURCHASE = "repurchase"
    REPLATFORM = "replatform"
    REFACTOR = "refactor"


class Support(Record):
    """Whether one product found on a server is still supported, from a dated table."""

    product: str
    version: str
    status: Literal["supported", "ends soon", "ended", "unknown"]
    ends: date | None = None
    extended_until: date | None = None
    until: date | None = None
    """The last day of fixes that come without paying: of ordinary support, or of an extension for everyone."""
    reason: str = ""
    table_date: date
    source: str


class Size(Record):
    """What a server would need in Azure, and what that is based on."""

    sku: str
    vcpus: int
    memory_bytes: int
    disk_bytes: int | None = None
    basis: str
    """"as it is: nothing was observed over time", for example."""


class Assessment(Record):
    """One server's future. `readiness` is one of four words; `reasons` and `against` are for people."""

    server: str
    support: tuple[Support, ...] = ()
    disposition: Disposition | None = None
    """None where too little is known to say."""
    readiness: Literal["ready", "ready with conditions", "not ready", "unknown"]
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    tool: str = ""
    size: Size | None = None
    overridden_by: str | None = None
    at: Instant
