"""Tables as people hand them over: headings found, rows one at a time, values understood, doubts kept."""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from estate.errors import UsageError
from estate.printable import one_line
from inventory.sources.base import Doubt

LONGEST = 1_000_000
"""Rows of one sheet that are read; the rest is said to be left out."""
WIDEST = 512
"""Columns of one row that are read."""
MOST_BYTES = 512 * 1024**2
"""A larger file is refused."""
_HEADING_WITHIN = 20
"""People put titles above the headings: they are looked for in this many first rows."""
_CELL = 4096

Cells = Sequence[object]


@dataclass(frozen=True)
class Raw:
    """A sheet before its headings are known; `comma` where numbers are written as 1.234,5."""

    where: str
    rows: Iterator[tuple[int, Cells]]
    comma: bool = False
    notes: tuple[str, ...] = ()
    merged: frozenset[tuple[int, int]] = frozenset()
    """Row and column of cells that another one, merged with them, speaks for."""


def folded(heading: object) -> str:
    """A heading as it is compared: without case, stars, and more than one space."""
    return " ".join(str(heading or "").replace("*", " ").replace("\ufeff", "").split()).casefold()


def text_of(value: object) -> str:
    """A cell as text. A whole number that a spreadsheet keeps as 4.0 is 4."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return one_line(str(value))[:_CELL]


@dataclass
class Row:
    """One row of a sheet. What it says that cannot be understood is kept in `doubts`."""

    where: str
    cells: dict[str, str]
    comma: bool
    headings: frozenset[str] = frozenset()
    """Those of the whole sheet."""
    merged: frozenset[str] = frozenset()
    doubts: list[Doubt] = field(default_factory=list)

    def text(self, *headings: str) -> str | None:
        """The first of these columns that says anything."""
        return next((value for heading in headings if (value := self.cells.get(heading.casefold(), ""))), None)

    def number(self, *headings: str) -> float | None:
        """A number that is not negative; None, with a doubt, for what is none."""
        said = self.text(*headings)
        if said is None:
            return None
        found = number(said, self.comma)
        if found is None:
            self.doubt(headings[0], f"{said[:40]!r} is no number")
        return found

    def whole(self, *headings: str, unit: int = 1) -> int | None:
        """A number times `unit`, as a whole one. None for 0, which these sources write for what they do not know."""
        found = self.number(*headings)
        return None if found is None or found == 0 else round(found * unit)

    def day(self, *headings: str) -> date | None:
        """A date, as 2027-03-31 or 31/03/2027; None, with a doubt, for what is none."""
        said = self.text(*headings)
        if said is None:
            return None
        for form in ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y"):
            try:
                return (
                    datetime.strptime(said.split("T")[0].removesuffix(" 00:00:00"), form)
                    .replace(tzinfo=UTC)
                    .date()
                )
            except ValueError:
                continue
        self.doubt(headings[0], f"{said[:40]!r} is no date that is understood")
        return None

    def addresses(self, *headings: str) -> list[str]:
        """The IP addresses of a cell, of one or several, with or without a prefix length; with a doubt for what is none.

        Link-local and loopback ones are left out.
        """
        found = []
        for part in re.split(r"[;,\s]+", self.text(*headings) or ""):
            try:
                one = ipaddress.ip_interface(part).ip if part else None
            except ValueError:
                self.doubt(headings[0], f"{part[:40]!r} is no IP address")
                continue
            if one and not (one.is_loopback or one.is_link_local or one.is_unspecified):
                found.append(str(one))
        return found

    def doubt(self, what: str, reason: str) -> None:
        """Note a value that could not be read."""
        self.doubts.append(Doubt(where=self.where, what=what, reason=reason))


def number(text: str, comma: bool) -> float | None:
    """A number as people write it, with thousands marked by commas, spaces, or (`comma`) full stops."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text)
    if comma:
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"\d{1,15}(\.\d+)?", plain):
        return None
    return float(plain)


def rows(raw: Raw, needs: Iterable[str], notes: list[str]) -> Iterator[Row | str]:
    """The rows below the headings; text where a row is none, with the reason after its place.

    `needs` are headings of which one has to be there; `notes` gets what a reader should know of the sheet. Raises
    `UsageError` where no heading of `needs` is found.
    """
    wanted = {folded(one) for one in needs}
    notes += raw.notes
    source = iter(raw.rows)
    head: list[str] = []
    for count, (at, cells) in enumerate(source, 1):
        line = [folded(cell) for cell in cells[:WIDEST]]
        if wanted & set(line):
            head = line
            if at > 1:
                notes.append(f"its headings are in row {at}")
            break
        if count >= _HEADING_WITHIN:
            break
    if not head:
        raise UsageError(
            f"{raw.where} has no column {' or '.join(sorted(wanted))} in its first {_HEADING_WITHIN} rows",
            "see that it is the right file, and that its first row holds the headings",
        )
    twice = sorted({one for one in head if one and head.count(one) > 1})
    if twice:
        notes.append(
            f"columns that stand twice, of which the first that says anything is read: {', '.join(twice)}"
        )
    if raw.merged:
        notes.append(f"{len(raw.merged)} cells are merged with another, which alone holds their value")
    yield from _below(raw, source, head)


def _below(raw: Raw, source: Iterator[tuple[int, Cells]], head: list[str]) -> Iterator[Row | str]:
    for count, (at, cells) in enumerate(source, 1):
        where = f"{raw.where}, row {at}"
        if count > LONGEST:
            yield f"{where} and what follows|only the first {LONGEST:,} rows are read"
            return
        values = [text_of(cell) for cell in cells[:WIDEST]]
        if not any(values):
            continue
        if [folded(value) for value in values[: len(head)]] == head:
            yield f"{where}|it holds the headings again"
            continue
        named: dict[str, str] = {}
        for heading, value in zip(head, values, strict=False):
            if heading and value:
                named.setdefault(heading, value)
        covered = frozenset(heading for column, heading in enumerate(head) if (at, column) in raw.merged)
        yield Row(where, named, raw.comma, frozenset(head), covered)


def dated(path: Path, as_of: datetime | None) -> datetime:
    """Of when a file is: what a person says, else its own date."""
    return as_of or datetime.fromtimestamp(path.stat().st_mtime, UTC)
