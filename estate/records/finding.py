"""A finding: what one rule says of one subject."""

from enum import StrEnum
from typing import Literal

from estate.records.base import Instant, Record

Severity = Literal["critical", "high", "medium", "low"]


class Status(StrEnum):
    """How a rule ended. Nothing that could not be decided is dropped."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    WAIVED = "waived"
    NOT_EVALUATED = "not evaluated"
    NOT_APPLICABLE = "not applicable"


class Control(Record):
    """One control of one version of a framework."""

    framework: str
    version: str
    id: str
    basis: Literal["published", "our judgement"] = "our judgement"


class Finding(Record):
    """What one rule says of one subject: a server's id, or a resource's name with its type."""

    rule: str
    title: str
    subject: str
    scope: Literal["stack", "host"]
    status: Status
    severity: Severity
    observed: str = ""
    """What was seen, redacted."""
    why: str = ""
    """For anything but a pass: the reason."""
    remedy: str = ""
    controls: tuple[Control, ...] = ()
    crashed: bool = False
    """The rule itself went wrong: ours to mend, and the run exits 5."""
    at: Instant
