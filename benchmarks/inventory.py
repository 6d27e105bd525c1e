"""How fast Decant reads many hosts, beside its peers and the floor."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import benchmarks.peers
from benchmarks.figures import Figure, Goal, Result, by_name, this_machine
from benchmarks.measure import spent
from benchmarks.peers.base import Contestant, Course
from benchmarks.peers.floor import Floor
from estate.errors import UnfinishedError
from estate.progress import Progress, Step
from estate.records.base import now
from estate.registry import load
from practice.fleet import Fleet

ESTATE = "bench"
TASK = "inventory benchmark"


def run(command: str, hosts: int, repeat: int, progress: Progress) -> Result:
    """`repeat` rounds over `hosts` light hosts; within a round every contestant runs once, in turn.

    Raises `UnfinishedError` where one did not read every host: a partial run is no figure.
    """
    machine = this_machine()
    found = load(benchmarks.peers, "CONTESTANT", Contestant, lambda one: one.name)  # type: ignore[type-abstract]  # looked at when run
    left_out = {name: why for name, one in found.items() if (why := one.missing())}
    taking_part = {name: one for name, one in found.items() if name not in left_out}
    walls: dict[str, list[float]] = {name: [] for name in taking_part}
    busy: dict[str, list[float]] = {name: [] for name in taking_part}
    a_host: list[float] = []
    fleet = Fleet(ESTATE)
    try:
        fleet.resize(hosts, progress)
        with tempfile.TemporaryDirectory(prefix="decant-bench-") as scratch:
            for turn in range(repeat):
                for name, one in taking_part.items():
                    folder = Path(scratch) / f"{name}-{turn}"
                    folder.mkdir()
                    course = Course(fleet, folder)
                    one.prepare(course)
                    with spent() as cost:
                        whole = one.run(course)
                    if whole != hosts:
                        raise UnfinishedError(f"{name} read {whole} of {hosts} hosts", "run it by hand to see why")
                    walls[name].append(cost.wall)
                    busy[name].append(cost.cpu)
                    progress(Step(TASK, turn + 1, repeat, "rounds", f"{name}: {cost.wall:.2f} s"))
                a_host.append(_remote_seconds(Course(fleet, Path(scratch))) * 1000)
    finally:
        fleet.estate.down(progress)
    figures = [
        *(Figure(name=f"{name}_seconds", unit="s", values=_round(walls[name])) for name in walls),
        *(Figure(name=f"{name}_cpu_seconds", unit="s", values=_round(busy[name])) for name in busy),
        *(
            Figure(name=f"{name}_hosts_a_second", unit="1/s", values=_round([hosts / w for w in walls[name]]))
            for name in walls
        ),
        Figure(name="remote_cpu_ms_a_host", unit="ms", values=_round(a_host)),
    ]
    figures += _ratios(walls)
    medians = {name: figure.median for name, figure in by_name(figures).items()}
    goals = [
        Goal(figure="ratio_vs_ansible", wanted="at least", value=8, found=medians.get("ratio_vs_ansible")),
        Goal(figure="ratio_vs_floor", wanted="at most", value=1.4, found=medians.get("ratio_vs_floor")),
        Goal(figure="remote_cpu_ms_a_host", wanted="at most", value=60, found=medians["remote_cpu_ms_a_host"]),
    ]
    return Result(
        benchmark="inventory",
        command=command,
        at=now(),
        machine=machine,
        figures=tuple(figures),
        goals=tuple(goals),
        left_out=left_out,
    )


def _remote_seconds(course: Course) -> float:
    floor = Floor()
    floor.prepare(course)
    return floor.seconds_a_host(course)


def _ratios(walls: dict[str, list[float]]) -> list[Figure]:
    """Decant's speed over each peer's, and its time over the floor's, round by round."""
    made = []
    for name, seconds in walls.items():
        pairs = list(zip(walls["decant"], seconds, strict=True))
        if name == "floor":
            made.append(Figure(name="ratio_vs_floor", unit="", values=_round([ours / it for ours, it in pairs])))
        elif name != "decant":
            made.append(Figure(name=f"ratio_vs_{name}", unit="", values=_round([it / ours for ours, it in pairs])))
    return made


def _round(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(value, 4) for value in values)
