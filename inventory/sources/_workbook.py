"""Workbooks, a row at a time, by openpyxl's read-only mode; looked at as a zip file first, so that none is a bomb."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from xml.etree.ElementTree import ParseError

from estate.errors import UsageError
from estate.reading import reason
from inventory.sources._tables import MOST_BYTES, WIDEST, Cells, Raw

_SHARED_BYTES = 128 * 1024**2
"""Openpyxl holds the shared texts in memory; more than this is refused."""
_RATIO = 300
"""A spreadsheet packs to a tenth or a fiftieth; more than this is a bomb."""
_SMALL = 1024**2
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_MOST_MERGED = 100_000

_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError, ParseError,
    RuntimeError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl and what it stands on raise for a file that is no workbook; it has no error of its own for that."""


def check(path: Path) -> None:
    """Refuse what is no zip file, or unpacks to too much. Raises `UsageError`."""
    with _understood(path), zipfile.ZipFile(path) as archive:
        whole = 0
        for entry in archive.infolist():
            whole += entry.file_size
            packed = max(entry.compress_size, 1)
            if entry.file_size > _SMALL and entry.file_size > _RATIO * packed:
                raise UsageError(
                    f"{path.name} unpacks to {entry.file_size // packed:,} times its size: it is no honest workbook",
                    "export it again, or leave it out",
                )
            if "sharedstrings" in entry.filename.lower() and entry.file_size > _SHARED_BYTES:
                raise UsageError(f"{path.name} holds more text than is read", "export it as CSV")
        if whole > MOST_BYTES:
            raise UsageError(
                f"{path.name} unpacks to more than {MOST_BYTES // 1024**2} MiB", "export it as CSV, or split it"
            )


@contextmanager
def sheets(path: Path) -> Iterator[dict[str, Raw]]:
    """The sheets of a workbook by name, in lower case. Raises `UsageError` where it cannot be read."""
    check(path)
    # Imported only here: it takes longer to import than most commands take to run.
    from openpyxl import load_workbook  # noqa: PLC0415

    with _understood(path):
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        found: dict[str, Raw] = {}
        with _understood(path):
            for sheet in book.worksheets:
                name = str(sheet.title)
                inside = str(getattr(sheet, "_worksheet_path", ""))
                found[name.casefold()] = Raw(
                    where=f"{path.name}, sheet {name}",
                    rows=_rows(path, sheet),
                    merged=_merged(path, inside),
                )
        yield found
    finally:
        book.close()


def _rows(path: Path, sheet: object) -> Iterator[tuple[int, Cells]]:
    with _understood(path):
        # What a sheet says of its own size is often wrong, and sometimes a trap.
        sheet.reset_dimensions()  # type: ignore[attr-defined]  # its stubs name the other mode's class
        lines = sheet.iter_rows(max_col=WIDEST, values_only=True)  # type: ignore[attr-defined]  # likewise
    for number in count(1):
        with _understood(path):
            cells = next(lines, None)
        if cells is None:
            return
        yield number, cells


def _merged(path: Path, inside: str) -> frozenset[tuple[int, int]]:
    """Cells below or beside the first of each merged range, which read-only mode does not tell."""
    covered: set[tuple[int, int]] = set()
    with zipfile.ZipFile(path) as archive:
        if inside.lstrip("/") not in archive.namelist():
            return frozenset()
        with archive.open(inside.lstrip("/")) as part:
            tail = b""
            while piece := part.read(1024 * 1024):
                text = tail + piece
                for left, top, right, bottom in _MERGED.findall(text):
                    first, last = _column(left), _column(right)
                    for row in range(int(top), min(int(bottom), int(top) + _MOST_MERGED) + 1):
                        covered.update((row, column) for column in range(first, min(last, WIDEST) + 1))
                        if len(covered) > _MOST_MERGED:
                            return frozenset(covered)
                    covered.discard((int(top), first))
                tail = text[-200:]
    return frozenset(covered)


def _column(letters: bytes) -> int:
    """The column's number from 0: A is 0, AA is 26."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found - 1


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise UsageError(f"{path.name} cannot be read ({reason(wrong)})", "see that you may read it") from None
    except _BROKEN as wrong:
        said = str(wrong).strip().split("\n")[0][:100] or type(wrong).__name__
        raise UsageError(
            f"{path.name} is not a workbook that can be read ({said})",
            "export it again as .xlsx, without a password",
        ) from None
