"""Personal data in one place of the estate: kinds, counts, how sure, where. Never a value."""

from typing import Literal

from estate.records.base import Instant, Record
from estate.records.observation import Outcome

Confidence = Literal["high", "medium", "low"]


class PersonalKind(Record):
    """One kind of personal data in one place."""

    kind: str
    """Id of the detector: `nhs_number`, `email` …"""
    matches: int
    """How many values of the sample matched."""
    confidence: Confidence


class PersonalPlace(Record):
    """A column, or the files of one type in one folder, that hold personal data."""

    where: str
    """`schema.table.column`, or a pattern of a folder: `/srv/shared/housing/**/*.csv`."""
    looked_at: int
    """Values of the column, or files, that the sample held."""
    of_about: int | None = None
    """How many there are: rows as the server estimates, or files. None where that is not known."""
    bytes: int
    """How much text of it was looked through."""
    found: tuple[PersonalKind, ...]


class NotLookedAt(Record):
    """Things that were passed over, and why: never dropped."""

    what: str
    """A table, a column, or a sort of file."""
    count: int
    reason: str


class PersonalData(Record):
    """What the sample of one database or one shared tree held.

    `outcome` is that of the sampling as a whole: `known` also where nothing was found, and then with what was
    looked at and what was not.
    """

    id: str
    """That of the workload: `db-legacy/postgres/reports`."""
    server: str
    source: Literal["postgres", "mariadb", "files"]
    name: str
    """The database, or the path of the tree."""
    outcome: Outcome
    reason: str = ""
    privilege: str = ""
    """The right that was missing, where one was."""
    sample: str = ""
    """How much was sampled, in words: "up to 500 rows of each table"."""
    columns: int = 0
    """Columns, or groups of files, that were looked at."""
    values: int = 0
    """Values, or files, that were looked at."""
    bytes: int = 0
    places: tuple[PersonalPlace, ...] = ()
    not_looked_at: tuple[NotLookedAt, ...] = ()
    at: Instant

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that was found, by id."""
        return tuple(sorted({found.kind for place in self.places for found in place.found}))
