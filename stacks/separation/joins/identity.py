"""Identity: one that acts in both, or has a role in the other. People who administer both are told apart from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from estate.records.preview import UNKNOWN, Resource
from stacks.separation.base import Found, Join, Step
from stacks.separation.side import Reference, Side, label
from stacks.settings.base import NOBODY

_ROLE = "azure-native:authorization:RoleAssignment"
_PRINCIPAL = ("principalId", "objectId", "sid")
_PEOPLE = ("group", "user")
_NOT_ONE = (NOBODY, UNKNOWN.lower(), "[secret]", "")


def _claims(one: Reference) -> bool:
    return one.by.type == _ROLE or one.kind.startswith("microsoft.managedidentity/")


def _principals(side: Side) -> dict[str, tuple[Resource, bool]]:
    """Who has access by object id: through which resource, and whether these are people."""
    found: dict[str, tuple[Resource, bool]] = {}
    for one in side.built:
        for who, people in _in(one.inputs):
            if who not in _NOT_ONE:
                before = found.get(who)
                found[who] = (one, people and (before is None or before[1]))
    return found


def _in(value: Any) -> Iterator[tuple[str, bool]]:
    if isinstance(value, Mapping):
        people = str(value.get("principalType", "")).lower() in _PEOPLE
        yield from ((str(value[key]).lower(), people) for key in _PRINCIPAL if isinstance(value.get(key), str))
        for item in value.values():
            yield from _in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _in(item)


def _find(a: Side, b: Side) -> Found:
    found = Found()
    mine, theirs = _principals(a), _principals(b)
    for who in sorted(mine.keys() & theirs.keys()):
        (one, people), (other, also_people) = mine[who], theirs[who]
        if people and also_people:
            found.unjudged.append(
                f"the same people, {who}, have access to both ({label(one)} and {label(other)}): what they carry from "
                "one to the other"
            )
        else:
            between = Step("Entra", f"identity {who}", "has access by")
            found.ways.append((Step(a.name, label(one), "gives access to"), between, Step(b.name, label(other))))
    for side in (a, b):
        if any(who == NOBODY for one in side.built for who, _ in _in(one.inputs)):
            found.unjudged.append(f"who administers {side.name} is not filled in")
    return found


JOIN = Join(id="identity", title="shared identity", claims=_claims, find=_find)
