"""Which sightings are of one server. The rules, in order; the first that fits joins two sightings:

1. the same instance id of a cloud,
2. the same firmware UUID (some tools write its first three groups the other way round; both are tried),
3. the same serial number,
4. the same full host name,
5. the same short host name and an address in common,
6. the same short host name, where at most one of them says any address.

Two that differ in an identifier of rules 1 to 3 are never joined by a later rule. Two entries of the hosts file are
never joined, nor are two rows of one export: either lists a machine once. Where a rule would join several that may
not all be one, it joins none of them, and they are listed as look-alikes. Placeholders that makers leave in firmware
are no identifiers.
"""

import re
import uuid as uuids
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from estate.records.conflict import Lookalike
from estate.records.host import HOST_NAME
from estate.records.sighting import OWN, Sighting

_PLACEHOLDER_UUIDS = frozenset(
    {
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
    }
)
_PLACEHOLDER_SERIALS = frozenset(
    {"", "0", "none", "n/a", "na", "unknown", "default", "default string", "not specified", "system serial number",
     "to be filled by o.e.m.", "not applicable", "123456789", "0123456789", "-"}
)  # fmt: skip
_NO_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost.localdomain.localdomain", "template", "-"})
_VMWARE_SERIAL = re.compile(r"vmware-((?:[0-9a-f]{2}[ -]?){16})", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")

Key = tuple[str, ...]


def uuid_of(text: str | None) -> str | None:
    """A firmware UUID as it is compared; None for what is none, or a maker's placeholder."""
    try:
        found = str(uuids.UUID((text or "").strip()))
    except ValueError:
        return None
    return None if found in _PLACEHOLDER_UUIDS else found


def swapped(uuid: str) -> str:
    """The same UUID with its first three groups in the other byte order, as other tools print it."""
    return str(uuids.UUID(bytes=uuids.UUID(uuid).bytes_le))


def serial_of(text: str | None) -> str | None:
    """A serial number as it is compared; None for a placeholder, and for VMware's, which is the UUID again."""
    found = " ".join((text or "").lower().split())
    return None if found in _PLACEHOLDER_SERIALS or _VMWARE_SERIAL.fullmatch(found) else found


def uuid_in_serial(text: str | None) -> str | None:
    """The UUID that VMware writes as a serial number; None where it is none of those."""
    found = _VMWARE_SERIAL.fullmatch((text or "").strip())
    return uuid_of(re.sub("[ -]", "", found[1])) if found else None


def fqdn_of(text: str | None) -> str | None:
    """A full host name as it is compared; None for a short one, an address, or this machine's own."""
    name = (text or "").strip().rstrip(".").lower()
    parts = name.split(".")
    if name in _NO_NAMES or len(parts) < 2 or parts[-1].isdigit() or len(name) > 253:
        return None
    return name if all(_NAME.fullmatch(part) for part in parts) else None


def short_of(text: str | None) -> str | None:
    """A short host name as it is compared; None for what cannot be one, and for this machine's own."""
    name = (text or "").strip().rstrip(".").lower()
    if name in _NO_NAMES or (fqdn_of(name) is None and "." in name):
        return None
    first = name.split(".")[0]
    return first if _NAME.fullmatch(first) and first not in _NO_NAMES else None


@dataclass
class _Group:
    """Sightings that were found to be of one server."""

    members: list[Sighting]
    exports: set[Key] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    uuids: set[str] = field(default_factory=set)
    serials: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, one: Sighting) -> "_Group":
        return cls(
            members=[one],
            exports={(one.source, one.scope)},
            instances={one.instance} if one.instance else set(),
            uuids={one.uuid, swapped(one.uuid)} if one.uuid else set(),
            serials={one.serial} if one.serial else set(),
            addresses=set(one.addresses),
        )

    def differs(self, other: "_Group") -> str:
        """Why the two cannot be one server; empty where they can."""
        if both := self.exports & other.exports:
            return "the hosts file has an entry for each" if (OWN, "") in both else "one export lists both"
        for mine, theirs, what in (
            (self.instances, other.instances, "instance id"),
            (self.uuids, other.uuids, "firmware UUID"),
            (self.serials, other.serials, "serial number"),
        ):
            if mine and theirs and not mine & theirs:
                return f"each has another {what}"
        return ""

    def take(self, other: "_Group") -> None:
        for name in ("exports", "instances", "uuids", "serials", "addresses"):
            getattr(self, name).update(getattr(other, name))
        self.members += other.members


_RULES: Sequence[tuple[str, Callable[[Sighting], Iterable[Key]]]] = (
    ("the same instance id", lambda one: [(one.instance,)] if one.instance else []),
    ("the same firmware UUID", lambda one: [(min(one.uuid, swapped(one.uuid)),)] if one.uuid else []),
    ("the same serial number", lambda one: [(one.serial,)] if one.serial else []),
    ("the same full host name", lambda one: [(one.fqdn,)] if one.fqdn else []),
    (
        "the same short host name and address",
        lambda one: [(name, address) for name in one.names for address in one.addresses],
    ),
    ("the same short host name", lambda one: [(name,) for name in one.names]),
)
_BY_NAME_ALONE = _RULES[-1][0]


@dataclass(frozen=True)
class Identified:
    """Who is who: the sightings of each server, by the server's id, and those that may be one and were not joined."""

    servers: Mapping[str, Sequence[Sighting]]
    lookalikes: Sequence[Lookalike]
    joined: Mapping[str, str]
    """By the id of a sighting: the rule that joined it to another."""


def identify(sightings: Iterable[Sighting]) -> Identified:
    """Find the sightings that are of one server, and give each server its id.

    A server keeps the id it had; the hosts file's name comes before all others. The same sightings give the same
    outcome, in whatever order they come.
    """
    groups = {one.id: _Group.of(one) for one in sorted(sightings, key=lambda one: one.id)}
    joined: dict[str, str] = {}
    doubtful: dict[tuple[str, ...], str] = {}
    for rule, keys in _RULES:
        for held in _sharing(groups, keys):
            why = next((why for a, b in combinations(held, 2) if (why := a.differs(b))), "")
            if not why and rule == _BY_NAME_ALONE and sum(bool(group.addresses) for group in held) > 1:
                # With one in common, the rule before would have joined them.
                why = "they have no address in common"
            if why:
                # What may not be joined by a strong identifier is worth a look; by a weaker one it is, too.
                doubtful.setdefault(
                    tuple(sorted(min(m.id for m in group.members) for group in held)), f"{rule}, but {why}"
                )
                continue
            first, *others = held
            for other in others:
                for one in (*other.members, *first.members):
                    joined.setdefault(one.id, rule)
                first.take(other)
                for one in other.members:
                    groups[one.id] = first
    named = _named(list({id(group): group for group in groups.values()}.values()))
    return Identified(
        servers={name: tuple(group.members) for name, group in named.items()},
        lookalikes=_lookalikes(doubtful, groups, named),
        joined=joined,
    )


def _sharing(groups: Mapping[str, _Group], keys: Callable[[Sighting], Iterable[Key]]) -> Iterable[list[_Group]]:
    """The groups that share a key, for each key, as they are when it is its turn."""
    by_key: dict[Key, list[str]] = {}
    for name, group in groups.items():
        for one in group.members:
            if one.id == name:
                for key in keys(one):
                    by_key.setdefault(key, []).append(name)
    for names in by_key.values():
        held = {id(groups[name]): groups[name] for name in names}
        if len(held) > 1:
            yield list(held.values())


def _named(groups: Sequence[_Group]) -> dict[str, _Group]:
    """An id for each: the hosts file's name, else the one it had, else its own, with a number where it is taken."""
    taken: dict[str, _Group] = {}

    def wish(group: _Group) -> tuple[int, str, str]:
        own = [one.server or one.name for one in group.members if one.source == OWN]
        before = sorted(one.server for one in group.members if one.server)
        name = own[0] if own else before[0] if before else _proposed(group)
        return (0 if own else 1 if before else 2), name, min(one.id for one in group.members)

    for _, name, _, group in sorted(((*wish(group), group) for group in groups), key=lambda each: each[:3]):
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        taken[free] = group
    return taken


def _proposed(group: _Group) -> str:
    first = min(group.members, key=lambda one: one.id)
    # The address of a managed service is the cloud's own; a person knows it by its name.
    hosts = () if first.managed else (first.hostname, *first.names)
    for text in (*hosts, first.name, first.instance):
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", (text or "").partition(".")[0]).strip("-._")[:60]
        if re.match(HOST_NAME, name):
            return name
    return "unnamed"


def _lookalikes(
    doubtful: Mapping[tuple[str, ...], str], groups: Mapping[str, _Group], named: Mapping[str, _Group]
) -> list[Lookalike]:
    server_of = {id(group): name for name, group in named.items()}
    found: dict[tuple[str, ...], Lookalike] = {}
    for ids, reason in doubtful.items():
        held = {server_of[id(groups[name])]: groups[name].members[0] for name in ids}
        if len(held) > 1:
            servers = tuple(sorted(held))
            found.setdefault(
                servers,
                Lookalike(
                    servers=servers,
                    sightings=tuple(f"{held[name].name} ({held[name].where})" for name in servers),
                    reason=reason,
                ),
            )
    return sorted(found.values(), key=lambda one: one.servers)
