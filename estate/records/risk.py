"""How risky a legacy system is, by the UK government's Legacy IT Risk Assessment Framework."""

from collections.abc import Sequence
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
    most: int = 6
    """The highest score that the criterion can have; the lowest is 1."""


class Risk(Record):
    """The scores of one subject; a total is given only with the criteria that are still open beside it."""

    subject: str
    likelihood: tuple[Score, ...]
    impact: tuple[Score, ...]
    framework: str
    """Which framework and version."""
    at: Instant
    red_from: float = 16
    """The overall score from which the framework calls a system red."""
    legacy_from: int = 3
    """The likelihood score from which it calls a system legacy."""

    @property
    def lowest(self) -> float:
        """The overall score if every open criterion turned out to be the least: 1 to 30."""
        return round(_total(self.likelihood, least=True) * _total(self.impact, least=True), 1)

    @property
    def highest(self) -> float:
        """The overall score if every open criterion turned out to be the worst."""
        return round(_total(self.likelihood, least=False) * _total(self.impact, least=False), 1)

    @property
    def open(self) -> tuple[Score, ...]:
        """The criteria that nobody has answered and nothing tells."""
        return tuple(one for one in (*self.likelihood, *self.impact) if one.points is None)

    @property
    def rating(self) -> Literal["red", "not red", "open"]:
        """Whether it is red, whatever the open criteria turn out to be; `open` where they decide."""
        if self.lowest >= self.red_from:
            return "red"
        return "not red" if self.highest < self.red_from else "open"

    @property
    def legacy(self) -> bool | None:
        """Whether the framework calls it legacy; None where only open criteria can tell."""
        if any(one.points is not None and one.points >= self.legacy_from for one in self.likelihood):
            return True
        return None if any(one.points is None for one in self.likelihood) else False


def _total(scores: Sequence[Score], *, least: bool) -> float:
    """One side's total: half of the mean and the highest score together; 0 for no criterion."""
    points = [one.points if one.points is not None else 1 if least else one.most for one in scores]
    return (sum(points) / len(points) + max(points)) / 2 if points else 0.0
