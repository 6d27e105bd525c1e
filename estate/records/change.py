"""A change: one thing of the estate that appeared, went, or has another value than before."""

from typing import Literal

from estate.records.base import Instant, Record


class Change(Record):
    """One change between two moments."""

    kind: Literal["server", "workload", "dependency", "fact"]
    id: str
    what: Literal["appeared", "gone", "changed"]
    field: str = ""
    """Of what changed: the field; empty for what appeared or went."""
    before: str = ""
    after: str = ""
    at: Instant
    """When it was noted."""
