"""The life of short-lived stacks: what is left of it, how it is extended, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import tomlkit

from decant.app import App
from decant.journeys.stack_files import names, record, settings_file
from estate import reading, writing
from estate.documents.words import LONDON, day
from estate.errors import DecantError, RefusedError, UsageError
from estate.records.base import now
from stacks.expiry import check_extension, days_left, stage, told
from stacks.settings.file import load
from stacks.settings.whole import StackSettings

State = Literal["built", "begun", "taken away", "not built"]
"""What the ledger says was last done with a stack by Decant. `begun`: building started, and did not end well. What was
built by other means is `not built` here."""

_DONE: dict[str, State] = {
    "stack.up.begun": "begun",
    "stack.up": "built",
    "stack.destroy": "taken away",
    "stack.reap": "taken away",
}


@dataclass(frozen=True)
class Life:
    """One stack that expires."""

    name: str
    settings: StackSettings
    expires_on: date
    left: int
    """Days; below nought once it has expired."""
    state: State

    @property
    def told(self) -> str:
        """What a person is told of it."""
        return f"{self.name} {told(self.left)}, on {day(self.expires_on)}"


def today() -> date:
    """The day in London."""
    return now().astimezone(LONDON).date()


def lives(app: App) -> list[Life]:
    """Every stack that expires, the soonest first. One whose settings are wrong is in `stack list` alone."""
    states = built(app)
    found = []
    for name in names(app):
        try:
            settings = load(app.workspace.stacks / f"{name}.toml")
        except DecantError:
            continue
        if settings.expires_on is not None:
            left = days_left(settings.expires_on, today())
            found.append(Life(name, settings, settings.expires_on, left, states.get(name, "not built")))
    return sorted(found, key=lambda one: (one.expires_on, one.name))


def ending(app: App) -> list[Life]:
    """Those that expire within seven days or have expired, and were not taken away."""
    return [one for one in lives(app) if stage(one.left) and one.state != "taken away"]


def built(app: App) -> dict[str, State]:
    """By stack, what was last done with it."""
    entries = [(entry, state) for action, state in _DONE.items() for entry in app.ledger.entries(action)]
    states: dict[str, State] = {}
    for entry, state in sorted(entries, key=lambda one: one[0].sequence):
        for subject in entry.subjects:
            states[subject.removeprefix("stack:")] = state
    return states


def begun(app: App, name: str) -> date | None:
    """The day on which what stands of a stack was first built, by the ledger; None where nothing does."""
    subject = f"stack:{name}"
    first: date | None = None
    entries = [entry for action in _DONE for entry in app.ledger.entries(action) if subject in entry.subjects]
    for entry in sorted(entries, key=lambda one: one.sequence):
        if _DONE[entry.action] == "taken away":
            first = None
        elif first is None:
            first = datetime.fromisoformat(entry.at).astimezone(LONDON).date()
    return first


def extend(app: App, name: str, until: date, reason: str) -> tuple[date, bool]:
    """Give a stack until the day `until`: edits `expires_on` in its settings, and keeps every comment.

    Where `tags.end_date` was the same day, it becomes the new one as well. Returns the day it was before, and whether it
    did. Raises `UsageError` for a day that its kind does not allow, or a stack that has its expiry from its platform.
    """
    path = settings_file(app, name)
    settings = load(path)
    if not reason.strip():
        raise UsageError("an extension needs a reason", "give --reason TEXT; it is kept in the ledger")
    if settings.platform and settings.expires_on is not None:
        raise UsageError(
            f"{name} expires with the stack it stands on, {settings.platform}",
            f"run `decant stack extend {settings.platform} --until {until.isoformat()} --reason TEXT`",
        )
    check_extension(name, settings, until, today(), begun(app, name))
    before = settings.expires_on
    assert before is not None  # noqa: S101 - check_extension refuses what lasts
    document = tomlkit.parse(reading.text(path))
    document["expires_on"] = until
    also = settings.tags.end_date == before
    if also:
        document["tags"]["end_date"] = until
    writing.replace(path, tomlkit.dumps(document))
    record(
        app,
        name,
        "stack.extend",
        {"from": before.isoformat(), "until": until.isoformat(), "reason": " ".join(reason.split())},
    )
    return before, also


def refuse_while_stood_on(app: App, name: str, also: Sequence[str] = ()) -> None:
    """Raises `RefusedError` where a stack that Decant built stands on this one, and is not taken away `also`."""
    states = built(app)
    for other in names(app):
        if states.get(other) not in ("built", "begun") or other in also:
            continue
        try:
            on = load(app.workspace.stacks / f"{other}.toml").platform
        except DecantError:
            continue
        if on == name:
            raise RefusedError(
                f"{other} stands on {name}, and would lose its network", f"take {other} away first, or with it"
            )


def expired(app: App) -> list[Life]:
    """The stacks that have expired and were not taken away; those that stand on others come first."""
    found = [one for one in ending(app) if one.left < 0]
    return sorted(found, key=lambda one: (not one.settings.platform, one.expires_on, one.name))


def to_reap(app: App, confirmed: Sequence[str]) -> list[Life]:
    """The expired stacks that were named, in the order in which they can go.

    Raises `RefusedError` for a name that has not expired, and for a platform on which something still stands.
    """
    found = {one.name: one for one in expired(app)}
    for name in confirmed:
        settings_file(app, name)
        if name not in found:
            raise RefusedError(
                f"the stack {name} has not expired, or was taken away already",
                f"see `decant stack list`; `decant stack destroy {name}` takes a stack away at any time",
            )
    for name in confirmed:
        refuse_while_stood_on(app, name, confirmed)
    return [one for one in found.values() if one.name in confirmed]
