"""Managed disks, by the size class that each is charged as."""

from collections.abc import Iterator, Sequence

from estate.records.cost import CostLine, NotPriced
from migration.costing.base import Case, Found, Kind, charge
from migration.costing.figure import number


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        size = subject.machine
        if size is None:
            continue
        if not size.disks:
            yield NotPriced(
                subject=subject.id,
                what="its disks",
                why=size.disks_why or "assess it anew: its disks were not sized",
            )
        for place, disk in enumerate(size.disks, 1):
            what = f"disk {disk.tier} of {disk.gib:,} GiB"
            yield charge(
                case,
                subject.id,
                f"disk/{disk.kind}/{disk.tier}",
                number(12, "months"),
                what,
                "storage",
                f"disk-{place}",
            )
            if disk.kind == "StandardSSD_LRS":
                # The meter counts by 10,000.
                operations = (
                    number(12)
                    * case.assumed("disk_million_operations", "million operations a month")
                    * number(100)
                )
                yield charge(
                    case, subject.id, f"disk/{disk.kind}/operations", operations, f"operations of disk {disk.tier}",
                    "storage", f"operations-{place}",
                )  # fmt: skip


KIND = Kind("storage", _reckon)
