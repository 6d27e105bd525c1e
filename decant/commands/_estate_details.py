"""What `decant estate show` lists of a server's facts, besides the line that each has."""

from collections.abc import Sequence

from decant.output import table
from estate.documents.words import count, day, size
from estate.records.facts.certificates import Certificates
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.listeners import Listeners
from estate.records.server import ServerFacts

MOST = 15
"""Rows of a table; `--json` has all."""


def show(facts: ServerFacts) -> None:
    """The ports it listens on with their process, its certificates with their end, and its file systems."""
    listening = facts.get("listeners", Listeners)
    if listening is not None:
        ordered = sorted(listening.listeners, key=lambda one: (one.local_only, one.port, one.protocol))
        _some(
            "Listens on",
            ["port", "address", "process", "unit"],
            [[f"{one.port}/{one.protocol}", one.address, one.process, one.unit] for one in ordered],
        )
    held = facts.get("certificates", Certificates)
    if held is not None:
        first = sorted(held.certificates, key=lambda one: one.not_after)
        _some(
            "Certificates",
            ["file", "for", "ends"],
            [[one.path, ", ".join(one.names) or one.subject, day(one.not_after)] for one in first],
        )
    mounted = facts.get("filesystems", Filesystems)
    if mounted is not None:
        rows = [
            [one.mountpoint, one.type, size(one.used_bytes), size(one.size_bytes)] for one in mounted.filesystems
        ]
        rows += [[one.mountpoint, one.type, f"on {one.source}", ""] for one in mounted.remote]
        _some("File systems", ["at", "type", "used", "size"], rows)


def _some(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    left = len(rows) - MOST
    table(
        title + (f" (the first {MOST} of {count(len(rows), 'row')}: --json)" if left > 0 else ""),
        columns,
        rows[:MOST],
    )
