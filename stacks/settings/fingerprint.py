"""Ties a preview to what it was made from, so that one that is out of date can be told."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import stacks
from estate import reading
from stacks.settings.file import sources

_SOURCES = (".py", ".toml")


def settings(path: Path) -> str:
    """SHA-256 of a stack's settings as they stand: of its file, and with its platform's where it has one.

    Raises `UsageError` where one of them cannot be read.
    """
    return hashlib.sha256(b"\0".join(reading.content(one) for one in sources(path))).hexdigest()


@cache
def programs() -> str:
    """SHA-256 of every program of the stacks as installed here, and of the prices and sizes they are reckoned with."""
    root = Path(stacks.__file__).parent
    found = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _SOURCES):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    for name in ("prices.json", "sizes.json"):
        found.update((files("estate.catalogue") / name).read_bytes())
    return found.hexdigest()
