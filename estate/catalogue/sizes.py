"""The Azure VM sizes that Decant reckons with, from a dated table (`sizes.json`)."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import Field

from estate.records.base import Record


class VmSize(Record):
    """One size: what a machine of it has."""

    series: str
    vcpus: int
    memory_gib: int
    max_data_disks: int
    burstable: bool
    """Earns credits while idle and spends them under load: for servers that mostly wait."""
    uncached_iops: int | None = None
    """Disk operations a second for all disks together, without bursting; None where the table does not say."""
    uncached_mbps: float | None = None
    """The same in megabytes a second."""
    baseline_vcpus: float | None = None
    """Of a burstable size: how many vCPUs may be busy all the time without spending credits."""

    @property
    def memory_bytes(self) -> int:
        """Memory in bytes."""
        return self.memory_gib * 1024**3


class SizeTable(Record):
    """The table: `as_of` is the day on which it was read from `source`."""

    as_of: date
    source: str
    sizes: dict[str, VmSize] = Field(repr=False)


@cache
def table() -> SizeTable:
    """The table that ships with Decant."""
    return SizeTable.model_validate_json((files("estate.catalogue") / "sizes.json").read_bytes())


def sizes() -> Mapping[str, VmSize]:
    """Every size by its Azure name (`Standard_D2as_v5`), smallest of each series first."""
    return table().sizes


def smallest(vcpus: int, memory_bytes: int, series: str) -> str | None:
    """The smallest size of `series` with at least that much; None where the series has none so large."""
    fitting = [
        (size.vcpus, size.memory_gib, name)
        for name, size in sizes().items()
        if size.series == series and size.vcpus >= vcpus and size.memory_bytes >= memory_bytes
    ]
    return min(fitting)[2] if fitting else None
