"""What changed in the estate between two moments, from the store's history."""

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from estate import past
from estate.errors import UsageError
from estate.past import Then
from estate.records.base import now
from estate.records.change import Change

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store

Kind = Literal["server", "workload", "dependency"]

_PASSING = frozenset(
    {"seen_at", "tier1_at", "tier2_at", "read_by", "origins", "at", "unreached_reason", "last_seen", "rounds",
     "of_rounds", "changes", "changes_why"}
)  # fmt: skip
"""Fields that tell when and how something was seen, and not what it is."""
_SIZES = frozenset({"bytes", "disk_used_bytes"})
_NOTABLE = 0.1
"""A size that changed by less than a tenth is daily life."""
_PASSING_FACTS = frozenset({"connections", "cpu", "filesystems", "memory", "processes"})
"""Facts that differ at each look."""
_PASSING_KEYS = frozenset({"uptime_seconds", "offset_seconds", "synchronised_at", "load_1", "load_5", "load_15"})


_LONDON = ZoneInfo("Europe/London")
T = TypeVar("T", bound=Hashable)


def last_run(app: "App") -> datetime:
    """When the last discover began: what stood then is what the runs and imports before it had found.

    Raises `UsageError` where there were not two runs, so that there is nothing to compare.
    """
    begun = app.ledger.entries("discover.begun")
    if len(begun) < 2:
        raise UsageError(
            "there are no two runs of discover to compare", "run `decant discover` again, or say --since"
        )
    return datetime.fromisoformat(begun[-1].at)


def contents_apart(found: Sequence[Change]) -> tuple[list[Change], int]:
    """The changes without what came, or went, with its server as a whole; and how many those are."""
    whole = {(one.id, one.what) for one in found if one.kind == "server"}

    def along(one: Change) -> bool:
        if one.kind == "workload":
            return (one.id.partition("/")[0], one.what) in whole
        client, _, rest = one.id.partition(">")
        return one.kind == "dependency" and not whole.isdisjoint(
            {(client, one.what), (rest.rpartition(":")[0], one.what)}
        )

    shown = [one for one in found if not along(one)]
    return shown, len(found) - len(shown)


def bounds(since: str | datetime, until: str | None) -> tuple[datetime, datetime]:
    """From one moment to another, in UTC; until now, where none is given.

    Each is a day (`2026-11-01`, `today`, `yesterday`) or a time (`2026-11-01T18:30`, or `18:30` of today), in London
    where it says no zone. A day given as `until` counts to its end. Raises `UsageError` for anything else, and where
    they are the wrong way round.
    """
    first = _moment(since, 0) if isinstance(since, str) else since
    last = _moment(until, 1) if until else now()
    if last <= first:
        raise UsageError(
            f"{first if isinstance(since, datetime) else since} is not before {until or 'now'}",
            "give --since an earlier time than --until",
        )
    return first.astimezone(UTC), last.astimezone(UTC)


def _moment(text: str, more_days: int) -> datetime:
    """The moment that a person means; the start of a day, so many days later."""
    said, today = text.strip(), now().astimezone(_LONDON).date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    try:
        day = words.get(said.casefold()) or date.fromisoformat(said)
        return datetime.combine(day + timedelta(days=more_days), time.min, _LONDON)
    except (ValueError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        try:
            at = datetime.combine(today, time.fromisoformat(said))
        except ValueError:
            raise UsageError(
                f"{text} is neither a day nor a time",
                "write 2026-11-01, today, yesterday, 2026-11-01T18:30, or 18:30 for today",
            ) from None
    return at if at.tzinfo else at.replace(tzinfo=_LONDON)


def changes(store: "Store", since: datetime, until: datetime, everything: bool = False) -> list[Change]:
    """Each thing that appeared, went, or has another value, by what it is, with the moment when that was first noted.

    The jobs of the operating systems are left out, but for `everything`.
    """
    found: list[Change] = []
    kinds: tuple[tuple[str, Kind], ...] = (
        ("Server", "server"),
        ("Workload", "workload"),
        ("Dependency", "dependency"),
    )
    for kind, word in kinds:
        before = past.records_at(store.database, kind, since)
        after = past.records_at(store.database, kind, until)
        other = {name for name, now in after.items() if (was := before.get(name)) is None or was.body != now.body}
        history = _history(past.records_between(store.database, kind, since, until), other)
        for identity, rows in sorted(history.items()):
            if everything or not _of_the_system(kind, before.get(identity), *rows):
                found += _record(word, identity, before.get(identity), rows)
    return found + list(_facts(store, since, until))


def _history(rows: Iterable[tuple[T, Then]], wanted: Collection[T]) -> dict[T, list[Then]]:
    """What was noted of each that is `wanted`, oldest first."""
    found: dict[T, list[Then]] = {}
    for key, then in rows:
        if key in wanted:
            found.setdefault(key, []).append(then)
    return found


def _of_the_system(kind: str, *rows: Then | None) -> bool:
    body = next((one.body for one in rows if one and one.body is not None), None)
    return kind == "Workload" and body is not None and bool(json.loads(body).get("os_owned"))


def _since(rows: Sequence[Then], fits: Callable[[str | None], bool]) -> datetime:
    """Since when it is as it is at the end."""
    at = rows[-1].noted_at
    for one in reversed(rows):
        if not fits(one.body):
            break
        at = one.noted_at
    return datetime.fromisoformat(at)


def _record(kind: Kind, identity: str, before: Then | None, rows: Sequence[Then]) -> Iterator[Change]:
    old, new = before.body if before else None, rows[-1].body
    if new is None:
        # Also what only came in between.
        if old is not None or any(one.body is not None for one in rows):
            yield Change(kind=kind, id=identity, what="gone", at=_since(rows, lambda body: body is None))
    elif old is None:
        yield Change(kind=kind, id=identity, what="appeared", at=_since(rows, lambda body: body is not None))
    else:
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
                    at=_since(rows, _with(field, theirs.get(field))),
                )


def _with(field: str, value: Any) -> Callable[[str | None], bool]:
    """Whether a body has this value, be it a record's or what an observation says."""

    def fits(body: str | None) -> bool:
        held = json.loads(body) if body is not None else {}
        within = held.get("payload") if "payload" in held and field != "outcome" else held
        return bool(not _differ(field, (within or {}).get(field), value))

    return fits


def _differ(field: str, mine: Any, theirs: Any) -> bool:
    if field in _SIZES and isinstance(mine, int) and isinstance(theirs, int):
        return abs(mine - theirs) > _NOTABLE * max(mine, theirs)
    return bool(mine != theirs)


def _facts(store: "Store", since: datetime, until: datetime) -> Iterator[Change]:
    before, after = past.observations_at(store.database, since), past.observations_at(store.database, until)
    other = {
        key
        for key in before.keys() & after.keys()
        if key[1] not in _PASSING_FACTS
        and None not in (before[key].body, after[key].body)
        and before[key] != after[key]
    }
    history = _history(past.observations_between(store.database, since, until), other)
    for key, rows in sorted(history.items()):
        server, fact = key
        mine, theirs = json.loads(before[key].body or "{}"), json.loads(rows[-1].body or "{}")

        def change(
            field: str,
            old: str,
            new: str,
            of: str = f"{server}: {fact}",
            rows: Sequence[Then] = rows,
            theirs: Mapping[str, Any] = theirs,
        ) -> Change:
            value = theirs["outcome"] if field == "outcome" else theirs["payload"].get(field)
            at = _since(rows, _with(field, value))
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
