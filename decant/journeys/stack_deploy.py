"""Stacks that are built: what stands between a command and Pulumi."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import policies
from decant.app import App
from decant.journeys.stack_files import record, settings_file
from decant.output import say
from estate.errors import HeldError, UnfinishedError

if TYPE_CHECKING:
    from stacks.deploy.deployment import Deployment, Done


def deployment(app: App, name: str) -> "Deployment":
    """The stack, ready for Pulumi; raises `ToolMissingError` without its CLI."""
    from stacks.deploy.deployment import Deployment
    from stacks.deploy.needs import require_cli

    path = settings_file(app, name)
    require_cli()
    return Deployment(path, app.workspace.state / "pulumi" / name, Path(policies.__file__).parent, os.environ)


def noted(app: App, name: str, action: str, work: "Callable[[], Done]", **more: object) -> None:
    """Do what changes a stack, tell what came of it, and note in the ledger how it ended.

    The entry is `action`, with `more`; or `action`.failed, with the reason. What is refused beforehand changed nothing,
    and is no entry.
    """
    try:
        done = work()
    except (UnfinishedError, HeldError, KeyboardInterrupt) as wrong:
        record(app, name, f"{action}.failed", {"why": str(wrong) or "interrupted"})
        raise
    record(app, name, action, {**more, "changes": dict(done.changes)})
    app.settle()
    for warning in done.warnings:
        say(f"Warning: {warning}.")
    say(f"{name}: {in_words(done.changes)}.")


_WORDS = {
    "create": "built",
    "update": "changed",
    "delete": "taken away",
    "replace": "replaced",
    "refresh": "looked at",
    "same": "as before",
}


def in_words(changes: Mapping[str, int]) -> str:
    """12 built, 1 changed, 90 as before."""
    told = [f"{number} {_WORDS.get(kind, kind)}" for kind, number in changes.items() if number]
    return ", ".join(told) or "nothing changed"
