"""The rules of the house: they hold for every file, so that a newcomer can rely on them."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["benchmarks", "decant", "estate", "inventory", "migration", "policies", "practice", "stacks"]
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
LISTED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
TRACKED = LISTED.decode().split("\0")

BROAD_CATCHES = {
    "decant/__main__.py": "the one place that turns an error into an exit code",
    "policies/evaluate.py": "a crash in a rule is reported as such, never as a pass",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
        elif isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)


def speaks_for_itself(path: Path) -> bool:
    return path.is_relative_to(ROOT / "decant") or path.name == "__main__.py" or name(path) == "estate/secrets.py"


@pytest.mark.parametrize("path", [p for p in SOURCES if not speaks_for_itself(p)], ids=name)
def test_only_the_face_prints_reads_the_environment_or_exits(path: Path) -> None:
    forbidden = {"print", "os.environ", "os.getenv", "sys.exit", "os._exit", "exit", "quit"}
    found = [f"{path}:{line} {call}" for line, call in calls(ast.parse(path.read_text())) if call in forbidden]
    assert not found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_is_swallowed(path: Path) -> None:
    broad = [
        handler.lineno
        for handler in ast.walk(ast.parse(path.read_text()))
        if isinstance(handler, ast.ExceptHandler)
        and (handler.type is None or ast.unparse(handler.type) in {"Exception", "BaseException"})
        and ast.unparse(handler.body[-1]) != "raise"
    ]
    assert not broad or name(path) in BROAD_CATCHES, f"{path}: broad catch at {broad}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_subprocess_gets_a_shell(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and "subprocess" in ast.unparse(node.func):
            shells = [word.value for word in node.keywords if word.arg == "shell"]
            assert all(ast.unparse(value) == "False" for value in shells), f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_room_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400, "a file past about 300 lines is asking to be two"
    assert path.stem not in {"utils", "helpers", "util", "misc"}
    assert "manager" not in path.stem


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_error_raised_is_ours_or_about_our_own_arguments(path: Path) -> None:
    """What reaches a person comes from `estate.errors`; ValueError and TypeError are for a model's validators."""
    foreign = {"Exception", "BaseException", "RuntimeError", "OSError", "KeyError", "NotImplementedError"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            assert ast.unparse(node.exc.func) not in foreign, f"{path}:{node.lineno}"


def test_no_registry_host_is_named() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|crates\.io|deb\.debian\.org|repo1?\.maven")
    this = Path(__file__).relative_to(ROOT).as_posix()
    for tracked in filter(None, TRACKED):
        if tracked == this or not (ROOT / tracked).is_file():
            continue
        text = (ROOT / tracked).read_text("utf-8", "replace")
        assert not hosts.search(text), f"{tracked} names a package registry's host"


def test_every_command_loads_and_has_help() -> None:
    import click

    from decant.cli import cli

    context = click.Context(cli)
    for command in cli.list_commands(context):
        loaded = cli.get_command(context, command)
        assert loaded is not None
        assert (loaded.help or "").strip(), f"{command} has no help"
