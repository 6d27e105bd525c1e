"""The command line starts quickly: it loads what is slow to load only when a command uses it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from decant.__main__ import run

SLOW = {
    "rich",
    "pydantic",
    "sqlalchemy",
    "pulumi",
    "pulumi_azure_native",
    "paramiko",
    "dbos",
    "jinja2",
    "cryptography",
}


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["stack", "--help"], ["move", "--help"], ["practice", "load", "--help"]]
)
def test_help_loads_nothing_that_is_slow_to_load(tmp_path: Path, words: list[str]) -> None:
    loaded = modules(tmp_path, words)
    assert "click" in loaded
    assert not loaded & SLOW


@pytest.mark.parametrize("words", [["status"], ["stack", "list"], ["estate", "list"], ["config", "show"]])
def test_looking_loads_neither_pulumi_nor_what_reaches_servers(tmp_path: Path, words: list[str]) -> None:
    assert run(["init", str(tmp_path / "anytown")]) == 0
    assert not modules(tmp_path / "anytown", words) & {
        "pulumi",
        "grpc",
        "yaml",
        "paramiko",
        "dbos",
        "dns",
        "ortools",
    }


def test_no_package_that_happens_to_be_installed_reads_along(tmp_path: Path) -> None:
    workspace, installed, seen = tmp_path / "anytown", tmp_path / "installed", tmp_path / "seen"
    assert run(["init", str(workspace)]) == 0
    described = installed / "listener-1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: listener\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[pydantic]\nlistener = listener:plugin\n")
    (installed / "listener.py").write_text(
        f"from pathlib import Path\nPath({str(seen)!r}).touch()\nplugin = None\n"
    )
    program = [sys.executable, "-m", "decant", "status"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), *filter(None, sys.path)])}
    subprocess.run(program, cwd=workspace, env=environment, capture_output=True, timeout=60, check=True)
    assert not seen.exists()


def modules(at: Path, words: list[str]) -> set[str]:
    """Counted, not timed: the names of all modules that the process has loaded when it ends."""
    program = (
        "import sys\n"
        "from decant.__main__ import run\n"
        f"code = run({words!r})\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=at, capture_output=True, text=True, timeout=60, check=True
    )
    return set(done.stderr.splitlines()[-1].split())
