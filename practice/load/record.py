"""The writer's own record: every operation before it is sent, and how it ended.

One file of JSON lines for each stream, every line synced to disk before the writer goes on. So a writer that
is killed leaves the truth: an operation without a result is in doubt.
"""

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from estate.errors import RefusedError
from estate.records.base import Record


class Outcome(StrEnum):
    """How an operation ended, as its client can know it."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """The service said no, or could not be reached to be asked: nothing was changed."""
    IN_DOUBT = "in doubt"
    """The connection was lost between sending and the answer."""


class Started(Record):
    """The writer began, or began again. `at` is in seconds since 1970, UTC, as in the other entries."""

    entry: Literal["started"] = "started"
    run: str
    at: float


class Intent(Record):
    """An operation about to be sent. `after` is the item's value once it took effect; None deletes it."""

    entry: Literal["intent"] = "intent"
    op: str
    """Unique over all runs."""
    item: str
    action: str
    after: str | None
    at: float


class Result(Record):
    """How an operation ended. `address` is the server that was spoken to, empty where none was."""

    entry: Literal["result"] = "result"
    op: str
    outcome: Outcome
    address: str = ""
    why: str = ""
    at: float


Entry = Started | Intent | Result
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="entry")])


class Journal:
    """The record of one stream, open for the one writer that appends to it."""

    def __init__(self, path: Path, run: str) -> None:
        """Open or make the file; half a line that a killed writer left is cut off, then a start is noted."""
        whole = _whole_lines(path.read_bytes()) if path.exists() else b""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._file, len(whole))
        self.append(Started(run=run, at=time.time()))

    def append(self, entry: Entry) -> None:
        """Write one entry and wait until it is on disk."""
        line = entry.model_dump_json().encode() + b"\n"
        written = os.write(self._file, line)
        while written < len(line):
            written += os.write(self._file, line[written:])
        os.fdatasync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read(path: Path) -> list[Entry]:
    """Every entry, in order; half a line at the end is passed over, as it was never acted upon.

    None where there is no file. Raises `RefusedError` where another line cannot be read: then nothing can
    be said of the rest.
    """
    if not path.exists():
        return []
    entries: list[Entry] = []
    for number, line in enumerate(_whole_lines(path.read_bytes()).splitlines(), 1):
        try:
            entries.append(_ENTRY.validate_json(line))
        except ValidationError as error:
            raise RefusedError(
                f"line {number} of the writer's record {path} cannot be read",
                "begin a new record with `decant practice load start --fresh`",
            ) from error
    return entries


def _whole_lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]
