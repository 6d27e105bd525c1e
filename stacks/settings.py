"""Reads the settings of one stack, `stacks/NAME.toml` in a council's workspace, and refuses what is wrong.

What is a person's decision (sizes, money, people, expiry) is in the file; what follows from it (names,
addresses, rules) is worked out and never written twice. Nothing in it is secret.
"""

import secrets
import string
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from estate import invalid, reading
from estate.errors import RefusedError, UsageError
from estate.records.preview import StackKind
from estate.suggest import did_you_mean
from stacks.sections import NOBODY, StackSettings

BUILT_KINDS: tuple[StackKind, ...] = ("production", "test")
"""Kinds that can be previewed and built today; the others are named so that settings may be kept for them."""
LONGEST_TEST = timedelta(days=30)
"""How far ahead a test stack's `expires_on` may lie: a test environment nobody renews goes away."""


def load(path: Path) -> StackSettings:
    """Read and check one settings file.

    Raises `UsageError` where it cannot be read, a value is wrong, or a key is unknown (with the nearest valid
    one), and `RefusedError` for a kind that cannot be built yet.
    """
    raw = reading.toml(path)
    kind = raw.get("kind")
    if kind in get_args(StackKind) and kind not in BUILT_KINDS:
        raise RefusedError(
            f"{path} asks for a stack of the kind {kind}, which Decant cannot build yet",
            f"use {' or '.join(BUILT_KINDS)}",
        )
    try:
        return StackSettings.model_validate(raw)
    except ValidationError as wrong:
        raise _refusal(path, wrong) from None


def template(name: str, kind: str) -> str:
    """A commented settings file for a new stack, valid as it stands so that it can be previewed at once.

    Raises `UsageError` for a kind that is none, and `RefusedError` for one that cannot be built yet.
    """
    if kind not in get_args(StackKind):
        raise UsageError(
            f"there is no kind of stack called {kind!r}",
            did_you_mean(kind, BUILT_KINDS, f"use {' or '.join(BUILT_KINDS)}"),
        )
    if kind not in BUILT_KINDS:
        raise RefusedError(f"stacks of the kind {kind} cannot be built yet", f"use {' or '.join(BUILT_KINDS)}")
    text = (files("stacks") / "templates" / f"{kind}.toml").read_text("utf-8")
    today = date.today()  # noqa: DTZ011 - an expiry is a day in the council's own calendar
    return string.Template(text).substitute(
        name=name,
        suffix=secrets.token_hex(2),
        nobody=NOBODY,
        expires_on=(today + LONGEST_TEST).isoformat(),
        end_date=(today + timedelta(days=3 * 365)).isoformat(),
    )


def _refusal(path: Path, wrong: ValidationError) -> UsageError:
    first = invalid.first(wrong)
    spot = _spot(first["loc"])
    if first["type"] == "extra_forbidden":
        return UsageError(
            f"{path} has the unknown setting {spot}",
            did_you_mean(str(first["loc"][-1]), _siblings(first["loc"]), "remove it; see docs/stacks.md"),
        )
    if first["type"] == "missing":
        return UsageError(f"{path} lacks the setting {spot}", "add it; docs/stacks.md says what it means")
    return UsageError(f"{path}: {invalid.sentence(wrong)}", "mend that setting")


def _spot(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _siblings(location: tuple[int | str, ...]) -> list[str]:
    section: type[BaseModel] = StackSettings
    for part in location[:-1]:
        if isinstance(part, str) and part in section.model_fields:
            found = _models(section.model_fields[part].annotation)
            if found is None:
                return []
            section = found
    return list(section.model_fields)


def _models(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _models(part)) is not None), None)
