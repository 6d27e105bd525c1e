"""Stacks that are built: what stands between a command and Pulumi."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import policies
from decant.app import App
from decant.journeys.stack_files import settings_file

if TYPE_CHECKING:
    from stacks.deploy import Deployment


def deployment(app: App, name: str) -> "Deployment":
    """The stack, ready for Pulumi; raises `ToolMissingError` without its CLI."""
    from stacks.deploy import Deployment, require_cli

    path = settings_file(app, name)
    require_cli()
    return Deployment(path, app.workspace.state / "pulumi" / name, Path(policies.__file__).parent, os.environ)
