"""The managed disks that Decant reckons with: what each size class holds and can do, from a dated table (`disks.json`)."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from estate.records.assessment import DiskKind
from estate.records.base import Record


class Tier(Record):
    """One size class: a disk is charged by the smallest that holds it."""

    kind: DiskKind
    tier: str
    """`E10`, `P30`."""
    gib: int
    iops: int
    """Operations a second, without bursting."""
    mbps: int
    """Megabytes a second, without bursting."""


class DiskTable(Record):
    """The table: `as_of` is the day of its newest page."""

    as_of: date
    source: str
    tiers: tuple[Tier, ...]


@cache
def table() -> DiskTable:
    """The table that ships with Decant."""
    return DiskTable.model_validate_json((files("estate.catalogue") / "disks.json").read_bytes())


def tiers(kind: DiskKind) -> Sequence[Tier]:
    """The size classes of a kind, the smallest first."""
    return sorted((one for one in table().tiers if one.kind == kind), key=lambda one: one.gib)


def largest(kind: DiskKind) -> Tier:
    """The size class of a kind that holds most."""
    return tiers(kind)[-1]


def smallest(kind: DiskKind, gib: int, iops: float = 0, mbps: float = 0) -> Tier | None:
    """The smallest size class that holds so much and does so much; None where none does."""
    fitting = (one for one in tiers(kind) if one.gib >= gib and one.iops >= iops and one.mbps >= mbps)
    return next(fitting, None)
