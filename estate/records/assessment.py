"""An assessment: what should become of one server, with its reasons."""

import re
from datetime import date
from enum import StrEnum
from typing import Literal

from estate.records.base import Instant, Record

_SERVICE = re.compile(r"-((?:r|sp)\d+)\b")
"""Releases and service packs in the table's own spelling."""
_SQL_SERVER = {
    "17.0": "2025", "16.0": "2022", "15.0": "2019", "14.0": "2017", "13.0": "2016", "12.0": "2014", "11.0": "2012",
    "10.50": "2008 R2", "10.0": "2008", "10.00": "2008", "9.0": "2005", "9.00": "2005", "8.0": "2000",
}  # fmt: skip
"""The years by which people know SQL Server; the table has its versions."""


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

    @property
    def name(self) -> str:
        """Product and version: "PHP 8.2", "Windows Server 2012 R2"; the product alone where the version is not known."""
        return f"{self.product} {self.release}".strip()

    @property
    def release(self) -> str:
        """The version as its makers write it: "2008 R2 SP1" for the table's "2008-r2-sp1", "2012 SP4" for "11.0-sp4"."""
        written = self.version
        if self.product == "Microsoft SQL Server":
            number, dash, pack = written.partition("-")
            written = _SQL_SERVER.get(number, number) + dash + pack
        return _SERVICE.sub(lambda part: f" {part[1].upper()}", written)


DiskKind = Literal["StandardSSD_LRS", "Premium_LRS"]
DatabaseTier = Literal["Burstable", "GeneralPurpose", "MemoryOptimized"]


class SizedDisk(Record):
    """One managed disk."""

    kind: DiskKind
    tier: str
    """What it is charged as: `E10`, `P30`."""
    gib: int
    """What that size class holds; the disk itself may be smaller."""
    iops: int
    mbps: int
    why: str


class ManagedDatabase(Record):
    """A managed server that could hold a server's databases."""

    service: Literal["Azure Database for PostgreSQL", "Azure Database for MySQL"]
    tier: DatabaseTier
    sku: str
    vcores: int
    memory_bytes: int
    storage_gib: int
    instead: bool
    """Whether it takes the place of the machine: nothing else is on the server."""
    why: str


class Size(Record):
    """What a server would need in Azure, and what that is based on."""

    sku: str
    vcpus: int
    memory_bytes: int
    disk_bytes: int | None = None
    basis: str
    """"as it is: nothing was observed over time", for example."""
    burstable: bool = False
    disks: tuple[SizedDisk, ...] = ()
    """The system's first. None where no disk of the server is known."""
    disks_why: str = ""
    """What the disks are based on, or why they are not known."""
    database: ManagedDatabase | None = None
    options: tuple[str, ...] = ()
    """Other ways for its databases, and what speaks against a managed one."""


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
