"""One fact about one server at one time, or why there is none. Unknown is never shown as none."""

from enum import StrEnum
from typing import Any, TypeVar

from estate.records.base import Instant, Record

Payload = TypeVar("Payload", bound=Record)


class Outcome(StrEnum):
    """How the reading of one fact ended."""

    KNOWN = "known"
    ABSENT = "absent"
    """The thing is not there: the tool that would tell ran, or its absence itself tells."""
    UNREADABLE = "unreadable"
    """It is there, or may be, but a right was missing."""
    FAILED = "failed"
    """The reading went wrong: time-out, cut output, garbage."""


class Observation(Record):
    """What one reading of one fact gave. `payload` is there exactly when the outcome is known."""

    server: str
    fact: str
    outcome: Outcome
    payload: dict[str, Any] | None = None
    reason: str = ""
    """Why it is not known: one line."""
    privilege: str = ""
    """The right that was missing, where one was."""
    partial: str = ""
    """What a known payload may lack for want of a right ("processes of other users")."""
    at: Instant

    def as_(self, kind: type[Payload]) -> Payload | None:
        """The payload as its typed record; None where the outcome is not known."""
        return None if self.payload is None else kind.model_validate(self.payload)
