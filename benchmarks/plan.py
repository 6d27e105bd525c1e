"""How good the planner's plans are: beside their proved bounds, and beside a greedy planner."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Goal, Result, this_machine
from benchmarks.measure import used
from benchmarks.planned import Planned
from estate.progress import Progress, Step
from estate.records.base import now

SIZES = {200: 10.0, 2000: 60.0, 10000: 300.0}
"""Seconds for planning, by the number of servers."""
HARD = (200, 2000)
"""Of these numbers a second estate is planned, with contracts of which fewer can be kept."""
PRESSING = ("lateness", "exposure", "dual running")
GAPS = {200: 0.02, 2000: 0.05}
"""The greatest gap for each of these, by the number of servers."""
GRACE = 1.02
"""A plan is in time where it took so much of its seconds: the solver looks at the clock between two steps."""
MOST_MIB = 4096
GREEDY_CUT = 0.9


def run(command: str, progress: Progress) -> Result:
    """Plan an estate of each size, each in a process of its own. Raises `UnfinishedError` where one has no plan."""
    machine = this_machine()
    figures: list[Figure] = []
    root = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as folder:
        runs = [(str(servers), servers, "usual") for servers in SIZES]
        runs += [(f"{servers}_hard", servers, "hard") for servers in HARD]
        for number, (name, servers, contracts) in enumerate(runs):
            progress(Step("plan benchmark", number, len(runs), "estates", f"{servers} servers"))
            file = Path(folder) / f"{name}.json"
            argv = [
                sys.executable,
                "-m",
                "benchmarks.planned",
                str(servers),
                f"{SIZES[servers]:g}",
                contracts,
                str(file),
            ]
            spent = used(argv, Path(folder), {"PYTHONPATH": str(root)})
            planned = Planned.model_validate_json(file.read_text("utf-8"))
            figures += _figures(name, planned, spent.peak)
    found = {figure.name: figure.median for figure in figures}
    return Result(
        benchmark="plan",
        command=command,
        at=now(),
        machine=machine,
        figures=tuple(figures),
        goals=tuple(_goals(found)),
        left_out={},
    )


def _figures(estate: str, planned: Planned, peak: int) -> Iterator[Figure]:
    def figure(name: str, unit: str, value: float) -> Figure:
        return Figure(name=f"{estate}_{name}".replace(" ", "_"), unit=unit, values=(round(value, 4),))

    yield figure("seconds", "s", planned.seconds)
    yield figure("peak_mib", "MiB", peak / 2**20)
    yield figure("wrong", "", len(planned.wrong))
    yield figure("jobs", "", planned.jobs)
    yield figure("dependencies", "", planned.dependencies)
    for name, value in planned.reached.items():
        unit = "" if name == "cut" else "days"
        yield figure(name, unit, value)
        yield figure(f"{name} bound", unit, planned.bounds[name])
        yield figure(f"{name} gap", "", planned.gaps[name])
        if planned.greedy:
            yield figure(f"{name} by greedy", unit, planned.greedy[name])
    if planned.greedy.get("cut"):
        yield figure("cut vs greedy", "", planned.reached["cut"] / planned.greedy["cut"])
    yield figure("greedy seconds", "s", planned.greedy_seconds)


def _goals(found: dict[str, float]) -> Iterator[Goal]:
    def most(name: str, value: float) -> Goal:
        name = name.replace(" ", "_")
        return Goal(figure=name, wanted="at most", value=value, found=found.get(name))

    for servers, seconds in SIZES.items():
        yield most(f"{servers}_wrong", 0)
        yield most(f"{servers}_seconds", seconds * GRACE)
        for name in PRESSING if servers in GAPS else ():
            yield most(f"{servers}_{name}_gap", GAPS[servers])
    for servers in HARD:
        yield most(f"{servers}_hard_wrong", 0)
        yield most(f"{servers}_hard_seconds", SIZES[servers] * GRACE)
        for name in PRESSING:
            yield most(f"{servers}_hard_{name}_gap", GAPS[servers])
    yield most("2000_cut_vs_greedy", GREEDY_CUT)
    yield most("2000_hard_cut_vs_greedy", GREEDY_CUT)
    yield most("10000_peak_mib", MOST_MIB)
