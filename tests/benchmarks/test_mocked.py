"""The peer of the stacks benchmark runs the same program as the preview, to its end."""

import subprocess
import sys
from pathlib import Path

import pytest

from stacks.preview.stack import preview_stack
from stacks.settings.file import template

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("--no-collector",)])
def test_under_mocks_the_same_resources_are_registered_as_in_the_preview(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    settings = tmp_path / "test.toml"
    settings.write_text(template("test", "test"))
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.mocked", str(settings), *words],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    stack_itself = 1
    assert int(ran.stdout) == len(preview_stack(settings).resources) - stack_itself
