"""How a fact of Windows is read: one JSON object a line, each with what it is about under `kind`.

A line may also be a note: a part that could not be read, with its status (`part` in `_script.py`). A fact ends with a
status of its own. Objects are read value by value: what has another type than it should is an error, never a guess.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from estate.records.base import Record
from estate.redact import redact
from inventory.facts.base import MISSING, Fact, Reading, Section, failed, known, unreadable

REFUSED = 126
ADMIN = "membership of Administrators"
"""The right that most of Windows asks for."""


@dataclass(frozen=True)
class Row:
    """One object that a snippet printed. Every getter raises `ValueError` for a value of another type."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Text that every store can hold; empty where there is none. Numbers are taken as written."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"{name} is no text")
        return _clean(str(value)).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts. PowerShell writes a list of one as itself, and some lists with their count."""
        value = self.values.get(name)
        if isinstance(value, dict) and set(value) <= {"value", "Count"}:
            value = value.get("value")
        many = value if isinstance(value, list) else [] if value is None else [value]
        return tuple(text for one in many if (text := Row({name: one}).text(name)))

    def number(self, name: str) -> int | None:
        """A whole number that is not negative; None where there is none."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{1,19}", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 64:
            raise ValueError(f"{name} is no number")
        return value

    def count(self, name: str) -> int:
        """As `number`, of what must be there."""
        value = self.number(name)
        if value is None:
            raise ValueError(f"{name} is missing")
        return value

    def flag(self, name: str) -> bool | None:
        """True or false; None where it does not say."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise ValueError(f"{name} is neither true nor false")

    def moment(self, name: str) -> datetime | None:
        """An instant; None where there is none, and for Windows' words for never (1899, 1601)."""
        text = self.text(name)
        if not text:
            return None
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError(f"{name} has no time zone")
        return at.astimezone(UTC) if at.year >= _NEVER else None


_NEVER = 1970


@dataclass(frozen=True)
class Rows:
    """All that one snippet printed."""

    rows: Sequence[Row]
    uid: int
    """0 for a member of Administrators, elevated."""

    def of(self, kind: str) -> list[Row]:
        """The objects of one kind."""
        return [row for row in self.rows if row.values.get("kind") == kind]

    def one(self, kind: str) -> Row:
        """The first object of a kind. Raises `ValueError` where there is none."""
        found = self.of(kind)
        if not found:
            raise ValueError(f"it did not say its {kind}")
        return found[0]

    def known(self, payload: Record, *partial: str) -> Reading:
        """The payload, with what it may lack: `partial`, and the parts that could not be read."""
        notes = [row for row in self.rows if "note" in row.values]
        said = [f"{row.text('note')} ({_why(row)})" for row in notes]
        refused = any(row.number("status") == REFUSED for row in notes)
        return known(payload, "; ".join([*filter(None, partial), *said])[:600], ADMIN if refused else "")


def fact(
    name: str,
    reads: str,
    tool: str,
    snippet: str,
    parse: Callable[[Rows], Reading],
    *,
    tier: Literal[1, 2] = 1,
    section: str = "",
) -> Fact:
    """A fact of Windows. `tool` is the class, object or command that it cannot do without."""

    def parser(section: Section) -> Reading:
        return _read(section, parse)

    return Fact(name, reads, tool, parser, snippet, tier=tier, section=section, system="windows")


def redacted(text: str) -> str:
    """A command line without what looks like a secret, at most as long as a record should be."""
    return redact(text)[:4000]


def _read(section: Section, parse: Callable[[Rows], Reading]) -> Reading:
    rows = _rows(section)
    error = next((row.text("error") for row in rows if "error" in row.values), "")
    said = redact(error.split("\n", 1)[0])[:160]
    if section.status == REFUSED:
        return unreadable(said or "the right to read it was missing", ADMIN)
    if section.status:
        return failed(said or f"PowerShell ended it with status {section.status}")
    return parse(Rows(rows, section.uid))


def _rows(section: Section) -> list[Row]:
    rows = []
    for line in section.text.split("\n"):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_constant=_no_number)
        except RecursionError:
            raise ValueError("an object is nested too deeply") from None
        except json.JSONDecodeError:
            raise ValueError(f"a line is no JSON: {line[:40]!r}") from None
        if not isinstance(value, dict):
            raise ValueError(f"a line is no object: {line[:40]!r}")
        rows.append(Row(value))
    return rows


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _why(note: Row) -> str:
    words = {REFUSED: "refused", MISSING: "not there"}
    return words.get(note.number("status") or 0) or redact(note.text("said").split("\n", 1)[0])[:120] or "failed"


def _clean(text: str) -> str:
    """Half of a character outside the basic plane can be written in JSON, and kept nowhere."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
