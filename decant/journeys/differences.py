"""Where sources do not agree, and which of these differences a person lets stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from decant.journeys.sources import by_server, ranks
from estate.documents.words import size
from estate.errors import UsageError
from estate.records.base import now
from estate.records.conflict import LOOKALIKES, Accepted, Conflict, Lookalike, words
from estate.records.server import Server
from estate.redact import redact
from estate.suggest import did_you_mean
from inventory.identity import identify
from inventory.merge import conflicts

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store


@dataclass(frozen=True)
class Differences:
    """Everything on which sources differ, apart by whether it is open."""

    conflicts: list[Conflict]
    lookalikes: list[Lookalike]
    accepted: list[Accepted]
    """Those that a person accepted and that have stayed as they were; the two lists above are without them."""

    @property
    def open(self) -> bool:
        """Whether anything waits for a person."""
        return bool(self.conflicts or self.lookalikes)


def disagreements(store: "Store", server: str | None = None) -> tuple[list[Conflict], list[Lookalike]]:
    """Every value on which sources differ, and sightings that may be of one server; of `server` alone, where given.

    Those that a person accepted are among them.
    """
    rank, held = ranks(), by_server(store)
    found = [
        one for name, seen in sorted(held.items()) if server in (None, name) for one in conflicts(name, seen, rank)
    ]
    lookalikes = identify([one for seen in held.values() for one in seen]).lookalikes
    return found, [one for one in lookalikes if server is None or server in one.servers]


def differences(store: "Store", server: str | None = None) -> Differences:
    """What is open and what was accepted, of `server` alone where given. A source's new word opens it again."""
    found, alike = disagreements(store, server)
    by_key = {(one.server, one.field): one for one in store.all(Accepted)}
    standing: dict[tuple[str, str], Accepted] = {}

    def stands(name: str, field: str, said: tuple[str, ...]) -> bool:
        accepted = by_key.get((name, field))
        if accepted is None or not set(said) <= set(accepted.said):
            return False
        standing[name, field] = accepted
        return True

    return Differences(
        [one for one in found if not stands(one.server, one.field, words(one))],
        [one for one in alike if not any(stands(name, LOOKALIKES, words(one)) for name in one.servers)],
        [one for key, one in sorted(standing.items()) if server in (None, one.server)],
    )


def still_open(store: "Store", found: Iterable[Conflict]) -> list[Conflict]:
    """Those of these that nobody accepted as they are."""
    by_key = {(one.server, one.field): one for one in store.all(Accepted)}
    return [
        one
        for one in found
        if (accepted := by_key.get((one.server, one.field))) is None or not set(words(one)) <= set(accepted.said)
    ]


def accept(app: "App", server: str, value: str, reason: str) -> Accepted:
    """Let a difference of `server` stand as it is today: of the value of that name, or its look-alikes.

    Raises `UsageError` where there is no such open difference, or no reason is given.
    """
    reason = redact(reason.strip())
    if not reason:
        raise UsageError("a difference is accepted for a reason", "give it with --reason")
    server = app.store.resolve(Server, server).id
    found = differences(app.store, server)
    by_field: dict[str, list[Conflict | Lookalike]] = {one.field: [one] for one in found.conflicts}
    if found.lookalikes:
        by_field[LOOKALIKES] = [*found.lookalikes]
    field = _field(value, by_field)
    said = sorted({word for one in by_field[field] for word in words(one)})
    made = Accepted(server=server, field=field, said=tuple(said), reason=reason, by=app.actor, at=now())
    app.store.put(made)
    app.ledger.append("difference.accepted", [server], {"value": field, "said": said, "reason": reason}, app.actor)
    return made


def reopen(app: "App", server: str, value: str) -> None:
    """Take the acceptance of a difference back. Raises `UsageError` where there is none."""
    server = app.store.resolve(Server, server).id
    known = [one.field for one in app.store.all(Accepted) if one.server == server]
    field = _field(value, known)
    app.store.retire(Accepted, [f"{server}@{field}"])
    app.ledger.append("difference.reopened", [server], {"value": field}, app.actor)


def in_words(accepted: Accepted) -> list[str]:
    """What was said, as people read it: "register: 16.0 GiB"."""
    found = []
    for said in accepted.said:
        source, _, value = said.rpartition(": ")
        sized = accepted.field.endswith("_bytes") and value.isdecimal()
        found.append(f"{source}: {size(int(value))}" if sized else said)
    return found


def name_of(field: str) -> str:
    """A value's name for people."""
    return field.removesuffix("_bytes").replace("_", " ")


def _field(value: str, among: Iterable[str]) -> str:
    """The field that a person means: by its name in records or for people."""
    by_name = {name: field for field in among for name in (field, name_of(field))}
    if value not in by_name:
        shown = sorted({name_of(field) for field in by_name.values()})
        there = f"give one of {', '.join(shown)}" if shown else "see `decant estate conflicts`"
        raise UsageError(f"there is no such difference as {value}", did_you_mean(value, shown, there))
    return by_name[value]
