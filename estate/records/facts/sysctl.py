"""Kernel settings that matter for security and sizing."""

from estate.records.base import Record


class Sysctl(Record):
    """Fact `sysctl`: values by dotted name. A name that the kernel does not know is left out."""

    values: dict[str, str]
