"""How fast a stack is previewed: beside the same program under Pulumi's own mocks, and beside the bare import."""

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.figures import Figure, Goal, Result, this_machine
from benchmarks.measure import used
from estate.progress import Progress, Step
from estate.records.base import now
from stacks.settings.file import template

KIND = "production"
OF_MOCKS = 1.15
START_SECONDS = 0.3
WHOLE_SECONDS = 20.0
FIRST_LINE = """import time
from pathlib import Path

import pulumi_azure_native

import pulumi

Path(pulumi.Config("decant").require("settings")).write_text(repr(time.time()))
"""
"""A program of which the first line says when it ran."""
_STARTED = """
import sys
from pathlib import Path
from stacks.preview.run import record
record(Path(sys.argv[1]), project="decant", stack="start", config={"decant:settings": sys.argv[2]})
"""
_PREVIEWED = """
import sys
from pathlib import Path
from stacks.preview.stack import preview_stack
print(len(preview_stack(Path(sys.argv[1])).resources))
"""


def run(command: str, repeat: int, progress: Progress) -> Result:
    """Preview the shipped production stack `repeat` times, its peers in turn with it."""
    machine = this_machine()
    found: dict[str, list[float]] = defaultdict(list)
    root = str(Path(__file__).parents[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace = folder / "council"
        _python(["-m", "decant", "init", str(workspace)], folder, root)
        settings = folder / f"{KIND}.toml"
        settings.write_text(template(KIND, KIND), "utf-8")
        program, said = folder / "first_line.py", folder / "first_line"
        program.write_text(FIRST_LINE, "utf-8")
        for number in range(repeat):
            progress(Step("stacks benchmark", number, repeat, "rounds"))
            found["preview_seconds"].append(_python(["-c", _PREVIEWED, str(settings)], folder, root))
            registered = int((folder / "benchmark.out").read_text("ascii"))
            found["registrations"].append(registered)
            mocked = ["-m", "benchmarks.mocked", str(settings)]
            found["mocks_seconds"].append(_python(mocked, folder, root))
            found["mocks_without_collector_seconds"].append(_python([*mocked, "--no-collector"], folder, root))
            bare = _python(["-c", "import pulumi_azure_native"], folder, root)
            found["import_seconds"].append(bare)
            began = time.time()
            _python(["-c", _STARTED, str(program), str(said)], folder, root)
            found["start_seconds"].append(float(said.read_text("ascii")) - began)
            found["whole_command_seconds"].append(
                _python(["-m", "decant", "stack", "preview", KIND, "--json"], workspace, root)
            )
    pairs = {
        "vs_mocks": ("preview_seconds", "mocks_seconds"),
        "vs_mocks_without_collector": ("preview_seconds", "mocks_without_collector_seconds"),
    }
    for name, (ours, theirs) in pairs.items():
        found[name] = [one / other for one, other in zip(found[ours], found[theirs], strict=True)]
    found["own_start_seconds"] = [
        one - other for one, other in zip(found["start_seconds"], found["import_seconds"], strict=True)
    ]
    figures = tuple(
        Figure(
            name=name, unit="s" if name.endswith("seconds") else "", values=tuple(round(one, 4) for one in values)
        )
        for name, values in found.items()
    )
    median = {figure.name: figure.median for figure in figures}
    goals = {
        "vs_mocks": OF_MOCKS,
        "vs_mocks_without_collector": OF_MOCKS,
        "own_start_seconds": START_SECONDS,
        "whole_command_seconds": WHOLE_SECONDS,
    }
    return Result(
        benchmark="stacks",
        command=command,
        at=now(),
        machine=machine,
        figures=figures,
        goals=tuple(
            Goal(figure=name, wanted="at most", value=value, found=median[name]) for name, value in goals.items()
        ),
        left_out={},
    )


def _python(words: list[str], folder: Path, root: str) -> float:
    """Seconds that a Python takes, from its start to its end."""
    return used([sys.executable, *words], folder, {"PYTHONPATH": root}).wall
