"""What a benchmark found: figures with their spread, and each goal beside the figure that it is about."""

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import computed_field

from estate.records.base import Instant, Record


class Figure(Record):
    """One figure, from every repetition."""

    name: str
    unit: str
    values: tuple[float, ...]

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way of a computed field
    @property
    def median(self) -> float:
        """The middle value."""
        return round(statistics.median(self.values), 4)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def spread(self) -> float:
        """From the least to the greatest, as a share of the median."""
        return round((max(self.values) - min(self.values)) / self.median, 3) if self.median else 0.0


class Goal(Record):
    """What a figure's median should be."""

    figure: str
    wanted: Literal["at least", "at most"]
    value: float
    found: float | None
    """None where what it takes could not run."""

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def met(self) -> bool:
        """Whether it is reached."""
        if self.found is None:
            return False
        return self.found >= self.value if self.wanted == "at least" else self.found <= self.value


class Machine(Record):
    """Where it ran: seconds hold for this machine only, ratios carry over."""

    cores: int
    processor: str
    kernel: str
    load_before: float
    """The load of the last minute before the run: above 0.5 somebody else was at work."""


class Result(Record):
    """One benchmark, whole."""

    benchmark: str
    command: str
    at: Instant
    machine: Machine
    figures: tuple[Figure, ...]
    goals: tuple[Goal, ...]
    left_out: dict[str, str]
    """Peers that could not run, and why."""

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def met(self) -> bool:
        """All goals reached, and every peer ran."""
        return not self.left_out and all(goal.met for goal in self.goals)


def this_machine() -> Machine:
    """The machine as it is now, before the run."""
    lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return Machine(
        cores=os.cpu_count() or 1,
        processor=models[0] if models else "unknown",
        kernel=platform.release().partition("-")[0],
        load_before=round(os.getloadavg()[0], 2),
    )


def by_name(figures: Sequence[Figure]) -> dict[str, Figure]:
    """Figures by their names."""
    return {figure.name: figure for figure in figures}
