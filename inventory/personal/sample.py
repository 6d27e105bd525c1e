"""How much is sampled, and how a sample passes from a source to the detectors: in memory, and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from estate.records.personal import NotLookedAt

LONGER = {"json": 8, "array": 4}
"""How many times as much of one value is read where it holds several."""
BATCH = 50
"""How many tables one question to a server asks for."""
TOO_LARGE = "\x01"
"""Stands for a value that was too large to be sent."""


@dataclass(frozen=True)
class Limits:
    """How much is looked at. `seconds` is what one database or one tree may take."""

    rows: int = 500
    """Of each table."""
    files: int = 20
    """Of each group: those of one type in one folder of the tree."""
    file_bytes: int = 64 << 10
    """The beginning of each file of text; an office document is read whole or not at all."""
    document_bytes: int = 1 << 20
    column_bytes: int = 256 << 10
    value_bytes: int = 64 << 10
    """A value that takes more on the server's disk is passed over."""
    groups: int = 200
    tables: int = 2000
    seconds: float = 120
    statement_seconds: int = 5
    lock_seconds: int = 1

    @property
    def value_characters(self) -> int:
        """How much of one value is read, so that a column stays within its bytes."""
        return max(64, self.column_bytes // max(1, self.rows))


@dataclass(frozen=True)
class Column:
    """One column of a table; `kind` is `text`, `json`, `array`, or why it is not looked at."""

    name: str
    kind: str

    @property
    def read(self) -> bool:
        """Whether it is of a type that may hold what is looked for."""
        return self.kind in ("text", "json", "array")


@dataclass(frozen=True)
class Table:
    """One table, as the server's catalogue describes it. `rows` is the server's estimate, None where it has none."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    rows: int | None = None
    pages: int = 0
    row_bytes: int = 0
    partitioned: bool = False
    key: str = ""
    """The one whole-number column of its primary key, where that is so."""

    @property
    def where(self) -> str:
        """Its name within the database."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def read(self) -> tuple[Column, ...]:
        """The columns that are read, in the order in which a sample has them."""
        return tuple(column for column in self.columns if column.read)


@dataclass(frozen=True, repr=False)
class Sampled:
    """What came of one table: rows of text, or why there are none. Its values are never printed."""

    table: Table
    rows: Sequence[Sequence[str | None]] = ()
    reason: str = ""


@dataclass(frozen=True, repr=False)
class Samples:
    """What came of one database."""

    tables: Sequence[Sampled] = ()
    left_out: Sequence[NotLookedAt] = ()
    failure: str = ""
    privilege: str = ""


@dataclass
class Passed:
    """Counts what was passed over, by sort and reason."""

    _counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, what: str, reason: str, count: int = 1) -> None:
        """One more, or `count` more."""
        if count > 0:
            self._counts[what, reason] = self._counts.get((what, reason), 0) + count

    def all(self) -> tuple[NotLookedAt, ...]:
        """Every sort, in order."""
        return tuple(
            NotLookedAt(what=what, count=count, reason=reason)
            for (what, reason), count in sorted(self._counts.items())
        )


class Session(Protocol):
    """A database that can be asked for samples, until its time is used up."""

    @property
    def late(self) -> bool:
        """Whether its time is used up."""

    def tables(self) -> tuple[list[Table], Passed] | Samples:
        """Its tables, and what of the catalogue was passed over; or why there are none."""

    def rows(self, tables: Sequence[Table]) -> Iterable[Sampled]:
        """A sample of each of these tables."""


def sampled(session: Session) -> Samples:
    """A sample of every table of a database. Raises `UnreachableError` where the host does not answer."""
    listed = session.tables()
    if isinstance(listed, Samples):
        return listed
    tables, passed = listed
    done: list[Sampled] = []
    for start in range(0, len(tables), BATCH):
        if session.late:
            passed.add("tables", "the time for this database was used up", len(tables) - start)
            break
        done += session.rows(tables[start : start + BATCH])
    return Samples(done, passed.all())
