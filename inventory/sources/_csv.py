"""CSV as spreadsheets write it: any of the usual separators, UTF-8, UTF-16 or cp1252, with or without a mark."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from estate.errors import UsageError
from estate.reading import reason
from inventory.sources._tables import MOST_BYTES, Cells, Raw

_CHUNK = 1024 * 1024
_LONGEST_CELL = 1024 * 1024


def sheet(path: Path) -> Raw:
    """A CSV file as a sheet. Raises `UsageError` where it cannot be read."""
    encoding, note = _encoding(path)
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            first = file.read(64 * 1024)
    except OSError as wrong:
        raise UsageError(f"{path.name} cannot be read ({reason(wrong)})", "see that you may read it") from None
    separator = _separator(first)
    return Raw(
        where=path.name,
        rows=_rows(path, encoding, separator),
        comma=separator == ";",
        notes=(note,) if note else (),
    )


def _encoding(path: Path) -> tuple[str, str]:
    """The encoding, and what a reader should know of it. The file is read through once, a piece at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path.name} is larger than {MOST_BYTES // 1024**2} MiB", "split it")
        with path.open("rb") as file:
            mark = file.read(4)
            if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", ""
            file.seek(0)
            while piece := file.read(_CHUNK):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except OSError as wrong:
        raise UsageError(f"{path.name} cannot be read ({reason(wrong)})", "see that you may read it") from None
    except UnicodeDecodeError:
        return "cp1252", "it is not UTF-8 and was read as cp1252 (Western European Windows)"
    return "utf-8-sig", ""


def _separator(text: str) -> str:
    """The separator that the first lines agree on; a comma where none of them has any."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    counts = {one: max((_outside_quotes(line, one) for line in lines), default=0) for one in ",;\t|"}
    return max(counts, key=lambda one: counts[one])


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def _rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        # Not strict, a quotation mark that is never closed takes every row after it into one cell, and says nothing.
        reader = csv.reader(file, delimiter=separator, strict=True)
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeError) as wrong:
                raise UsageError(
                    f"{path.name} cannot be read on from line {begins} ({wrong})",
                    "mend that line: a quotation mark that is never closed, or stands single within a quoted cell, "
                    "does this",
                ) from None
            yield reader.line_num, cells
