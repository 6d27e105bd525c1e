"""Anchors: heads of the ledger noted in places that whoever changes the ledger cannot change too."""

import json
import os
import syslog
from pathlib import Path

from pydantic import Field, ValidationError

from estate import reading
from estate.canonical import canonical
from estate.errors import EvidenceError, UnreachableError
from estate.records.base import Instant, Record

SYSLOG = "syslog:"


class Anchor(Record):
    """One head: the ledger held this entry, as its last, at that time."""

    sequence: int = Field(ge=1)
    entry_sha256: str
    key_sha256: str
    """Fingerprint of the public key that the ledger's signatures answer to."""
    at: Instant


def write(anchor: Anchor, place: str) -> None:
    """Add an anchor to a file, or to the system log where `place` is `syslog:`.

    Raises `UnreachableError` where the file cannot be written.
    """
    if place == SYSLOG:
        syslog.openlog("decant", facility=syslog.LOG_AUTHPRIV)
        syslog.syslog(syslog.LOG_NOTICE, f"ledger anchor {canonical(anchor)}")
        return
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(canonical(anchor) + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise UnreachableError(
            f"the anchor file {place} cannot be written ({error.strerror})",
            "see that its folder is there and yours, then run `decant evidence anchor`",
        ) from error


def read(file: Path) -> list[Anchor]:
    """Every anchor of a file.

    Raises `UsageError` where it is not there, `EvidenceError` for a line that is no anchor.
    """
    lines = reading.text(file, "give the file that `decant evidence anchor` wrote").splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(Anchor.model_validate(json.loads(line)))
        except (ValidationError, ValueError):
            raise EvidenceError(
                f"line {number} of the anchors {file} is no anchor", "compare with the copy kept elsewhere"
            ) from None
    return found


def highest(file: Path) -> int:
    """The last entry that any anchor of a file covers, 0 where there is none.

    Lines that are no anchor are passed over: `read`, which a verification uses, names them.
    """
    if not file.exists():
        return 0
    found = [0]
    for line in file.read_text("utf-8", errors="replace").splitlines():
        try:
            found.append(Anchor.model_validate_json(line).sequence)
        except ValidationError:
            continue
    return max(found)
