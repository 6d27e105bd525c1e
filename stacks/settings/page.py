"""Every setting of a stack, for people: the second half of `docs/stacks.md`, made of the models themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any, get_args

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from stacks.settings.base import Section
from stacks.settings.whole import StackSettings


@dataclass(frozen=True)
class Setting:
    """One key of a settings file. `default` is empty where there is none, or where nothing is the default."""

    section: str
    key: str
    default: str
    meaning: str


def settings() -> tuple[Setting, ...]:
    """Every key, section by section, in the order of the file."""
    return tuple(_of(StackSettings, ""))


def markdown() -> str:
    """The settings as tables, one a section."""
    found: dict[str, list[Setting]] = {}
    for one in settings():
        found.setdefault(one.section, []).append(one)
    pages = []
    for section, keys in found.items():
        title = section and (section if section.startswith("`") else f"`{section}`")
        rows = [f"| `{one.key}` | {one.default} | {one.meaning} |" for one in keys]
        pages.append(
            "\n".join(
                (f"### {title or 'At the top'}", "", "| key | default | meaning |", "| --- | --- | --- |", *rows)
            )
        )
    return "\n\n".join(pages) + "\n"


def _of(model: type[Section], section: str) -> Iterator[Setting]:
    below: list[tuple[type[Section], str]] = []
    for key, field in model.model_fields.items():
        inner, many = _inner(field.annotation)
        if inner is not None and not section:
            below.append((inner, f"[[{key}]]" if many else f"[{key}]"))
            continue
        if inner is not None:
            below.append((inner, f"`{key}` of `{section}`"))
        yield Setting(section, key, _default(field), field.description or "")
    for inner, name in below:
        yield from _of(inner, name)


def _inner(annotation: Any) -> tuple[type[Section] | None, bool]:
    """The section that a field holds, if it does, and whether it holds many."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation, False
    for part in get_args(annotation):
        found, _ = _inner(part)
        if found is not None:
            return found, getattr(annotation, "__origin__", None) is tuple
    return None, False


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, date | IPv4Address | IPv4Network):
        return f"`{value}`"
    return f"`{value}`" if isinstance(value, str | int | float) else ""
