"""What is published of one `--json` output."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Output:
    """One schema: the commands that print it, and each key with its type and what it holds."""

    commands: tuple[str, ...]
    """None for what any command prints when it fails."""
    about: str
    keys: Mapping[str, tuple[Any, str]]
