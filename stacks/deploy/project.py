"""The folder that Pulumi runs in: Decant's program, and beside it one stack's configuration alone."""

import json
import sys
from pathlib import Path

import stacks
from estate import writing
from estate.errors import UsageError
from stacks.preview.stack import PROJECT


def lay_out(folder: Path) -> None:
    """Make it, or bring it up to date.

    Pulumi writes a stack's configuration beside the project; in the checkout, two workspaces would share it.
    Raises `UsageError` where the program is not there.
    """
    program = Path(stacks.__file__).parent
    if not (program / "__main__.py").is_file():
        raise UsageError(
            f"{program} has no program that Pulumi could run",
            "run Decant from a checkout of its repository, installed with --editable",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    link = folder / "program"
    if not link.is_symlink() or link.resolve() != program.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    text = json.dumps(
        {
            "name": PROJECT,
            "main": "program/",
            "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}},
        }
    )
    writing.replace(folder / "Pulumi.yaml", text, writing.PRIVATE)  # JSON is YAML
