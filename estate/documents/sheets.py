"""A workbook of tables: a cover, then one table a sheet with one row of headings, no merged cells, and a name each.

What a server, a file or a person named is written as text, never as a formula.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

from estate.documents.words import LONDON
from estate.printable import printable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "words", "pounds", "pence", "number", "part", "factor", "day", "moment"]
"""How a column is shown; `words` is text of several lines, `part` a part of one as per cent, `moment` London's clock."""

LINE, TALLEST = 15, 409
"""Heights in points: of a line of text, and the most that a row can have."""
MOST_TEXT = 32_767
"""Characters in a cell, by the format itself."""
COVER = 90
"""Characters on a line of the cover."""
FIRST_YEAR = 1900
"""Of the calendar of spreadsheets, whose first days are not everybody's."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet may take for a formula once somebody edits or copies it."""

_FORMATS: Mapping[Kind, tuple[str, float]] = {
    "text": ("", 26),
    "words": ("", 60),
    "pounds": ('"£"#,##0;-"£"#,##0', 16),
    "pence": ('"£"#,##0.00;-"£"#,##0.00', 16),
    "number": ("#,##0.##", 14),
    "part": ("0.0%", 12),
    "factor": ("0.0000", 12),
    "day": ("d mmmm yyyy", 20),
    "moment": ("d mmmm yyyy, hh:mm", 24),
}

Cell = str | float | bool | date | datetime | None


@dataclass(frozen=True)
class Head:
    """One column. `total` sums it below the last row."""

    title: str
    kind: Kind = "text"
    total: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table. `about` says on the cover what it holds."""

    name: str
    about: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]


def write(title: str, front: Sequence[tuple[str, str]], sheets: Sequence[Sheet], at: datetime) -> bytes:
    """The workbook as bytes, the same for the same contents; `front` are the lines of its cover."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who writes one waits for it

    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": printable(title), "author": "Decant", "created": at.replace(tzinfo=None)})
    looks = _Looks(book)
    _cover(book.add_worksheet("Cover"), looks, title, front, sheets)
    for sheet in sheets:
        _table(book.add_worksheet(sheet.name), looks, sheet)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of one workbook."""

    def __init__(self, book: "Workbook") -> None:
        top = {"valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 16, **top})
        self.strong = book.add_format({"bold": True, **top})
        self.link = book.add_format({"font_color": "#1D70B8", "underline": 1, **top})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, **top})
        self.plain: dict[Kind, Any] = {}
        self.total: dict[Kind, Any] = {}
        for kind, (form, _) in _FORMATS.items():
            look = {**top, **({"num_format": form} if form else {}), **({"text_wrap": True} if not form else {})}
            self.plain[kind] = book.add_format(look)
            self.total[kind] = book.add_format({**look, "bold": True, "top": 1})
        self.quoted = book.add_format({"quote_prefix": True, "text_wrap": True, **top})


def _cover(
    page: "Worksheet", looks: _Looks, title: str, front: Sequence[tuple[str, str]], sheets: Sequence[Sheet]
) -> None:
    page.set_column(0, 0, 26)
    page.set_column(1, 1, COVER)
    page.set_column(2, 2, 10)
    _text(page, looks, 0, 0, title, looks.title)
    row = 2
    for word, said in front:
        _text(page, looks, row, 0, word, looks.strong)
        _text(page, looks, row, 1, said)
        page.set_row(row, _height([(said, COVER)]))
        row += 1
    row += 1
    for place, word in enumerate(("Sheet", "What it holds", "Rows")):
        page.write_string(row, place, word, looks.head)
    for sheet in sheets:
        row += 1
        page.write_url(row, 0, f"internal:'{sheet.name}'!A1", looks.link, sheet.name)
        _text(page, looks, row, 1, sheet.about)
        page.set_row(row, _height([(sheet.about, COVER)]))
        page.write_number(row, 2, len(sheet.rows), looks.plain["number"])
    page.hide_gridlines(2)
    _print(page, 3)


def _table(page: "Worksheet", looks: _Looks, sheet: Sheet) -> None:
    for place, head in enumerate(sheet.heads):
        page.set_column(place, place, _FORMATS[head.kind][1])
        page.write_string(0, place, head.title, looks.head)
    page.set_row(0, _height([(head.title, _FORMATS[head.kind][1] - 3) for head in sheet.heads]))
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    _print(page, len(sheet.heads))
    for number, row in enumerate(sheet.rows, 1):
        page.set_row(
            number, _height([(one, _FORMATS[head.kind][1]) for head, one in zip(sheet.heads, row, strict=True)])
        )
        for place, (head, value) in enumerate(zip(sheet.heads, row, strict=True)):
            _cell(page, looks, number, place, head.kind, value)
    if not sheet.rows:
        return
    page.add_table(
        0, 0, len(sheet.rows), len(sheet.heads) - 1,
        {"name": sheet.name.replace(" ", "_"), "style": "Table Style Light 1",
         "columns": [{"header": head.title, "header_format": looks.head} for head in sheet.heads]},
    )  # fmt: skip
    if any(head.total for head in sheet.heads):
        _totals(page, looks, sheet)


def _totals(page: "Worksheet", looks: _Looks, sheet: Sheet) -> None:
    """Below the table, so that sorting and filtering leave it: each a formula with its value."""
    from xlsxwriter.utility import xl_range  # noqa: PLC0415 - as above

    last = len(sheet.rows)
    for place, head in enumerate(sheet.heads):
        look = looks.total[head.kind]
        if head.total:
            value = sum(float(str(row[place] or 0)) for row in sheet.rows)
            page.write_formula(last + 1, place, f"=SUM({xl_range(1, place, last, place)})", look, value)
        else:
            page.write_string(last + 1, place, "Total" if place == 0 else "", look)


def _height(cells: Sequence[tuple[Cell, float]]) -> float:
    """Of a row whose texts are broken at these widths: not every program finds it by itself."""
    lines = max(
        (ceil(len(cell) / (width * 0.9)) for cell, width in cells if isinstance(cell, str) and cell), default=1
    )
    return min(LINE * lines, TALLEST)


def _cell(page: "Worksheet", looks: _Looks, row: int, place: int, kind: Kind, value: Cell) -> None:
    look = looks.plain[kind]
    if value is None:
        page.write_blank(row, place, None, look)
    elif isinstance(value, bool):
        page.write_string(row, place, "yes" if value else "no", look)
    elif isinstance(value, int | float):
        page.write_number(row, place, value, look)
    elif isinstance(value, date) and value.year > FIRST_YEAR:
        when = value.astimezone(LONDON).replace(tzinfo=None) if isinstance(value, datetime) else value
        page.write_datetime(row, place, when, look)
    else:
        _text(page, looks, row, place, str(value), look)


def _text(page: "Worksheet", looks: _Looks, row: int, place: int, text: str, look: Any = None) -> None:
    shown = printable(text)[:MOST_TEXT]
    page.write_string(row, place, shown, looks.quoted if shown.startswith(RISKY) else look or looks.plain["words"])


def _print(page: "Worksheet", columns: int) -> None:
    """On A4, as wide as a page."""
    page.set_paper(9)
    if columns > 4:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&R&P of &N")
