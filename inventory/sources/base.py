"""What a source is: it reads, a row at a time, and says of everything what became of it.

A source yields a `Sighting` for each machine, `LeftOut` for each row that is none, `Doubt` for each value that could
not be read, and a `Part` at the end of each file, sheet, or service and region. Rows read are rows taken and rows
left out: nothing is dropped in silence.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from estate.progress import Progress, silent
from estate.records.base import Record
from estate.records.sighting import Sighting


class LeftOut(Record):
    """A row that did not come in."""

    where: str
    what: str
    """What the row calls itself; empty where it has no name."""
    reason: str


class Doubt(Record):
    """A value that could not be read; its row came in without it."""

    where: str
    what: str
    reason: str


class Part(Record):
    """What became of one file, one sheet, or one service in one region."""

    where: str
    outcome: Literal["read", "in part", "unreadable", "refused", "unreachable"]
    rows: int = 0
    taken: int = 0
    left_out: int = 0
    notes: tuple[str, ...] = ()
    """What a reader should know, and why it was not read, where it was not."""


Item = Sighting | LeftOut | Doubt | Part


@dataclass(frozen=True)
class Request:
    """What a person asked to have read."""

    paths: Sequence[Path] = ()
    mapping: Path | None = None
    profiles: Sequence[str] = ()
    """Named settings of a cloud's own tools; none means the usual way to sign in."""
    regions: Sequence[str] = ()
    """None means all regions that the account has switched on."""
    as_of: datetime | None = None
    """When it was so, where the files' own date is not it."""
    progress: Progress = silent


@dataclass(frozen=True)
class Source:
    """One place where an estate is written down.

    `machine_rank` and `owner_rank` say whose word is shown where sources differ, the lowest first: about the machine,
    and about whose it is. Decant's own reading comes before all (0).
    """

    id: str
    about: str
    """One sentence on what is read, for the help."""
    read: Callable[[Request], Iterator[Item]]
    machine_rank: int
    owner_rank: int
    takes: Literal["files", "accounts"] = "files"
    needs_mapping: bool = False
    makes_servers: Callable[[Request], bool] = lambda _: True
    """Whether what it tells of is a server by that alone; else it only adds to servers that are known."""


@dataclass
class Count:
    """Counts one part while it is read."""

    where: str
    rows: int = 0
    taken: int = 0
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    def took(self, sighting: Sighting) -> Sighting:
        """One row more came in."""
        self.rows += 1
        self.taken += 1
        return sighting

    def leave(self, where: str, what: str, reason: str) -> LeftOut:
        """One row more was left out."""
        self.rows += 1
        self.left_out += 1
        return LeftOut(where=where, what=what, reason=reason)

    def end(self, outcome: Literal["read", "in part", "unreadable", "refused", "unreachable"] = "read") -> Part:
        """The part as it ended."""
        return Part(
            where=self.where,
            outcome=outcome,
            rows=self.rows,
            taken=self.taken,
            left_out=self.left_out,
            notes=tuple(dict.fromkeys(self.notes)),
        )
