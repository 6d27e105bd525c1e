"""What a fact is: what it reads of a host (files, a POSIX `sh` snippet, or both), and a pure parser of that.

Starting processes is what costs on a host, so what stands in files is named and not read by the snippet: one
`grep` reads the files of all facts, without comments and empty lines, each line behind the name of its file.
`reduce` is for what must not leave the host, or is too much: commands of `sed` on such lines.

A snippet is for what only a command, or the shell itself, can tell. It runs in a subshell of its own, standard
input closed, `LC_ALL=C`, `TZ=UTC0`, and may use three variables: `$uid` (who runs it), `$t` (a prefix that limits
the time of a command that may hang; empty where the host has no `timeout`) and `$own` (`$SSH_CONNECTION`). It
changes nothing, makes no file (so no here-document) and exits 127 where its tool is missing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from estate.records.base import Record
from estate.records.host import System
from estate.records.observation import Outcome
from estate.redact import redact

MISSING = 127
NOT_INSTALLED = "is not installed on the host"
"""How the reason ends where a tool is missing: the next reading finds it missing too."""
TIMED_OUT = frozenset({124, 137, 143})


_SHELL = re.compile(r"(?:/\S+/)?(?:ba|da|a|k|mk|z)?sh: ")


@dataclass(frozen=True)
class Section:
    """What one snippet printed on one host, standard error included, and how it ended."""

    output: bytes
    status: int = 0
    uid: int = 0
    """Who ran it: 0 for root."""
    files: bytes = b""
    """The lines of the fact's files, each behind its file's name, and what grep complained of."""

    @property
    def text(self) -> str:
        """The output as text that every store can hold: what is not UTF-8, and NUL, as `\\xNN`."""
        return self.output.decode("utf-8", "backslashreplace").replace("\0", "\\x00")

    @property
    def lines(self) -> list[str]:
        """The lines that are not empty."""
        return [line for line in self.text.split("\n") if line.strip()]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """File and line of the fact's files. Raises `ValueError` for what grep did not print."""
        return self._read[0]

    @property
    def refused(self) -> list[str]:
        """Files and folders that could not be read for want of a right."""
        return self._read[1]

    @cached_property
    def _read(self) -> "tuple[list[tuple[str, str]], list[str]]":
        return file_lines(Section(self.files))


@dataclass(frozen=True)
class Reading:
    """How reading one fact of one host ended; `payload` is there exactly when the outcome is known."""

    outcome: Outcome
    payload: Record | None = None
    reason: str = ""
    privilege: str = ""
    partial: str = ""


def known(payload: Record, partial: str = "", privilege: str = "") -> Reading:
    """It was read; `partial` says what it may lack, `privilege` the right that would show it."""
    return Reading(Outcome.KNOWN, payload, partial=partial, privilege=privilege)


def absent(reason: str) -> Reading:
    """There is no such thing on the host, and that is sure."""
    return Reading(Outcome.ABSENT, reason=reason)


def unreadable(reason: str, privilege: str = "root") -> Reading:
    """It is there, or may be, but a right was missing."""
    return Reading(Outcome.UNREADABLE, reason=reason, privilege=privilege)


def failed(reason: str) -> Reading:
    """The reading went wrong."""
    return Reading(Outcome.FAILED, reason=reason)


@dataclass(frozen=True)
class Fact:
    """One fact.

    `files` are patterns as the shell knows them. `run_as` says whether it is worth reading as root where the host's
    `sudo` setting allows it. `limit` is the most bytes its snippet may print, where any account may have written
    what it reads; the others share one limit. Facts with the same `section` have the same snippet, which is run
    once. A snippet that is `light` starts hardly a process: all of these share one subshell, as functions that end
    by `return` and change no variable of the others. `tier` 1 is cheap; 2 reads package lists, databases or
    folders, takes longer, and has a time of its own.
    """

    id: str
    reads: str
    """What it reads and which privilege that needs, for the published probe list."""
    tool: str
    """What is missing where the snippet exits with 127."""
    parser: Callable[[Section], Reading]
    snippet: str = ""
    files: tuple[str, ...] = ()
    reduce: str = ""
    run_as: Literal["user", "root"] = "user"
    limit: int | None = None
    tier: Literal[1, 2] = 1
    section: str = ""
    light: bool = False
    system: System = "posix"
    """Whether the snippet is for `sh` or for Windows' PowerShell (`inventory/windows`)."""

    def read(self, section: Section) -> Reading:
        """Understand one section. Never raises: what cannot be understood is a failed reading."""
        if section.status in TIMED_OUT:
            return failed("reading it took too long and was stopped")
        try:
            reading = self._missing(section) or self.parser(section)
            refused = section.refused if reading.outcome is Outcome.KNOWN and not reading.partial else []
            if refused:
                # Where the parser has no better words for it.
                reading = replace(reading, partial=f"what stands in {', '.join(refused[:8])}", privilege="root")
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as wrong:
            first = str(wrong).strip().split("\n", 1)[0]
            reading = failed(f"its output could not be understood: {first[:160] or type(wrong).__name__}")
        if reading.outcome is Outcome.FAILED and denied(section):
            text = f"{section.text}\n{Section(section.files).text}"
            said = next(line for line in text.split("\n") if denied(Section(line.encode())))
            reading = unreadable(said.strip()[:160])
        # What a tool said of itself may well hold what it was told.
        return replace(reading, reason=redact(reading.reason), partial=redact(reading.partial))

    def _missing(self, section: Section) -> Reading | None:
        return failed(f"{self.tool} {NOT_INSTALLED}") if section.status == MISSING else None


def denied(section: Section) -> bool:
    """Whether the output says that a right was missing."""
    lowered = section.output.lower() + b"\n" + section.files.lower()
    return any(
        sign in lowered
        for sign in (b"permission denied", b"operation not permitted", b"access denied", b"must be root")
    )


def file_lines(section: Section) -> tuple[list[tuple[str, str]], list[str]]:
    """What `grep -aH` printed: pairs of file and line, and the files that could not be read for want of a right.

    Every line starts with the name of its file, so that no file can pretend to be another. Raises `ValueError` for
    a line that is of neither form.
    """
    pairs: list[tuple[str, str]] = []
    refused: list[str] = []
    for line in section.lines:
        if _SHELL.match(line):
            raise ValueError(f"the shell said {line[:60]!r}")
        if line.startswith("/"):
            file, colon, rest = line.partition(":")
            if not colon:
                raise ValueError(f"a line names no file: {line[:40]!r}")
            pairs.append((file, rest))
        elif line.startswith("unreadable "):
            refused.append(line.removeprefix("unreadable "))
        elif line.startswith("grep: "):
            if line.endswith("Permission denied"):
                refused.append(line.split(": ")[1])
        else:
            raise ValueError(f"an unexpected line: {line[:40]!r}")
    return pairs, refused


def whole(status: str, uid: int) -> bool:
    """Whether du measured all of a folder: 1 means that it was not let in somewhere.

    To root that only happens where files come and go meanwhile, which is no reason to know nothing.
    """
    return status == "0" or (status == "1" and uid == 0)


def lines_of(pairs: Sequence[tuple[str, str]], path: str) -> list[str]:
    """The lines of one file."""
    return [line for file, line in pairs if file == path]


def values_of(pairs: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """The first line of each file, for files that hold one value."""
    out: dict[str, str] = {}
    for file, line in pairs:
        out.setdefault(file, line.strip())
    return out


def plain(text: str) -> str:
    """The kernel writes a space in a path as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text).replace("\0", "\\x00")
