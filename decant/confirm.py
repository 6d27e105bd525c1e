"""Confirmation in tiers: nothing for the harmless, y/N for a change, the name typed for what cannot be undone."""

import os
from pathlib import Path

import click

from decant.app import App
from estate.errors import RefusedError
from estate.printable import printable


def change(app: App, question: str, yes: bool) -> None:
    """Ask y/N before something changes; `yes` is the `--yes` flag.

    Raises `RefusedError` where the answer is no, or nobody can be asked.
    """
    if yes:
        return
    if not app.can_ask:
        raise RefusedError(f"“{question}” needs a yes, and nobody can be asked", "add --yes")
    if not click.confirm(printable(question), default=False, err=True):
        raise RefusedError("Nothing was changed", "run it again when you are ready")


def output(app: App, path: Path, yes: bool) -> None:
    """Ask y/N before a file that is there is replaced by one that Decant writes; `yes` is the `--yes` flag.

    Raises `RefusedError` as `change` does, and, `--yes` or not, for a file that Decant itself reads or keeps.
    """
    if app.workspace.is_own(path):
        raise RefusedError(f"{path} is the workspace's own, and is not to be written over", "choose another file")
    if os.path.isfile(path):  # noqa: PTH113 - raises nothing, where the folder is closed to us
        change(app, f"{path} is there already. Replace it?", yes)


def by_name(app: App, name: str, consequence: str, given: str | None) -> None:
    """Have `name` typed before something that stops a service or cannot be undone; `--yes` never covers it.

    `given` is the value of `--confirm`. Raises `RefusedError` where it is not the name.
    """
    if given is None and app.can_ask:
        click.echo(printable(consequence), err=True)
        given = click.prompt(f"Type {name} to go on", err=True, default="", show_default=False)
    if given is None:
        raise RefusedError(f"{consequence} Nobody can be asked", f"add --confirm={name}")
    if given != name:
        raise RefusedError(f"The name typed is not {name}; nothing was changed", f"give --confirm={name}")
