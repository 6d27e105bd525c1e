"""What changed in the estate between two moments, from the store's history."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from estate import past
from estate.errors import UsageError
from estate.past import Then
from estate.records.base import now
from estate.records.change import Change

if TYPE_CHECKING:
    from estate.store import Store

Kind = Literal["server", "workload", "dependency"]

_PASSING = frozenset(
    {"seen_at", "tier1_at", "tier2_at", "read_by", "origins", "at", "unreached_reason", "last_seen", "rounds",
     "of_rounds"}
)  # fmt: skip
"""Fields that tell when and how something was seen, and not what it is."""
_SIZES = frozenset({"bytes", "disk_used_bytes"})
_NOTABLE = 0.1
"""A size that changed by less than a tenth is daily life."""
_PASSING_FACTS = frozenset({"connections", "cpu", "filesystems", "memory", "processes"})
"""Facts that differ at each look."""
_PASSING_KEYS = frozenset({"uptime_seconds", "offset_seconds", "synchronised_at", "load_1", "load_5", "load_15"})


def day_bounds(since: date, until: date | None) -> tuple[datetime, datetime]:
    """From the start of one day in London to the end of another; until now, where none is given.

    Raises `UsageError` where they are the wrong way round.
    """
    london = ZoneInfo("Europe/London")
    first = datetime.combine(since, time.min, london)
    last = datetime.combine(until + timedelta(days=1), time.min, london) if until else now()
    if last <= first:
        raise UsageError(f"{since} is not before {until or 'today'}", "give --since an earlier day than --until")
    return first.astimezone(ZoneInfo("UTC")), last.astimezone(ZoneInfo("UTC"))


def changes(store: "Store", since: datetime, until: datetime) -> list[Change]:
    """Each thing that appeared, went, or has another value, by what it is."""
    found: list[Change] = []
    kinds: tuple[tuple[str, Kind], ...] = (
        ("Server", "server"),
        ("Workload", "workload"),
        ("Dependency", "dependency"),
    )
    for kind, word in kinds:
        before = past.records_at(store.database, kind, since)
        after = past.records_at(store.database, kind, until)
        for identity in sorted(before.keys() | after.keys()):
            found += _record(word, identity, before.get(identity), after.get(identity))
    return found + list(_facts(store, since, until))


def _record(kind: Kind, identity: str, before: Then | None, after: Then | None) -> Iterator[Change]:
    old = before.body if before else None
    new = after.body if after else None
    at = after.noted_at if after else ""
    if old is None and new is not None:
        yield Change(kind=kind, id=identity, what="appeared", at=datetime.fromisoformat(at))
    elif old is not None and new is None:
        yield Change(kind=kind, id=identity, what="gone", at=datetime.fromisoformat(at))
    elif old is not None and new is not None and old != new:
        mine, theirs = json.loads(old), json.loads(new)
        for field in sorted(mine.keys() | theirs.keys()):
            if field not in _PASSING and _differ(field, mine.get(field), theirs.get(field)):
                yield Change(
                    kind=kind,
                    id=identity,
                    what="changed",
                    field=field,
                    before=_words(mine.get(field)),
                    after=_words(theirs.get(field)),
                    at=datetime.fromisoformat(at),
                )


def _differ(field: str, mine: Any, theirs: Any) -> bool:
    if field in _SIZES and isinstance(mine, int) and isinstance(theirs, int):
        return abs(mine - theirs) > _NOTABLE * max(mine, theirs)
    return bool(mine != theirs)


def _facts(store: "Store", since: datetime, until: datetime) -> Iterator[Change]:
    before, after = past.observations_at(store.database, since), past.observations_at(store.database, until)
    for key in sorted(before.keys() & after.keys()):
        server, fact = key
        old, new = before[key].body, after[key].body
        if fact in _PASSING_FACTS or old is None or new is None or old == new:
            continue
        mine, theirs = json.loads(old), json.loads(new)
        at = datetime.fromisoformat(after[key].noted_at)

        def change(field: str, old: str, new: str, of: str = f"{server}: {fact}", at: datetime = at) -> Change:
            return Change(kind="fact", id=of, what="changed", field=field, before=old, after=new, at=at)

        if mine["outcome"] != theirs["outcome"]:
            yield change("outcome", mine["outcome"], theirs["outcome"])
        elif mine["payload"] and theirs["payload"]:
            for field, old_words, new_words in _payload(mine["payload"], theirs["payload"]):
                yield change(field, old_words, new_words)


def _payload(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for field in sorted(mine.keys() | theirs.keys()):
        old, new = mine.get(field), theirs.get(field)
        if field in _PASSING_KEYS or old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            were, are = {_words(one) for one in old}, {_words(one) for one in new}
            if were != are:
                yield field, _some("without", were - are), _some("with", are - were)
        else:
            yield field, _words(old), _words(new)


def _some(word: str, entries: set[str]) -> str:
    """What went or came of a list, in short."""
    if not entries:
        return ""
    listed = sorted(entries)
    return f"{word} {'; '.join(listed[:5])}" + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")


def _words(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(one)}" for key, one in value.items() if one not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value) or "none"
    return str(value)
