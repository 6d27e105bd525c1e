"""Managed disks for a server: by what its disks hold now, and by what was seen of their use.

A disk can grow and never shrink, so each is as big as it is now. Which of them does the work is not known: the largest
has to do all that was observed. Without observation, databases get Premium SSD and everything else Standard SSD.
"""

import math
from collections.abc import Sequence

from estate.catalogue import disks
from estate.records.assessment import SizedDisk
from estate.records.facts.disks import Disks
from estate.records.server import ServerFacts
from migration.sizing.need import Need

GIB = 1024**3


def capacities(facts: ServerFacts) -> tuple[int, ...]:
    """The bytes of each of its disks, in their order; all as one where only the total is known; none where neither is."""
    known = facts.get("disks", Disks)
    whole = [one.size_bytes for one in known.disks if one.type == "disk" and not one.removable] if known else []
    found = [one for one in whole if one > 0]
    if found:
        return tuple(found)
    total = facts.server.disk_bytes
    return (total,) if total else ()


def sized(facts: ServerFacts, need: Need, database: bool) -> tuple[tuple[SizedDisk, ...], str]:
    """The disks, the system's first, and what they are based on. `database`: whether the server holds one.

    None, with the reason, where no size of a disk is known.
    """
    found = capacities(facts)
    if not found:
        return (), "the sizes of its disks are not known"
    most = disks.largest("Premium_LRS").gib
    parts = [part for one in found for part in _parts(math.ceil(one / GIB), most)]
    busiest = parts.index(max(parts))
    made = tuple(
        _disk(gib, need if place == busiest else None, database and (place > 0 or len(parts) == 1))
        for place, gib in enumerate(parts)
    )
    return made, _basis(facts, need, len(found))


def _parts(gib: int, most: int) -> Sequence[int]:
    """One disk, or as many as it takes where no disk is so large."""
    whole, rest = divmod(gib, most)
    return [most] * whole + ([rest] if rest else [])


def _disk(gib: int, need: Need | None, database: bool) -> SizedDisk:
    iops, mbps = (need.iops or 0.0, need.mbps or 0.0) if need else (0.0, 0.0)
    ordinary = disks.smallest("StandardSSD_LRS", gib)
    seen = need is not None and need.iops is not None
    if ordinary and not (database and not seen) and ordinary.iops >= iops and ordinary.mbps >= mbps:
        tier, why = ordinary, f"{gib:,} GiB"
    else:
        fast = disks.smallest("Premium_LRS", gib, iops, mbps)
        tier = fast or disks.largest("Premium_LRS")
        why = f"{gib:,} GiB" + (", for a database" if database and not seen else "")
        if fast is None:
            why += "; no Premium SSD does what was observed: look at Premium SSD v2 or Ultra Disk"
    if seen:
        why += f", {iops:,.0f} operations and {mbps:,.1f} MB a second"
    return SizedDisk(kind=tier.kind, tier=tier.tier, gib=tier.gib, iops=tier.iops, mbps=tier.mbps, why=why)


def _basis(facts: ServerFacts, need: Need, count: int) -> str:
    known = facts.get("disks", Disks) is not None
    what = (
        "each disk as big as it is now" if known or count > 1 else "one disk of all that it has: no more is known"
    )
    if need.iops is None:
        return f"{what}; how much they are used was not observed"
    return f"{what}; the largest does all that was observed 95% of the time, {need.comfort:g} times"
