"""Systems: proposed from who uses whom, around those that people have confirmed. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from estate.naming import first, names
from estate.records.dependency import Dependency
from estate.records.system import System, Systems
from estate.records.workload import Workload
from inventory.dependencies import answers_at
from inventory.grouping import Grouping, among, group, without_hubs
from inventory.uses import Use, Uses

NOBODY = "nobody is known to use it"
BEGINNING = "people begin here: no other workload is known to use it"
NOT_CONFIRMED = "written there, and not confirmed"


@dataclass(frozen=True)
class Entry:
    """What a person wrote of one system; several of one name are parts of one system."""

    name: str
    workloads: tuple[str, ...]
    owner: str | None = None
    confirmed_by: str = ""
    confirmed_on: date | None = None
    public_name: str = ""
    """What it is called in papers that are published; empty: by a number."""


def propose(
    workloads: Iterable[Workload], found: Uses, entries: Sequence[Entry], talk: Iterable[Dependency] = ()
) -> Systems:
    """Every one of `workloads` in one place, `entries` as a person has them; `talk` tells who else uses one of them."""
    kinds = {one.id: one for one in workloads}
    known = among(kinds, found.known)
    fixed = {one: entry.name for entry in entries for one in entry.workloads}
    grouping = _with_lone_jobs(group(kinds.values(), known, fixed), kinds, set(fixed.values()))
    own = {key: held for key, held in grouping.groups.items() if key not in fixed.values()}
    lone = {one for held in own.values() if _only_jobs(held, kinds) for one in held}
    keys = sorted(key for key, held in own.items() if not held <= lone)
    named = names([[kinds[one] for one in grouping.groups[key]] for key in keys], fixed.values())
    name_of = {**dict(zip(keys, named, strict=True)), **{name: name for name in fixed.values()}}
    holder = {one: name_of[key] for key, held in grouping.groups.items() if key in name_of for one in held}
    shared = {
        one: tuple(sorted({name_of[key] for key in users if key in name_of}))
        for one, users in sorted(grouping.shared.items())
    }
    reasons = _with_others(_reasons(kinds, known, holder), kinds, talk)
    users: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for use in known:
        user = holder.get(use.client)
        if user and holder.get(use.server) != user:
            users[user][use.server] |= {holder[use.server]} if use.server in holder else set(shared[use.server])
    proposed = [
        System(
            name=name_of[key],
            state="proposed",
            workloads=tuple(sorted(grouping.groups[key])),
            reasons={one: reasons[one] for one in sorted(grouping.groups[key])},
            uses=_uses(users, name_of[key]),
        )
        for key in keys
    ]
    persons = [
        _persons(name, entries, grouping.groups.get(name, frozenset()), kinds, reasons, _uses(users, name))
        for name in dict.fromkeys(entry.name for entry in entries)
    ]
    return Systems(
        systems=tuple(sorted([*persons, *proposed], key=lambda one: one.name)),
        shared=shared,
        unplaced=tuple(sorted(lone)),
        unclear=found.unclear,
    )


def _persons(
    name: str,
    entries: Sequence[Entry],
    held: Collection[str],
    kinds: Mapping[str, Workload],
    reasons: Mapping[str, str],
    uses: Mapping[str, tuple[str, ...]],
) -> System:
    """One system that a person wrote: what is confirmed of it, and what else seems to belong to it."""
    parts = [entry for entry in entries if entry.name == name]
    signed = [entry for entry in parts if entry.confirmed_by]
    counted = dict.fromkeys(one for entry in signed or parts for one in entry.workloads)
    open_ones = {one: NOT_CONFIRMED for entry in parts for one in entry.workloads if one not in counted}
    seeming = {one: reasons[one] for one in sorted(held) if one not in counted and one not in open_ones}
    return System(
        name=name,
        state="confirmed" if signed else "edited",
        owner=next((entry.owner for entry in (*signed, *parts) if entry.owner), None),
        confirmed_by=signed[0].confirmed_by if signed else "",
        confirmed_on=signed[0].confirmed_on if signed else None,
        workloads=tuple(one for one in counted if one in kinds),
        reasons={one: why for one in counted if (why := reasons.get(one, NOBODY)) not in (NOBODY, BEGINNING)},
        additions={one: why for one, why in {**open_ones, **seeming}.items() if one in kinds},
        uses=dict(uses),
        gone=tuple(sorted(one for entry in parts for one in entry.workloads if one not in kinds)),
    )


def _uses(users: Mapping[str, Mapping[str, set[str]]], name: str) -> dict[str, tuple[str, ...]]:
    return {one: tuple(sorted(others - {name})) for one, others in sorted(users.get(name, {}).items())}


def _reasons(kinds: Mapping[str, Workload], uses: Sequence[Use], holder: Mapping[str, str]) -> dict[str, str]:
    """Why each workload is where it is: what ties it to another of the same system."""
    own = without_hubs(kinds, uses)
    many = {use.server: use.client for use in sorted(set(uses).difference(own))}
    uses = own
    used = {use.server for use in uses if kinds[use.client].kind != "schedule"}
    found = {one: BEGINNING if one not in used else NOBODY for one in kinds}
    leads = {use.client for use in uses}
    for one in kinds:
        if one not in leads and one not in used:
            found[one] = NOBODY
    for use in sorted(uses, reverse=True):
        if holder.get(use.client) != holder.get(use.server):
            continue
        if kinds[use.client].kind == "schedule":
            found[use.client] = f"it works on {use.server}: {use.why}"
        else:
            found[use.server] = f"{use.client} uses it: {use.why}"
    for one in kinds:
        if one in holder and found[one] == NOBODY and kinds[one].kind == "schedule":
            found[one] = "it is the only system on its server"
        if one in many and one not in used and kinds[one].kind != "schedule":
            found[one] = f"only {many[one]} is known to use it, which uses workloads of many servers"
    return found


def _with_others(
    reasons: Mapping[str, str], kinds: Mapping[str, Workload], talk: Iterable[Dependency]
) -> dict[str, str]:
    """Of a workload that no other is known to use, who was seen at the ports where it answers."""
    at: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in talk:
        if one.client != one.server:
            at[one.server, one.port].add(f"{one.client}{' (outside)' if one.client_outside else ''}")
    told = dict(reasons)
    for name, why in reasons.items():
        here = kinds[name]
        ports = [(port, at[here.server, port]) for port in answers_at(here)] if why == NOBODY else []
        seen = [f"port {port} is used by {', '.join(sorted(who))}" for port, who in ports if who]
        if seen:
            told[name] = f"no other workload is known to use it; its {' and its '.join(seen)}"
    return told


def _only_jobs(held: Iterable[str], kinds: Mapping[str, Workload]) -> bool:
    return all(kinds[one].kind == "schedule" for one in held)


def _with_lone_jobs(grouping: Grouping, kinds: Mapping[str, Workload], persons: Collection[str]) -> Grouping:
    """Put jobs that nothing is known of with the only system of their server, where there is just one."""
    there: dict[str, set[str]] = defaultdict(set)
    for key, held in grouping.groups.items():
        if key in persons or not _only_jobs(held, kinds):
            for one in held:
                there[kinds[one].server].add(key)
    for one in grouping.shared:
        there[kinds[one].server].add(one)
    groups = {key: set(held) for key, held in grouping.groups.items()}
    for key, held in grouping.groups.items():
        if key in persons or not _only_jobs(held, kinds):
            continue
        only = there[first(kinds[one] for one in held).server]
        if len(only) == 1 and next(iter(only)) in groups and next(iter(only)) not in grouping.shared:
            groups[next(iter(only))] |= groups.pop(key)
    return Grouping({key: frozenset(held) for key, held in groups.items()}, grouping.shared)
