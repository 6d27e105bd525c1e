"""What a paper is made of: headings, and below each text, tables, charts and blanks. No layout."""

from collections.abc import Iterator
from typing import Literal

from pydantic import ValidationInfo, field_validator, model_validator

from estate.printable import printable
from estate.records.base import Instant, Record

Edition = Literal["full", "public"]


class Shown(Record):
    """A part of a paper. What no page can carry, from a file or a server, is shown as `\\u001b` in all of its texts."""

    @field_validator("*", mode="before")
    @classmethod
    def _printable(cls, value: object, about: ValidationInfo) -> object:
        return value if about.field_name == "svg" else _shown(value)


def _shown(value: object) -> object:
    if isinstance(value, str):
        return printable(value)
    return tuple(map(_shown, value)) if isinstance(value, tuple) else value


class Text(Shown):
    """One paragraph. `lead` is a word or two before it that stand out."""

    kind: Literal["text"] = "text"
    text: str
    lead: str = ""


class Points(Shown):
    """A list, in the order that is given; `numbered` where a decision refers to its items."""

    kind: Literal["points"] = "points"
    items: tuple[str, ...]
    numbered: bool = False


class Column(Shown):
    """One column of a table. `width` is its part of the line beside the others'."""

    title: str
    width: float = 1
    number: bool = False
    """Figures: set to the right."""


class Table(Shown):
    """One table with one row of headings; the first cell of a row heads it. `source` stands below: where the figures are
    from, of which day, what they cover, what they suppose."""

    kind: Literal["table"] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str
    total: bool = False
    """The last row is the sum of those above."""

    @model_validator(mode="after")
    def _is_even(self) -> "Table":
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.caption} has more or fewer cells than there are columns")
        return self


class Chart(Shown):
    """One picture, as drawing and as dots, with what it shows in words and the table of its data.

    The table is None where the same figures stand in a table of the paper's own."""

    kind: Literal["chart"] = "chart"
    title: str
    svg: str
    png: bytes
    alt: str
    table: Table | None

    def without_table(self) -> "Chart":
        """The same beside a table of the paper's own that has its figures."""
        return self.model_copy(update={"table": None})


class Blank(Shown):
    """What a person must write. Nothing is ever put in their place."""

    kind: Literal["blank"] = "blank"
    who: str
    """Whose to write: "The finance officer"."""
    what: str
    """What it is to say."""


class Warn(Shown):
    """One paragraph that a reader must not pass over."""

    kind: Literal["warn"] = "warn"
    text: str


Block = Text | Points | Table | Chart | Blank | Warn


class Section(Shown):
    """A heading and what is below it. `parts` are the sections one step down."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple["Section", ...] = ()

    def everything(self) -> Iterator[Block]:
        """Every block, those of its parts included."""
        yield from self.blocks
        for part in self.parts:
            yield from part.everything()


def headed(identity: str, title: str, *blocks: Block) -> Section:
    """A section of these blocks."""
    return Section(id=identity, title=title, blocks=blocks)


class Paper(Shown):
    """The whole paper. `front` is the box at its top; an empty value there is for a person to fill."""

    title: str
    council: str
    edition: Edition
    front: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    appendices: tuple[Section, ...]
    at: Instant

    @property
    def blanks(self) -> tuple[Blank, ...]:
        """Everything that a person must write, in order."""
        return tuple(
            block
            for section in (*self.sections, *self.appendices)
            for block in section.everything()
            if isinstance(block, Blank)
        )
