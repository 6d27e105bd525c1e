"""Memory and swap."""

from estate.records.base import Record


class Swap(Record):
    """One area of swap: a partition or a file."""

    path: str
    type: str
    """`partition` or `file`."""
    size_bytes: int
    used_bytes: int


class Memory(Record):
    """Fact `memory`, in bytes."""

    total_bytes: int
    available_bytes: int | None = None
    swap_total_bytes: int = 0
    swap_free_bytes: int = 0
    swaps: tuple[Swap, ...] = ()
