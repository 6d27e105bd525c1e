"""How risky a legacy system is, by the UK government's Legacy IT Risk Assessment Framework."""

from typing import Literal

from estate.records.base import Instant, Record


class Score(Record):
    """One criterion of the framework for one system or server."""

    criterion: str
    """Its id in our catalogue of the framework."""
    points: int | None
    """None: nobody has answered, and nothing was measured."""
    basis: Literal["measured", "answered", "open"]
    why: str
    """What was measured, or whose answer it is and of when, or what has to be asked."""


class Risk(Record):
    """The scores of one subject; a total is given only with the criteria that are still open beside it."""

    subject: str
    likelihood: tuple[Score, ...]
    impact: tuple[Score, ...]
    framework: str
    """Which framework and version."""
    at: Instant
