"""The settings files of a workspace's stacks: finding one, making one, and what is noted of them in the ledger."""

import os
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import tomlkit

from decant.app import App
from estate import writing
from estate.errors import DecantError, UsageError
from estate.suggest import unknown
from stacks.addresses import free_space, refuse_overlap
from stacks.kinds import KINDS
from stacks.naming import Names
from stacks.settings.file import load, template
from stacks.settings.whole import StackSettings

DEPLOYED = "deployed"
"""Stands for what is built; so no stack is called so."""
_RULE = "2 to 30 lower-case letters and digits, with single hyphens between them"
_NAME = re.compile(r"(?=.{2,30}$)[a-z](-?[a-z0-9])+")


def settings_file(app: App, name: str) -> Path:
    """The settings file of a stack; raises `UsageError` with what is close where there is none."""
    path = app.workspace.stacks / f"{name}.toml"
    if not _NAME.fullmatch(name) and name in names(app):
        raise UsageError(
            f"{name!r} cannot be a stack's name",
            f"rename its file: {_RULE}",
        )
    if not _NAME.fullmatch(name) or not path.is_file():
        kind = name if name in KINDS else "|".join(KINDS)
        raise unknown("stack", name, names(app), f"`decant stack new {name} --kind {kind}` makes it")
    return path


def can_be(name: str) -> bool:
    """Whether a stack can have this name."""
    return bool(_NAME.fullmatch(name)) and name != DEPLOYED


def names(app: App) -> list[str]:
    """The stacks of the workspace, whether their settings are right or not."""
    return sorted(path.stem for path in app.workspace.stacks.glob("*.toml"))


def new(app: App, name: str, kind: str) -> Path:
    """Write the settings of a new stack; raises `UsageError` where the name is not right or is taken."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a stack's name",
            f"use {_RULE}",
        )
    if name == DEPLOYED:
        raise UsageError(f"{DEPLOYED} stands for what is built, in `--against {DEPLOYED}`", "choose another name")
    path = app.workspace.stacks / f"{name}.toml"
    text = _on_free_addresses(app, template(name, kind))
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = writing.create(path)
    except FileExistsError:
        raise UsageError(f"there is a stack {name} already", f"edit {path}, or choose another name") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    record(app, name, "stack.new", {"kind": kind})
    return path


def _on_free_addresses(app: App, text: str) -> str:
    """The template on an address space that no stack of the workspace has, and no server room of one."""
    document = tomlkit.parse(text)
    network: Any = document["network"]
    taken = [one for settings in _platforms(app).values() for one in _spaces(settings)]
    network["address_space"] = str(free_space(IPv4Network(network["address_space"]), taken))
    return tomlkit.dumps(document)


def _spaces(settings: StackSettings) -> Iterator[IPv4Network]:
    yield settings.network.address_space
    if settings.server_room is not None:
        yield from settings.server_room.ranges


def _platforms(app: App) -> dict[str, StackSettings]:
    """The platforms of the workspace by name, without those whose settings are wrong: `stack list` tells of these."""
    found = {}
    for name in names(app):
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError:
            continue
        if not settings.platform:
            found[name] = settings
    return found


def refuse_overlaps(app: App) -> None:
    """Raises `UsageError` where two platforms of the workspace have addresses in common, or one has a server room's."""
    platforms = _platforms(app)
    refuse_overlap({name: settings.network.address_space for name, settings in platforms.items()})
    for name, settings in platforms.items():
        for of, other in platforms.items():
            for one in other.server_room.ranges if other.server_room else ():
                if one.overlaps(settings.network.address_space):
                    raise UsageError(
                        f"the stack {name} ({settings.network.address_space}) and the server room of {of} ({one}) have "
                        "addresses in common",
                        f"give network.address_space of {name} a range of its own",
                    )


def refuse_same_names(app: App) -> None:
    """Raises `UsageError` where two stacks would have the same names in Azure: each would take the other's for its own."""
    owners: dict[tuple[str, str], str] = {}
    for name in names(app):
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
            group = Names.of(name, settings).name("resource group", "platform")
        except DecantError:
            continue
        other = owners.setdefault((settings.subscription, group), name)
        if other != name:
            raise UsageError(
                f"the stacks {other} and {name} would have the same names in Azure, {group} and others",
                f"give one of them another name: rename its file in {app.workspace.stacks.name}/",
            )


def record(app: App, name: str, action: str, payload: Mapping[str, Any]) -> None:
    """Note in the ledger what was done to a stack."""
    app.ledger.append(action, [f"stack:{name}"], dict(payload), app.actor)
