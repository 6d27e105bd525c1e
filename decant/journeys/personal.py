"""Looks for personal data on discovered servers, keeps what was found, and drafts the record of processing."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from estate import reading, writing
from estate.errors import EXIT_UNREACHABLE, UsageError, worst
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.server import ServerFacts
from inventory.personal.detectors import all_detectors
from inventory.personal.register import entry
from inventory.personal.sample import Limits
from inventory.personal.search import search

if TYPE_CHECKING:
    from decant.app import App

_HEAD = "# As Decant wrote it: sha256 "


@dataclass(frozen=True)
class PersonalRun:
    """What one look for personal data gave: the records, and the drafts written or left alone."""

    found: Sequence[PersonalData]
    drafts: Sequence[Path]
    edited: Sequence[Path]

    @property
    def exit_code(self) -> int:
        """0, or that of what could not be reached."""
        return worst(EXIT_UNREACHABLE for one in self.found if one.outcome is Outcome.FAILED)


def run(app: "App", chosen: Sequence[Host], hosts: Mapping[str, Host], rows: int | None = None) -> PersonalRun:
    """Sample every database and shared tree of the `chosen` hosts that were reached; `rows` is of each table.

    `hosts` also holds the jump hosts.

    Raises `UsageError` where a draft cannot be written.
    """
    from estate.transport.connect import connect

    settings = app.settings.discover
    limits = Limits(rows=rows or settings.sample_rows, files=settings.sample_files)
    facts = {one.server.id: one for one in app.store.all_server_facts() if one.server.reached}
    wanted = [(host, facts[host.name]) for host in chosen if host.name in facts]
    kept: list[PersonalData] = []

    def keep(found: Sequence[PersonalData]) -> None:
        for server in {one.server for one in found}:
            _keep(app, server, [one for one in found if one.server == server])
        kept.extend(found)

    try:
        search(
            wanted,
            # No recording: a sample is never written down.
            lambda host: connect(host, hosts, app.workspace.known_hosts),
            keep,
            limits,
            min(8, settings.parallel),
            app.progress,
        )
    finally:
        if kept:
            app.ledger.append(
                "discover.personal-data",
                sorted(one.id for one in kept),
                {one.id: {"outcome": one.outcome.value, "kinds": list(one.kinds)} for one in kept},
                app.actor,
            )
    drafts, edited = _drafts(app, kept, facts)
    return PersonalRun(sorted(kept, key=lambda one: one.id), drafts, edited)


def _keep(app: "App", server: str, found: Sequence[PersonalData]) -> None:
    """Keep what this look gave; what was found before stays where this one could not look."""
    before = {one.id: one for one in app.store.all(PersonalData) if one.server == server}
    ids = {one.id for one in found}
    kinds_unread = {one.source for one in found if one.id == f"{server}/{one.source}"}
    gone = [one.id for one in before.values() if one.id not in ids and one.source not in kinds_unread]
    app.store.retire(PersonalData, gone)
    app.store.put(*found)


def _drafts(
    app: "App", found: Sequence[PersonalData], facts: dict[str, ServerFacts]
) -> tuple[list[Path], list[Path]]:
    written: list[Path] = []
    edited: list[Path] = []
    for one in found:
        if not one.places:
            continue
        path = app.workspace.register / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', one.id)}.toml"
        text = entry(one, facts.get(one.server), app.settings.workspace.council)
        (written if _write(path, text) else edited).append(path)
    return written, edited


def _write(path: Path, text: str) -> bool:
    """Write a draft, unless a person changed the one that is there; whether it was written."""
    try:
        if path.exists() and not _ours(path.read_text("utf-8", "replace")):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise UsageError(
            f"the draft {path} cannot be written ({reading.reason(wrong)})",
            "give yourself the right to write there",
        ) from None
    writing.replace(path, f"{_HEAD}{_digest(text)}\n{text}")
    return True


def _ours(content: str) -> bool:
    first, _, rest = content.partition("\n")
    return first == f"{_HEAD}{_digest(rest)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def personal_rows(found: Sequence[PersonalData]) -> list[list[object]]:
    """A row for each kind in each source, and for each source of which nothing is known."""
    titles = all_detectors()
    rows: list[list[object]] = []
    for one in found:
        if one.outcome is not Outcome.KNOWN:
            rows.append([one.id, None, one.reason, one.privilege and f"needs {one.privilege}"])
        elif not one.places:
            rows.append([one.id, "none in the sample", f"{one.values} looked at", ""])
        for kind in one.kinds:
            places = [(place.where, each) for place in one.places for each in place.found if each.kind == kind]
            more = f" and {len(places) - 3} more" if len(places) > 3 else ""
            rows.append(
                [
                    one.id,
                    titles[kind].title if kind in titles else kind,
                    ", ".join(where for where, _ in places[:3]) + more,
                    " to ".join(
                        sorted({each.confidence for _, each in places}, key=("low", "medium", "high").index)
                    ),
                ]
            )
    return rows


def passed_rows(found: Sequence[PersonalData]) -> list[list[object]]:
    """What was not looked at, and why."""
    return [[one.id, left.what, left.count, left.reason] for one in found for left in one.not_looked_at]
