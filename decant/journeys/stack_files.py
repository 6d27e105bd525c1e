"""The settings files of a workspace's stacks: finding one, making one, and what is noted of them in the ledger."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from decant.app import App
from estate import writing
from estate.errors import DecantError, UsageError
from estate.suggest import unknown
from stacks.addresses import refuse_overlap
from stacks.kinds import KINDS
from stacks.settings.file import load, template

DEPLOYED = "deployed"
"""Stands for what is built; so no stack is called so."""
_NAME = re.compile(r"[a-z][a-z0-9-]{1,29}")


def settings_file(app: App, name: str) -> Path:
    """The settings file of a stack; raises `UsageError` with what is close where there is none."""
    path = app.workspace.stacks / f"{name}.toml"
    if not _NAME.fullmatch(name) or not path.is_file():
        kind = name if name in KINDS else "|".join(KINDS)
        raise unknown("stack", name, names(app), f"`decant stack new {name} --kind {kind}` makes it")
    return path


def names(app: App) -> list[str]:
    """The stacks of the workspace, whether their settings are right or not."""
    return sorted(path.stem for path in app.workspace.stacks.glob("*.toml"))


def new(app: App, name: str, kind: str) -> Path:
    """Write the settings of a new stack; raises `UsageError` where the name is not right or is taken."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a stack's name", "use 2 to 30 lower-case letters, digits and hyphens"
        )
    if name == DEPLOYED:
        raise UsageError(f"{DEPLOYED} stands for what is built, in `--against {DEPLOYED}`", "choose another name")
    path = app.workspace.stacks / f"{name}.toml"
    text = template(name, kind)
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = writing.create(path)
    except FileExistsError:
        raise UsageError(f"there is a stack {name} already", f"edit {path}, or choose another name") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    record(app, name, "stack.new", {"kind": kind})
    return path


def refuse_overlaps(app: App) -> None:
    """Raises `UsageError` where two platforms of the workspace have addresses in common."""
    spaces = {}
    for name in names(app):
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError:
            continue  # `stack list` and its own preview say what is wrong with it
        if not settings.platform:
            spaces[name] = settings.network.address_space
    refuse_overlap(spaces)


def record(app: App, name: str, action: str, payload: Mapping[str, Any]) -> None:
    """Note in the ledger what was done to a stack."""
    app.ledger.append(action, [f"stack:{name}"], dict(payload), app.actor)
