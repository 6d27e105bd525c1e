"""Reads what people write and hand over: text and TOML, with one sentence for whatever is wrong with the file."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from estate.errors import UsageError

CHECK = "see that it is the right file, that you may read it, and that it is text in UTF-8"


def content(path: Path, remedy: str = CHECK) -> bytes:
    """The bytes of a file; raises `UsageError`, with `remedy`, where it is not there, no file, or closed to us."""
    try:
        # A pipe that nobody writes to would be waited for without end.
        if path.is_fifo() or path.is_socket() or path.is_char_device() or path.is_block_device():
            raise UsageError(f"{path} cannot be read (it is no regular file)", remedy)
        return path.read_bytes()
    except OSError as wrong:
        raise UsageError(f"{path} cannot be read ({reason(wrong)})", remedy) from None


def text(path: Path, remedy: str = CHECK) -> str:
    """The text in a file; raises `UsageError` as `content` does, and where it is not UTF-8."""
    try:
        return content(path, remedy).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise UsageError(f"{path} is not text in UTF-8 (byte {wrong.start + 1} is none of it)", remedy) from None


def toml(path: Path, remedy: str = CHECK) -> dict[str, Any]:
    """The tables of a TOML file; raises `UsageError` as `text` does, and where a line is not TOML."""
    return tables(text(path, remedy), path, remedy)


def tables(written: str, path: Path, remedy: str = CHECK) -> dict[str, Any]:
    """The tables of TOML that is, or is to be, in the file `path`; raises `UsageError` where a line is not TOML."""
    try:
        # Editors on Windows begin a file with a mark that TOML does not allow.
        return tomllib.loads(written.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as wrong:
        where, why = _fault(str(wrong), written.splitlines())
        raise UsageError(f"{path} is not valid TOML: {where}: {why}", "mend that line") from None
    except RecursionError:
        raise UsageError(f"{path} holds tables or lists nested too deeply to be read", remedy) from None


_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
_FAULTS = (
    (
        r"Cannot declare \((.*?),?\) twice",
        "the table {0} stands there twice; each entry of a list is headed [[{0}]], in two brackets",
    ),
    (r"Cannot overwrite a value", "that key, or a table of that name, is there already"),
    (r"Cannot mutate immutable namespace.*", "that table was closed above and takes nothing more"),
    (
        r"Expected newline or end of document.*",
        "something follows that value: text needs quotes, a date is 2027-03-31",
    ),
    (r"Expected '=' after a key.*", "a key needs an = and a value"),
    (r"Expected '\]' at the end of a table declaration", "the heading of that table needs its closing bracket"),
    (
        r"Expected '\]\]' at the end of an array declaration",
        "the heading of that entry needs two closing brackets",
    ),
    (r"Expected [\"'].*|Unterminated string", "a text needs its closing quotation mark"),
    (r"Illegal character.*", "a text may not go over the end of the line, nor hold control characters"),
    (r"Unescaped '\\' in a string", "write \\\\ for a backslash, or put the text in single quotation marks"),
    (r"Unclosed array", "a list needs its closing bracket, and commas between its values"),
    (
        r"Unclosed inline table",
        "a table in {{braces}} has to stand in one line, closed, with commas between its values",
    ),
    (r"Duplicate inline table key '?(.*?)'?", "the key {} is there twice"),
    (r"Invalid value", "that is no value: text needs quotation marks, yes and no are true and false"),
    (
        r"Invalid (?:statement|initial character for a key part)",
        "that is neither a key with a value nor the heading of a table",
    ),
    (r"Invalid date or datetime", "there is no such day or time"),
)
"""What Python's reader says, and what a person may make of it."""


_DAY = re.compile(r"[^#\"']*=\s*\d{4}-\d{1,2}-\d{1,2}\b.*")


def _fault(said: str, lines: Sequence[str]) -> tuple[str, str]:
    """Where a TOML file is wrong and how, in plain words; what is not known here stays in the reader's own."""
    found = _PLACE.fullmatch(said)
    why, line = (found[1], found[2]) if found else (said, None)
    where = f"line {line}" if line else "at its end"
    # To the reader, 2026-13-01 begins as a number and goes on as something else.
    if line and why.startswith("Expected newline") and _DAY.fullmatch(lines[int(line) - 1]):
        return where, "there is no such day; a date is 2027-03-31"
    for pattern, words in _FAULTS:
        match = re.fullmatch(pattern, why)
        if match:
            named = ".".join(re.findall(r"'(.*?)'", match[1]) or [match[1]]) if match.groups() else ""
            return where, words.format(named)
    return where, why[:1].lower() + why[1:]


def reason(wrong: OSError) -> str:
    """Why the system refused, in its own words, without a capital: "permission denied"."""
    words = wrong.strerror or type(wrong).__name__
    return words[:1].lower() + words[1:]
