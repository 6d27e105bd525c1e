"""One generated estate, planned once, in a process of its own.

`python -m benchmarks.planned SERVERS SECONDS usual|hard FILE`
"""

import sys
from pathlib import Path
from time import monotonic

from benchmarks.generated import CONTRACTS, HARD, Contracts, estate
from estate.errors import UnfinishedError
from estate.records.base import Record
from migration.planner.checker import broken, measured
from migration.planner.greedy import greedy
from migration.planner.schedule import Impossible, Measure
from migration.planner.solve import solve
from migration.planner.translate import Translation

ESTATES: dict[str, tuple[int, Contracts]] = {"usual": (1, CONTRACTS), "hard": (2, HARD)}
"""The seed of each, and its contracts."""


class Planned(Record):
    """What one run came to."""

    seconds: float
    """Of planning alone: not of making up the estate, and not of checking."""
    jobs: int
    dependencies: int
    """The weight of all links."""
    reached: dict[str, int]
    bounds: dict[str, float]
    gaps: dict[str, float]
    greedy: dict[str, int]
    """What the greedy planner comes to; empty where it finds no plan."""
    greedy_seconds: float
    wrong: list[str]
    """What the independent checker found against the plan."""


def planned(servers: int, seconds: float, contracts: str) -> Planned:
    """Plan an estate of so many servers, beside the greedy planner, and let the checker judge both."""
    problem = estate(servers, *ESTATES[contracts])
    names = ("lateness", "exposure", "dual running", "cut")
    begun = monotonic()
    translation = Translation(problem)
    simple = greedy(translation.tables())
    greedy_seconds = monotonic() - begun
    by_greedy: dict[str, int] = {}
    if simple is not None:
        windows = translation.named(simple)
        by_greedy = {} if broken(problem, windows) else dict(zip(names, measured(problem, windows), strict=True))
    begun = monotonic()
    found = solve(problem, seconds)
    took = monotonic() - begun
    if isinstance(found, Impossible):
        raise UnfinishedError(f"no plan for {servers} servers: {found.reasons}", "make an estate that has one")
    return Planned(
        seconds=round(took, 2),
        jobs=len(problem.jobs),
        dependencies=sum(link.weight for link in problem.links),
        reached={one.name: one.value for one in found.measures},
        bounds={one.name: one.bound for one in found.measures},
        gaps={one.name: one.gap for one in found.measures},
        greedy=by_greedy,
        greedy_seconds=round(greedy_seconds, 2),
        wrong=_wrong(
            problem_wrong=broken(problem, found.windows),
            told=found.measures,
            true=measured(problem, found.windows),
        ),
    )


def _wrong(problem_wrong: list[str], told: tuple[Measure, ...], true: tuple[int, ...]) -> list[str]:
    """What is broken, and what the planner says that is not so."""
    return problem_wrong + [
        f"{one.name} is {value}, not {one.value}"
        for one, value in zip(told, true, strict=True)
        if one.value != value
    ]


if __name__ == "__main__":
    size, limit, kind, to = sys.argv[1:]
    Path(to).write_text(planned(int(size), float(limit), kind).model_dump_json(), "utf-8")
