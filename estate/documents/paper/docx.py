"""Draws a paper as a Word document that people go on writing in: A4, with real headings, lists and table headings."""

from typing import TYPE_CHECKING

from estate.documents import words
from estate.documents.paper import word
from estate.documents.paper.model import Blank, Block, Chart, Paper, Points, Section, Table, Text, Warn

if TYPE_CHECKING:
    from docx.document import Document


def docx(paper: Paper) -> bytes:
    """The document's bytes; the same paper gives the same bytes."""
    document = word.blank()
    _properties(document, paper)
    word.footer(document, f"{paper.title}, {words.day(paper.at)}")
    document.add_paragraph(paper.council or "Name of the council", style="Council")
    document.add_paragraph(paper.title, style="Title")
    word.box(document, [(label, value or "To be written") for label, value in paper.front])
    for number, section in enumerate(paper.sections, 1):
        _section(document, section, f"{number}.", 1)
    for place, section in enumerate(paper.appendices):
        _section(document, section, f"Appendix {chr(ord('A') + place)}:", 1, new_page=place == 0)
    return word.saved(document, paper.at)


def _properties(document: "Document", paper: Paper) -> None:
    about = document.core_properties
    about.title = f"{paper.title}: {paper.council}" if paper.council else paper.title
    about.author = about.last_modified_by = about.comments = about.keywords = about.subject = ""
    about.language = word.LANGUAGE
    about.created = about.modified = paper.at


def _section(document: "Document", section: Section, number: str, level: int, new_page: bool = False) -> None:
    heading = document.add_heading(f"{number} {section.title}".strip(), level)
    if new_page:
        heading.paragraph_format.page_break_before = True
    for block in section.blocks:
        _block(document, block, section.title)
    for part in section.parts:
        _section(document, part, "", level + 1)


def _block(document: "Document", block: Block, heading: str) -> None:
    match block:
        case Text():
            word.paragraph(document, block.text, block.lead, keep=not block.text)
        case Warn():
            word.paragraph(document, block.text, "Look at this:", style="Note")
        case Blank():
            word.paragraph(document, f"{block.what}", f"To be written by {block.who}:", style="To be written")
        case Points():
            word.listing(document, block.items, numbered=block.numbered)
        case Chart():
            word.picture(document, block.title, block.png, block.alt)
            if block.table is not None:
                _table(document, block.table, heading)
        case Table():
            _table(document, block, heading)


def _table(document: "Document", table: Table, heading: str) -> None:
    word.table(
        document,
        table.caption,
        [(column.title, column.width, column.number) for column in table.columns],
        table.rows,
        table.source,
        total=table.total,
        headed=table.caption == heading,
    )
