"""A verification: whether source and target agree, by a check that knows nothing of how they were copied."""

from estate.records.base import Instant, Record


class Check(Record):
    """One comparison: a table, a sequence, a folder. `source` and `target` are digests or counts, never data."""

    name: str
    source: str
    target: str
    agrees: bool
    note: str = ""


class Verification(Record):
    """The outcome for one workload. `checks` holds every disagreement, and the agreements (files: by folder)."""

    id: str
    move: str
    workload: str
    method: str
    agrees: bool
    checks: tuple[Check, ...]
    items: int
    """How many tables and rows, or files, were compared."""
    frozen: bool
    """Whether the writing side stood still: only then is agreement final."""
    seconds: float
    at: Instant
