"""One import: what a source says, taken in, joined with what is known, and every row accounted for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from decant.journeys import sources
from decant.journeys.differences import still_open
from decant.journeys.discovery import derive
from decant.journeys.forgetting import keep_within
from estate.documents.words import count as count_of
from estate.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_UNREACHABLE, worst
from estate.progress import Step
from estate.records.conflict import Conflict, Lookalike
from estate.records.server import Server
from estate.records.sighting import Sighting
from estate.suggest import did_you_mean
from inventory.identity import identify
from inventory.merge import conflicts
from inventory.sources.base import Doubt, LeftOut, Part, Request, Source

if TYPE_CHECKING:
    from decant.app import App

_EVERY = 500


@dataclass(frozen=True)
class Taken:
    """One machine that came in, or would."""

    server: str
    name: str
    where: str
    new: bool
    """Whether nothing was known of this server before."""
    joined_by: str
    """The rule by which it is a server that was known; empty where it is new or was imported before."""


@dataclass
class Imported:
    """What one import did, or would do."""

    source: str
    dry_run: bool
    parts: list[Part] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    taken: Sequence[Taken] = ()
    conflicts: Sequence[Conflict] = ()
    lookalikes: Sequence[Lookalike] = ()
    not_seen_again: Sequence[str] = ()
    """Servers that an earlier import of the same source and scope told of, and this one does not."""

    @property
    def exit_code(self) -> int:
        """0; 1 where a file, or a value in it, could not be read; 3 where an account could not."""
        codes = {"refused": EXIT_UNREACHABLE, "unreachable": EXIT_UNREACHABLE, "read": EXIT_DONE}
        of_values = EXIT_FINDINGS if self.doubts else EXIT_DONE
        return worst([of_values, *(codes.get(part.outcome, EXIT_FINDINGS) for part in self.parts)])


def run(app: "App", source: Source, request: Request, dry_run: bool = False) -> Imported:
    """Read a source, join it with what is known, and keep it, unless it is a dry run.

    Raises `UsageError` as the source does where nothing can be read at all.
    """
    outcome = Imported(source.id, dry_run)
    found: dict[str, Sighting] = {}
    app.progress(Step("import", 0, None, "rows"))
    count = 0
    for item in source.read(request):
        if isinstance(item, Sighting):
            found[item.id] = item
        elif isinstance(item, Part):
            outcome.parts.append(item)
        elif isinstance(item, LeftOut):
            outcome.left_out.append(item)
        else:
            outcome.doubts.append(item)
        count += isinstance(item, Sighting | LeftOut)
        if count % _EVERY == 0:
            app.progress(Step("import", count, None, "rows"))
    app.progress(Step("import", count, count, "rows"))
    whole = all(part.outcome == "read" for part in outcome.parts)
    if not source.makes_servers(request):
        _leave_strangers(app, outcome, found)
    _say_what_is_lost(outcome)
    _settle(app, outcome, found, whole)
    return outcome


def _leave_strangers(app: "App", outcome: Imported, found: dict[str, Sighting]) -> None:
    """Take out the rows that join no server that is known: of a list of contracts, such a name is more likely a slip."""
    kept = {one.id: one for one in sources.known_sightings(app.store)}
    known = {name for one in app.store.all(Server) for name in (one.id, one.hostname) if name}
    for members in identify({**kept, **found}.values()).servers.values():
        if any(one.id in kept for one in members):
            continue
        for one in members:
            del found[one.id]
            otherwise = "if it is one, say new_servers = true in the mapping"
            reason = f"no server of that name is known: {did_you_mean(one.name, known, otherwise)}"
            outcome.left_out.append(LeftOut(where=one.where, what=one.name, reason=reason))
            outcome.parts = [_without_one(part, one) for part in outcome.parts]


def _without_one(part: Part, left: Sighting) -> Part:
    if not left.where.startswith(f"{part.where}, "):
        return part
    return part.model_copy(
        update={
            "outcome": "in part" if part.outcome == "read" else part.outcome,
            "taken": part.taken - 1,
            "left_out": part.left_out + 1,
        }
    )


def _say_what_is_lost(outcome: Imported) -> None:
    """A file of which values could not be read was read in part: a date that is lost may be a deadline."""
    for number, part in enumerate(outcome.parts):
        lost = sum(one.where.startswith(f"{part.where}, ") for one in outcome.doubts)
        if lost:
            note = f"{count_of(lost, 'value')} could not be read"
            outcome.parts[number] = part.model_copy(
                update={
                    "outcome": "in part" if part.outcome == "read" else part.outcome,
                    "notes": (*part.notes, note),
                }
            )


def _settle(app: "App", outcome: Imported, found: dict[str, Sighting], whole: bool) -> None:
    store = app.store
    kept = {one.id: one for one in sources.known_sightings(store)}
    servers_before = {one.id for one in store.all(Server)}
    new = {
        name: one.model_copy(update={"server": kept[name].server}) if name in kept else one
        for name, one in found.items()
    }
    every = {**kept, **new}
    identified = identify(every.values()) if outcome.dry_run else derive(app, list(every.values()))
    rank = sources.ranks()
    taken, differing = [], []
    for server, members in identified.servers.items():
        mine = [one for one in members if one.id in found]
        if not mine:
            continue
        differing += conflicts(server, members, rank)
        taken += [
            Taken(
                server=server,
                name=one.name,
                where=one.where,
                new=server not in servers_before,
                joined_by=identified.joined.get(one.id, "") if one.id not in kept else "",
            )
            for one in mine
        ]
    outcome.taken, outcome.conflicts = taken, still_open(store, differing)
    touched = {one.server for one in taken}
    outcome.lookalikes = [one for one in identified.lookalikes if touched & set(one.servers)]
    scopes = {(one.source, one.scope) for one in found.values()}
    outcome.not_seen_again = sorted(
        {
            one.server
            for one in kept.values()
            if whole and (one.source, one.scope) in scopes and one.id not in found
        }
    )
    if not outcome.dry_run:
        # Names of servers stay out: what is forgotten later cannot be taken out of a ledger.
        app.ledger.append(
            "estate.imported",
            [outcome.source],
            {
                "servers": len(touched),
                "parts": [
                    {"where": part.where, "outcome": part.outcome, "rows": part.rows, "taken": part.taken}
                    for part in outcome.parts
                ],
                "left_out": len(outcome.left_out),
                "conflicts": len(differing),
            },
            app.actor,
        )
        keep_within(app)
