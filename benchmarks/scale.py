"""Whether Decant stays as it is with many hosts: its memory, its time a host, and what dead hosts cost the others."""

import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from benchmarks.dead import dead_hosts
from benchmarks.figures import Figure, Goal, Result, by_name, this_machine
from benchmarks.measure import Used, used
from benchmarks.peers.base import Course
from benchmarks.peers.decant import Decant
from estate.progress import Progress, Step
from estate.records.base import now
from estate.transport.ssh import Timeouts
from practice import handover, many
from practice.fleet import Fleet

ESTATE = "bench"
TASK = "scale benchmark"
FEW = 200
"""Recorded hosts that the many are compared with."""
ALIVE, DEAD = 10, 40
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "estate_list": ("estate", "list", "--json"),
    "estate_show": ("estate", "show", "web-legacy-0001", "--json"),
    "estate_map": ("estate", "map", "--output", "estate.svg"),
    "estate_changes": ("estate", "changes", "--since", "2020-01-01", "--json"),
    "assess": ("assess", "--json"),
    "plan": ("plan", "--json"),
}
"""What people do with what was read; the names that the figures have."""
MIB = 1 << 20

Values = dict[str, list[float]]


def run(command: str, recorded: int, real: int, repeat: int, progress: Progress) -> Result:
    """`recorded` hosts from transcripts, `real` light hosts, and dead ones among live ones; each `repeat` times.

    Raises `UnfinishedError` where a host was not read that should have been: a partial run is no figure.
    """
    machine = this_machine()
    values: Values = {}
    for turn in range(repeat):
        progress(Step(TASK, turn, repeat, "rounds", "from transcripts"))
        with tempfile.TemporaryDirectory(prefix="decant-scale-") as scratch:
            _recorded(Path(scratch), recorded, values)
    fleet = Fleet(ESTATE)
    try:
        for count in (real // 4, real):
            fleet.resize(count, progress)
            for turn in range(repeat):
                progress(Step(TASK, turn, repeat, "rounds", f"{count} light hosts"))
                _real(fleet, count, "few" if count < real else "many", values)
        fleet.resize(ALIVE, progress)
        for turn in range(repeat):
            progress(Step(TASK, turn, repeat, "rounds", "dead hosts"))
            _dead(fleet, values)
    finally:
        fleet.estate.down(progress)
    figures = [
        Figure(name=name, unit=_unit(name), values=tuple(round(v, 4) for v in all_))
        for name, all_ in values.items()
    ]
    medians = {name: figure.median for name, figure in by_name(figures).items()}
    wanted = {
        "recorded_many_peak_mib": 300,
        "recorded_peak_ratio_many_to_few": 2,
        "recorded_time_ratio_last_to_first_fifth": 1.5,
        "real_many_peak_mib": 300,
        "real_time_a_host_ratio_many_to_few": 1.3,
        "dead_cost_in_time_outs": 1.3,
    }
    return Result(
        benchmark="scale",
        command=command,
        at=now(),
        machine=machine,
        figures=tuple(figures),
        goals=tuple(
            Goal(figure=name, wanted="at most", value=value, found=medians[name]) for name, value in wanted.items()
        ),
        left_out={},
    )


def _recorded(folder: Path, count: int, values: Values) -> None:
    """A few hosts, then many, from transcripts; then what people do with the many."""
    many.write(folder, count)
    names = sorted(path.name for path in (folder / "transcripts").iterdir())
    few = _discover(folder, "few", names[:FEW])
    all_ = _discover(folder, "many", names)
    for size, one, hosts in (("few", few, min(FEW, count)), ("many", all_, count)):
        _add(values, f"recorded_{size}_peak_mib", one.peak / MIB)
        _add(values, f"recorded_{size}_seconds", one.wall)
        _add(values, f"recorded_{size}_ms_a_host", one.wall * 1000 / hosts)
    _add(values, "recorded_peak_ratio_many_to_few", all_.peak / few.peak)
    _add(values, "recorded_time_ratio_last_to_first_fifth", _slowdown(folder / "many" / ".decant" / "estate.db"))
    for name, words in COMMANDS.items():
        one = _decant(folder / "many", *words)
        _add(values, f"{name}_seconds", one.wall)
        _add(values, f"{name}_peak_mib", one.peak / MIB)


def _discover(folder: Path, size: str, names: Sequence[str]) -> Used:
    _decant(folder, "init", size)
    (folder / size / "hosts.toml").write_bytes((folder / "hosts.toml").read_bytes())
    return _decant(folder / size, "discover", *names, "--replay", str(folder / "transcripts"), "--json")


def _decant(at: Path, *words: str) -> Used:
    return used([sys.executable, "-m", "decant", *words], at, {"HOME": str(at)})


def _slowdown(database: Path) -> float:
    """How long the last fifth of the hosts took, as a multiple of the first: by when each was read."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as found:
        rows = found.execute("SELECT at FROM observation WHERE fact = 'os' ORDER BY at").fetchall()
    times = [datetime.fromisoformat(row[0]).timestamp() for row in rows]
    fifth = len(times) // 5
    return (times[-1] - times[-fifth]) / (times[fifth - 1] - times[0])


def _real(fleet: Fleet, count: int, size: str, values: Values) -> None:
    """Light hosts over SSH, as in the inventory benchmark."""
    with tempfile.TemporaryDirectory(prefix="decant-scale-") as scratch:
        course = Course(fleet, Path(scratch))
        Decant().prepare(course)
        one = _over_ssh(course)
    _add(values, f"real_{size}_seconds", one.wall)
    _add(values, f"real_{size}_ms_a_host", one.wall * 1000 / count)
    _add(values, f"real_{size}_peak_mib", one.peak / MIB)
    if size == "many":
        before = values["real_few_ms_a_host"][len(values["real_many_ms_a_host"]) - 1]
        _add(values, "real_time_a_host_ratio_many_to_few", one.wall * 1000 / count / before)


def _over_ssh(course: Course, fails: bool = False) -> Used:
    words = [sys.executable, "-m", "decant", "--workspace", "workspace", "discover", "--tier", "1", "--json"]
    return used(course.fleet.estate.command(words), course.folder, {"HOME": str(course.folder)}, 3 if fails else 0)


def _dead(fleet: Fleet, values: Values) -> None:
    """Live hosts alone, then behind dead ones of every sort in the hosts file."""
    with tempfile.TemporaryDirectory(prefix="decant-scale-") as scratch, dead_hosts(fleet.estate, DEAD) as dead:
        course = Course(fleet, Path(scratch))
        Decant().prepare(course)
        alone = _over_ssh(course)
        hosts = course.folder / "workspace" / "hosts.toml"
        live = hosts.read_text()
        hosts.write_text(
            handover.tables("host", [one.model_dump(exclude_defaults=True) for one in dead]) + "\n" + live
        )
        among = _over_ssh(course, fails=True)
    _add(values, "live_alone_seconds", alone.wall)
    _add(values, "live_among_dead_seconds", among.wall)
    _add(values, "dead_cost_in_time_outs", (among.wall - alone.wall) / Timeouts().handshake)


def _add(values: Values, name: str, value: float) -> None:
    values.setdefault(name, []).append(value)


def _unit(name: str) -> str:
    for ending, unit in (("_mib", "MiB"), ("_seconds", "s"), ("_ms_a_host", "ms")):
        if name.endswith(ending):
            return unit
    return ""
