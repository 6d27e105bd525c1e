"""From the bytes of a file to what the detectors read: columns of a table, or running text.

What a file is called does not decide alone: bytes that are no text are binary, whatever the name says. Office
documents are zip archives of XML: no larger than `UNPACKED`, read by defusedxml, which refuses entities.
"""

import csv
import html
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from xml.etree.ElementTree import ParseError

from inventory.personal import judge
from inventory.personal.judge import Found

UNPACKED = 32 << 20
OFFICE = frozenset({"docx", "xlsx", "odt", "ods"})
UNREAD = frozenset(
    {
        "pdf",
        "doc",
        "xls",
        "ppt",
        "pptx",
        "odp",
        "msg",
        "pst",
        "mdb",
        "accdb",
        "rtf",
        "zip",
        "gz",
        "7z",
        "rar",
        "tar",
    }
)
"""Types that may hold personal data and are not looked into; counted by type."""
IMAGES = frozenset({"tif", "tiff", "jpg", "jpeg", "png", "gif", "bmp", "heic", "mp3", "mp4", "avi", "mov", "wav"})
TEXTS = frozenset(
    {"txt", "csv", "tsv", "json", "jsonl", "ndjson", "xml", "html", "htm", "eml", "md", "log", "ini", "conf", "yaml",
     "yml", "sql", "vcf", "ics", "tab", "dat"}
)  # fmt: skip
_CELL_LIMIT = 2000
_ROWS = 2000


@dataclass(frozen=True, repr=False)
class Content:
    """What a file holds; not to be shown. `problem` says why it was not looked into."""

    columns: Mapping[str, Sequence[str]] | None = None
    text: str = ""
    problem: str = ""


def suffix(path: str) -> str:
    """The type that a file's name says, where it is one that we know; else nothing."""
    name = path.rsplit("/", 1)[-1].lower()
    end = name.rsplit(".", 1)[-1] if "." in name[1:] else ""
    return end if end in OFFICE | UNREAD | IMAGES | TEXTS else ""


def found_in(content: Content) -> list[Found]:
    """The kinds in one file."""
    if content.columns is None:
        return judge.text(content.text)
    names = list(content.columns)
    parts = [
        judge.column(name, values, [other for other in names if other != name])
        for name, values in content.columns.items()
    ]
    return list(judge.merged(parts).values())


def read(data: bytes, kind: str) -> Content:
    """Read a file's bytes, or its beginning, as what `kind` (see `suffix`) says. Never raises."""
    try:
        if kind in OFFICE:
            return _office(data, kind)
        if kind == "eml":
            return Content(text=_mail(data))
        text = _decoded(data)
        if text is None:
            return Content(problem="binary")
        reader = _READERS.get(kind)
        return reader(text) if reader else Content(text=text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, csv.Error, ParseError, zlib.error):
        # What the readers of the standard library say may quote a value.
        return Content(problem="damaged")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        # A locked archive: zipfile says RuntimeError or NotImplementedError, with the name of the member in it.
        return Content(problem="damaged or encrypted")


def _decoded(data: bytes) -> str | None:
    """Bytes as text, None where they are none: NUL, or many control characters."""
    for mark, codec in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return data.decode(codec, "replace")
    if b"\0" in data:
        return None
    controls = len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", data))
    if controls > len(data) // 50:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        # A character that the limit cut in two is no reason to take it for Windows' own encoding.
        return data.decode("utf-8", "replace") if wrong.start > len(data) - 4 else data.decode("cp1252", "replace")


def _table(text: str, delimiter: str = "") -> Content:
    lines = text.splitlines()
    if len(lines) > 1 and not text.endswith(("\n", "\r")):
        text = "\n".join(lines[:-1])
    if not delimiter:
        head = lines[0] if lines else ""
        delimiter = max(",;\t|", key=head.count)
        if delimiter not in head:
            return Content(text=text)
    return _columns(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def _columns(rows: Iterator[Sequence[str]]) -> Content:
    """A table by its first row; where that is no heading, each column has no name."""
    first = next(rows, None)
    if first is None:
        return Content(columns={})
    heading = all(len(cell) <= 60 and not judge.text(cell) for cell in first) and any(
        re.search(r"[A-Za-z]", cell) for cell in first
    )
    # Names are made different by a number, which `plain` does not take for a word of theirs.
    names = [f"{cell if heading else ''} #{number}" for number, cell in enumerate(first)]
    columns: dict[str, list[str]] = {name: [] for name in names}
    for count, row in enumerate(rows if heading else _with(first, rows)):
        if count >= _ROWS:
            break
        for name, cell in zip(names, row, strict=False):
            columns[name].append(cell[:_CELL_LIMIT])
    return Content(columns=columns)


def _with(first: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield first
    yield from rows


def _markup(text: str) -> Content:
    """HTML as its text: tags become spaces, ends of blocks become ends of lines."""
    text = re.sub(r"(?is)<(script|style)\b.*?(?:</\1>|\Z)", " ", text)
    text = re.sub(r"(?i)</(?:tr|p|div|li|h\d|table)>|<br\s*/?>", "\n", text)
    return Content(text=html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", text)))


def _xml(text: str) -> Content:
    """XML as text in which an element's name stands before what it holds, and its end ends the line."""
    text = re.sub(r"</[^<>]{0,200}>|/>", "\n", text)
    return Content(text=html.unescape(re.sub(r"[<>]", " ", text)))


def _mail(data: bytes) -> str:
    """A message's headers of people, and its parts of text, decoded."""
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    lines = [f"{name}: {message[name]}" for name in ("From", "To", "Cc", "Reply-To", "Subject") if message[name]]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            raw = part.get_payload(decode=True)
            if isinstance(raw, bytes):
                content = _decoded(raw) or ""
                lines.append(_markup(content).text if part.get_content_subtype() == "html" else content)
    return "\n".join(lines)


def _office(data: bytes, kind: str) -> Content:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(one.file_size for one in archive.infolist()) > UNPACKED:
            return Content(problem="too large when unpacked")
        if any(one.flag_bits & 1 for one in archive.infolist()):
            return Content(problem="encrypted")
        if kind == "xlsx":
            return _workbook(data)
        member = "word/document.xml" if kind == "docx" else "content.xml"
        return Content(text=_words(archive.read(member)))


def _words(document: bytes) -> str:
    from defusedxml import ElementTree, common  # type: ignore[import-untyped]  # it has no stubs  # noqa: PLC0415 - only where there is a document

    try:
        root = ElementTree.fromstring(document)
    except common.DefusedXmlException:
        raise ValueError("entities") from None
    parts: list[str] = []
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name in ("p", "tr", "table-row", "h"):
            parts.append("\n")
        elif name in ("tab", "tc", "table-cell", "br", "s"):
            parts.append(" ")
        parts += [element.text or ""]
        # What follows an element comes after all that it holds: near enough, since only its neighbourhood counts.
        parts += [element.tail or ""] if name in ("s", "tab", "span", "line-break", "a") else []
    return "".join(parts)


def _workbook(data: bytes) -> Content:
    import openpyxl  # noqa: PLC0415 - only where there is a workbook

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        columns: dict[str, Sequence[str]] = {}
        for number, sheet in enumerate(book.worksheets[:20]):
            rows = (
                ["" if cell is None else str(cell) for cell in row]
                for row in sheet.iter_rows(values_only=True, max_row=_ROWS)
            )
            for name, values in (_columns(rows).columns or {}).items():
                columns[f"{name} {number}"] = values
        return Content(columns=columns)
    finally:
        book.close()


_READERS: Mapping[str, Callable[[str], Content]] = {
    "csv": _table,
    "tsv": lambda text: _table(text, "\t"),
    "tab": lambda text: _table(text, "\t"),
    "html": _markup,
    "htm": _markup,
    "xml": _xml,
}
