"""Memory and swap."""

from estate.records.base import Record


class Memory(Record):
    """Fact `memory`, in bytes."""

    total_bytes: int
    available_bytes: int | None = None
    swap_total_bytes: int = 0
    swap_free_bytes: int = 0
