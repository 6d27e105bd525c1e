"""What the writer is told: which services, how to log in, how fast. Kept as one file beside its records."""

import os
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from estate.errors import UsageError
from estate.records.base import Record


class StreamSettings(Record):
    """One service to write to. `password` is a reference (`file:PATH`), `space` the database or share."""

    kind: Literal["postgres", "mariadb", "share"]
    service: str
    port: int
    user: str
    password: str
    space: str
    sides: tuple[str, ...] = ()
    """Addresses of every server that may hold it: before and after a move."""


class LoadSettings(Record):
    """One run of the writer over all its streams."""

    run: str
    per_second: float
    """Operations a second in each stream."""
    answer_seconds: float
    """After this long without an answer the writer cuts the connection; the operation is in doubt."""
    streams: dict[str, StreamSettings]
    """Every stream that was ever written to in this run: all are verified."""
    active: tuple[str, ...]
    """Those that the writer writes to now."""


class LoadFolder:
    """Where one estate's writer keeps its files.

    ::

        settings.json        what the writer was told
        writer.pid           locked by the writer as long as it lives
        writer.log           what it had to say
        reports.jsonl        the record of the stream `reports`
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = root / "settings.json"
        self.pid = root / "writer.pid"
        self.log = root / "writer.log"

    def journal(self, stream: str) -> Path:
        """The record of one stream."""
        return self.root / f"{stream}.jsonl"

    def write(self, settings: LoadSettings) -> None:
        """Keep the settings, for the owner's eyes."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self.settings.with_suffix(".new")
        new.write_text(settings.model_dump_json(indent=2) + "\n")
        os.replace(new, self.settings)  # noqa: PTH105 - atomic, whatever is there

    def read(self) -> LoadSettings:
        """The settings. Raises `UsageError` where no writer was ever started, or they cannot be read."""
        try:
            return LoadSettings.model_validate_json(self.settings.read_bytes())
        except FileNotFoundError:
            raise UsageError(
                "no writer was started in this estate", "start it with `decant practice load start`"
            ) from None
        except ValidationError as error:
            raise UsageError(
                f"{self.settings} cannot be read", "begin anew with `decant practice load start --fresh`"
            ) from error
