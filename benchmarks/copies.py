"""How long Decant takes to a verified copy on another host, beside its peers at their best."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import benchmarks.copiers
from benchmarks.copiers.base import DATABASE, SOURCES, TARGET, TREE, Copier, Field
from benchmarks.figures import Figure, Goal, Result, this_machine
from estate.progress import Progress, Step
from estate.records.base import now
from estate.registry import load
from practice.estate import Estate

ESTATE = "bench"
TASK = "move benchmark"
SMALL, LARGE_MIB = 20_000, 200
"""Files of 8 KiB in folders of 200, and four large ones: a shared drive has both."""
GOALS: Mapping[str, tuple[str, str, float]] = {
    "files_ratio": ("decant-files", "rsync", 0.9),
    "postgres_ratio": ("decant-postgres", "pgcopydb", 0.9),
}
"""Decant's time over the peer's, and what it should be at most."""
MIB = 1 << 20


def run(command: str, repeat: int, scale: int, progress: Progress) -> Result:
    """`repeat` rounds; in each every contestant copies once, in turn. `scale` is pgbench's: 15 MB each."""
    machine = this_machine()
    found = load(benchmarks.copiers, "CONTESTANT", Copier, lambda one: one.name)  # type: ignore[type-abstract]  # looked at when run
    left_out = {name: why for name, one in found.items() if (why := one.missing())}
    taking_part = {name: one for name, one in found.items() if name not in left_out}
    values: dict[str, list[float]] = defaultdict(list)
    estate = Estate(ESTATE)
    try:
        estate.up(progress)
        with tempfile.TemporaryDirectory(prefix="decant-bench-") as scratch:
            field = Field(estate, Path(scratch) / "council")
            _fill(field, scale, progress)
            _open_workspace(field)
            for one in taking_part.values():
                one.prepare(field)
            for turn in range(repeat):
                for name, one in taking_part.items():
                    progress(Step(TASK, turn, repeat, "rounds", name))
                    _once(one, field, values)
    finally:
        estate.down(progress)
    return Result(
        benchmark="move",
        command=command,
        at=now(),
        machine=machine,
        figures=tuple(
            Figure(name=name, unit=_unit(name), values=tuple(round(value, 4) for value in seen))
            for name, seen in (values | _ratios(values)).items()
        ),
        goals=tuple(_goals(_ratios(values))),
        left_out=left_out,
    )


def _once(one: Copier, field: Field, values: dict[str, list[float]]) -> None:
    name = one.name.replace("-", "_")
    try:
        copied = one.copy(field)
        values[f"{name}_seconds"].append(copied.wall)
        values[f"{name}_peak_mib"].append(copied.peak / MIB)
        again = one.again(field)
        if again is not None:
            values[f"{name}_again_seconds"].append(again.wall)
    finally:
        one.clear(field)


def _fill(field: Field, scale: int, progress: Progress) -> None:
    """Something large in the shared tree, and a database of its own."""
    progress(Step(TASK, 0, None, "", "making what is copied"))
    field.workspace.mkdir()
    field.on(
        SOURCES["files"],
        f"""mkdir -p {TREE}/bench; cd {TREE}/bench
        for folder in $(seq {SMALL // 200}); do
          mkdir $folder; head -c {200 * 8192} /dev/urandom | (cd $folder && split -b 8192 -a 3 - file)
        done
        for large in 1 2 3 4; do head -c {LARGE_MIB}M /dev/urandom >large$large; done; sync""",
    )
    # Neither side is to be restarted while it is measured.
    logical = "ALTER SYSTEM SET wal_level = logical; ALTER SYSTEM SET max_replication_slots = 20;"
    for host in (SOURCES["postgres"], TARGET):
        field.on(
            host,
            f"""runuser -u postgres -- psql -qX <<'END'
{logical}
END
            systemctl restart postgresql@*-main.service""",
        )
    field.on(
        SOURCES["postgres"],
        f"""runuser -u postgres -- createdb {DATABASE}
        cd /tmp; runuser -u postgres -- $(ls /usr/lib/postgresql/*/bin/pgbench) -q -i -s {scale} {DATABASE} 2>/dev/null""",
    )


def _open_workspace(field: Field) -> None:
    """As an operator does it: settings, hosts, and what discovery finds."""
    folder = field.workspace
    field.decant("init", str(folder))
    (folder / "hosts.toml").write_text(field.estate.hosts_toml(), "utf-8")
    with (folder / "decant.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n" + field.estate.settings_toml())
    shutil.copy(field.estate.known_hosts, folder / ".decant" / "known_hosts")
    field.decant("discover", *SOURCES.values(), TARGET)


def _ratios(values: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Decant's time over its peer's, round by round; and its second pass over rsync's."""
    pairs = {name: (f"{ours}_seconds", f"{peer}_seconds") for name, (ours, peer, _) in GOALS.items()}
    pairs["files_again_ratio"] = ("decant-files_again_seconds", "rsync_again_seconds")
    return {
        name: [a / b for a, b in zip(values[ours.replace("-", "_")], values[peer], strict=True)]
        for name, (ours, peer) in pairs.items()
        if ours.replace("-", "_") in values and peer in values
    }


def _goals(ratios: Mapping[str, Sequence[float]]) -> list[Goal]:
    wanted = {name: most for name, (_, _, most) in GOALS.items()} | {"files_again_ratio": 1.0}
    medians = {name: Figure(name=name, unit="", values=tuple(seen)).median for name, seen in ratios.items()}
    return [
        Goal(figure=name, wanted="at most", value=most, found=medians.get(name)) for name, most in wanted.items()
    ]


def _unit(name: str) -> str:
    return "s" if name.endswith("_seconds") else "MiB" if name.endswith("_mib") else ""
