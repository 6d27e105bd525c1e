"""What python-docx leaves to raw XML: headings of tables, alternative text, page numbers, lists that begin anew."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm

from estate.documents.paper import word_styles

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

LANGUAGE = word_styles.LANGUAGE
PAGE, MARGIN = (Mm(210), Mm(297)), Mm(18)
LINE = PAGE[0] - 2 * MARGIN
_EMPTY = "—"
_SHORT, _SUMS = 4, 12
"""Rows of a table that stays on one page, and of one that ends in their sum."""


def blank() -> "Word":
    """An empty A4 document in our styles, in British English, with nothing of the library's own in it."""
    document = Document()
    part = document.sections[0]
    part.page_width, part.page_height = PAGE
    part.left_margin = part.right_margin = part.top_margin = MARGIN
    part.bottom_margin = Mm(17)
    part.footer_distance = Mm(9)
    word_styles.apply(document)
    package = document.part.package
    for key, one in list(package.rels.items()):
        if one.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[key]
    return document


def paragraph(document: "Word", text: str, lead: str = "", style: str = "Normal", keep: bool = False) -> None:
    """One paragraph, its lead in bold; with `keep`, on one page with what comes next."""
    made = document.add_paragraph(style=style)
    made.paragraph_format.keep_with_next = keep or None
    if lead:
        made.add_run(f"{lead} ").bold = True
    made.add_run(text)


def listing(document: "Word", items: Sequence[str], numbered: bool) -> None:
    """A list of Word's own; a numbered one begins at 1."""
    style = "List Number" if numbered else "List Bullet"
    number = _begin_anew(document) if numbered else None
    for item in items:
        made = document.add_paragraph(item, style=style)
        if number is not None:
            properties = made._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = 0
            properties.get_or_add_numId().val = number


def _begin_anew(document: "Word") -> int:
    """The id of a new list with the numbering of "List Number", from 1."""
    style = document.styles["List Number"].element
    numbering = document.part.numbering_part.element
    first = numbering.num_having_numId(style.pPr.numPr.numId.val)
    made = numbering.add_num(first.abstractNumId.val)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(made.numId)


def box(document: "Word", rows: Sequence[tuple[str, str]]) -> None:
    """The facts at the head of a paper: what each is, and its value."""
    made = document.add_table(0, 2, style="Table Grid")
    _layout(made, [0.3, 0.7], "What this paper is", "Each row names one thing about this paper and gives it.")
    for label, value in rows:
        cells = made.add_row().cells
        _fill(cells[0], label, bold=True)
        _fill(cells[1], value)
        _whole(made.rows[-1])
    _widths(made, [0.3, 0.7])


def table(
    document: "Word",
    caption: str,
    columns: Sequence[tuple[str, float, bool]],
    rows: Sequence[Sequence[str]],
    source: str,
    total: bool = False,
    headed: bool = False,
) -> None:
    """A table with its caption above and its source below; the row of headings is marked and stands on every page.

    With `headed`, the heading above it says the caption already: the table keeps it as its title, and shows it once.
    `columns` has each one's title, its part of the line, and whether it holds figures.
    """
    if not headed:
        document.add_paragraph(caption, style="Caption")
    widths = [width / sum(width for _, width, _ in columns) for _, width, _ in columns]
    made = document.add_table(1, len(columns), style="Paper table")
    _layout(made, widths, caption, source)
    for cell, (title, _, number) in zip(made.rows[0].cells, columns, strict=True):
        _fill(cell, title, bold=True, right=number, keep=True)
    _mark(made.rows[0], "w:tblHeader")
    _whole(made.rows[0])
    for place, row in enumerate(rows):
        added = made.add_row()
        last = total and place == len(rows) - 1
        for at, (cell, text, column) in enumerate(zip(added.cells, row, columns, strict=True)):
            _fill(
                cell,
                text or _EMPTY,
                bold=last or at == 0,
                right=column[2],
                keep=len(rows) <= (_SUMS if total else _SHORT) or place in (0, len(rows) - 1),
            )
        _whole(added)
    _widths(made, widths)
    document.add_paragraph(source, style="Source")


def picture(document: "Word", title: str, png: bytes, alt: str) -> None:
    """A picture below its title, as wide as the line at most, with what it shows in words for those who do not see it."""
    document.add_paragraph(title, style="Caption")
    made = document.add_paragraph(style="Picture")
    drawn = made.add_run().add_picture(BytesIO(png), width=LINE)
    most = Mm(190)
    if drawn.height > most:
        drawn.width, drawn.height = Length(int(drawn.width * most / drawn.height)), most
    about = drawn._inline.docPr
    about.set("descr", alt)
    about.set("title", title)
    about.set("name", f"Picture {about.id}")
    inside: Any = drawn._inline.graphic.graphicData.pic.nvPicPr.cNvPr
    inside.set("name", f"Picture {about.id}")
    inside.set("descr", alt)


def footer(document: "Word", text: str) -> None:
    """The line below every page: what it is, and which page of how many."""
    line = document.sections[0].footer.paragraphs[0]
    line.style = document.styles["Footer"]
    line.add_run(f"{text}\tPage ")
    _field(line, "PAGE")
    line.add_run(" of ")
    _field(line, "NUMPAGES")


def saved(document: "Word", at: datetime) -> bytes:
    """The document's bytes, each part dated `at`, so that the same paper is the same file."""
    raw, out = BytesIO(), BytesIO()
    document.save(raw)
    when = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(raw) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.infolist():
            made = zipfile.ZipInfo(one.filename, when)
            made.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(made, before.read(one))
    return out.getvalue()


def _field(line: "Paragraph", name: str) -> None:
    run = line.add_run()._r
    for kind, text in (("begin", None), (None, name), ("separate", None), ("text", "1"), ("end", None)):
        if kind == "text":
            part = OxmlElement("w:t")
            part.text = text
        elif kind is None:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run.append(part)


def _fill(cell: "_Cell", text: str, bold: bool = False, right: bool = False, keep: bool = False) -> None:
    line = cell.paragraphs[0]
    line.style = "Table text"
    line.add_run(text).bold = bold or None
    line.paragraph_format.keep_with_next = keep or None
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _layout(made: Any, widths: Sequence[float], title: str, about: str) -> None:
    """Columns as wide as we say, the first one headings of rows, and a name for those who do not see it."""
    made.autofit = False
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    properties = made._tbl.tblPr
    width = properties.find(qn("w:tblW"))
    if width is None:
        width = OxmlElement("w:tblW")
        properties.append(width)
    width.set(qn("w:type"), "dxa")
    width.set(qn("w:w"), str(int(LINE / 635)))
    for tag, text in (("w:tblCaption", title), ("w:tblDescription", about)):
        element = OxmlElement(tag)
        element.set(qn("w:val"), text)
        properties.append(element)
    for column, part in zip(made.columns, widths, strict=True):
        column.width = int(LINE * part)


def _widths(made: Any, widths: Sequence[float]) -> None:
    for row in made.rows:
        for cell, part in zip(row.cells, widths, strict=True):
            cell.width = int(LINE * part)


def _mark(row: Any, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))


def _whole(row: Any) -> None:
    """A row is not broken between two pages."""
    properties = row._tr.get_or_add_trPr()
    properties.insert(0, OxmlElement("w:cantSplit"))
