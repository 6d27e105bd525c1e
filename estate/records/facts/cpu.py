"""Processors."""

from estate.records.base import Record


class Cpu(Record):
    """Fact `cpu`. Loads are the averages over 1, 5 and 15 minutes."""

    count: int
    model: str = ""
    load_1: float | None = None
    load_5: float | None = None
    load_15: float | None = None
