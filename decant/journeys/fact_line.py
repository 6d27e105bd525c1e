"""One line of a fact's payload, for people: its values in their order, and names or number of what it lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from estate.documents.words import seconds, size

_WIDTH = 90
_FEW = 3


def line(payload: Mapping[str, Any] | None) -> str:
    """The values of a payload as one line of at most 90 characters; "…" stands for what did not fit."""
    told = ""
    for part in _parts(payload or {}):
        if told and len(told) + len(part) > _WIDTH:
            return f"{told}; …"
        told += f"; {part}" if told else part[:_WIDTH]
    return told or "nothing"


def _parts(payload: Mapping[str, Any]) -> Iterator[str]:
    for key, value in payload.items():
        name = key.removesuffix("_bytes").removesuffix("_seconds").replace("_", " ")
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            yield f"{name}: {'yes' if value else 'no'}"
        elif isinstance(value, list | dict):
            yield f"{name}: {_listed(value)}"
        elif key.endswith("_bytes"):
            yield f"{name}: {size(value)}"
        elif key.endswith("_seconds"):
            yield f"{name}: {seconds(value)}"
        else:
            yield f"{name}: {value}"


def _listed(value: list[Any] | dict[str, Any]) -> str:
    """The names of a few things, or how many there are."""
    names = [one.get("name") if isinstance(one, dict) else one for one in value]
    few = len(names) <= _FEW and all(isinstance(one, str) and one for one in names)
    return ", ".join(map(str, names)) if names and few else str(len(names)) if names else "none"
