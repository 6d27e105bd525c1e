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
from estate.errors import UsageError
from estate.suggest import did_you_mean
from stacks.kinds import KINDS
from stacks.settings.base import NOBODY
from stacks.settings.whole import StackSettings

OWN = (
    "platform", "systems", "tags", "budget", "protection", "assumptions", "data", "state", "disk_encryption_set",
    "vm", "postgres", "mysql", "mariadb",
)  # fmt: skip
"""What the file of a workload stack may say. All else is its platform's."""
_LAID_OVER = ("tags", "budget", "protection", "assumptions", "data", "state")
"""Sections of which a workload stack may say a part: the rest of them is its platform's."""
_NOT_HANDED_ON = ("systems", "vm", "postgres", "mysql", "mariadb", "state")


def load(path: Path) -> StackSettings:
    """Read and check one settings file; that of a workload stack is laid over its platform's, in the same folder.

    Raises `UsageError` where it cannot be read, a value is wrong, or a key is unknown (with the nearest valid one).
    """
    raw = reading.toml(path)
    if "platform" in raw:
        raw = _over_platform(path, raw)
    try:
        return StackSettings.model_validate(raw)
    except ValidationError as wrong:
        raise _refusal(path, wrong) from None


def sources(path: Path) -> tuple[Path, ...]:
    """The files that a stack's settings come from: its own, and its platform's. Raises `UsageError` as `load` does."""
    raw = reading.toml(path)
    return (path, _platform(path, raw)) if "platform" in raw else (path,)


def template(name: str, kind: str) -> str:
    """A commented settings file for a new stack, valid as it stands so that it can be previewed at once.

    Raises `UsageError` for a kind that is none.
    """
    about = KINDS.get(kind)  # type: ignore[call-overload]
    if about is None:
        raise UsageError(
            f"there is no kind of stack called {kind!r}", did_you_mean(kind, KINDS, f"use {', '.join(KINDS)}")
        )
    text = (files("stacks") / "templates" / f"{kind}.toml").read_text("utf-8")
    today = date.today()  # noqa: DTZ011 - an expiry is a day in the council's own calendar
    return string.Template(text).substitute(
        name=name,
        suffix=secrets.token_hex(2),
        nobody=NOBODY,
        expires_on=(today + (about.longest or timedelta())).isoformat(),
        end_date=(today + timedelta(days=3 * 365)).isoformat(),
    )


def _platform(path: Path, raw: dict[str, Any]) -> Path:
    name = raw["platform"]
    others = sorted(one.stem for one in path.parent.glob("*.toml") if one != path)
    if not isinstance(name, str) or name not in others:
        raise UsageError(
            f"{path} stands on the platform {name!r}, and there is no such stack",
            did_you_mean(str(name), others, "give platform the name of a stack beside it"),
        )
    return path.parent / f"{name}.toml"


def _over_platform(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    """The settings of a workload stack: its own over those of its platform."""
    below = _platform(path, raw)
    for key in raw:
        if key not in OWN:
            known = key in StackSettings.model_fields
            raise UsageError(
                f"{path} has the setting {key}, which is its platform's to say"
                if known
                else f"{path} has the unknown setting {key}",
                f"take it out; it is in {below.name}"
                if known
                else did_you_mean(key, OWN, "remove it; see docs/stacks.md"),
            )
    under = reading.toml(below)
    if "platform" in under:
        raise UsageError(
            f"{path} stands on {below.stem}, which stands on a platform itself", "give platform that one's name"
        )
    load(below)  # what is wrong there is said there
    return over(raw, under)


def over(own: dict[str, Any], below: dict[str, Any]) -> dict[str, Any]:
    """A workload stack's own settings laid over those of its platform, both as their files have them. Not checked."""
    merged = {key: value for key, value in below.items() if key not in _NOT_HANDED_ON}
    for key, value in own.items():
        both = key in _LAID_OVER and isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    return merged


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
