"""Languages and platforms that programs on the host run on."""

from typing import Literal

from estate.records.base import Record


class Runtime(Record):
    """One version of one runtime at one place."""

    name: Literal["php", "python", "java", "node", "dotnet", "ruby", "perl", "mono", "go"]
    version: str = ""
    """Empty where only a program without a version in its name was found."""
    path: str
    maker: str = ""
    """For Java: who built it, as its release file says."""
    packaged: bool = True
    """Whether it lies where packages put things, and not in /opt, /usr/local or a home."""


class Runtimes(Record):
    """Fact `runtimes`."""

    runtimes: tuple[Runtime, ...]
