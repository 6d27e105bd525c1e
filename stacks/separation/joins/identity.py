"""Identity: one that acts in both, or has a role in the other; a group or a person who administers both is one as well."""

from collections.abc import Iterator, Mapping
from typing import Any

from estate.records.preview import UNKNOWN, Resource
from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import Reference, Side, label
from stacks.settings.base import NOBODY

_ROLE = "azure-native:authorization:RoleAssignment"
_PRINCIPAL = ("principalId", "objectId", "sid")
_TENANT = "/"
"""A role at the root of the tenant is one on everything in it."""
_ABOVE = "/providers/microsoft.management/managementgroups/"
_NOT_ONE = (NOBODY, UNKNOWN.lower(), "[secret]", "")


def _claims(one: Reference) -> bool:
    return one.by.type == _ROLE or one.kind.startswith("microsoft.managedidentity/")


def _principals(side: Side) -> dict[str, Resource]:
    """Who has access by object id, and through which resource first."""
    found: dict[str, Resource] = {}
    for one in side.built:
        for who in _in(one.inputs):
            if who not in _NOT_ONE:
                found.setdefault(who, one)
    return found


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (str(value[key]).strip().lower() for key in _PRINCIPAL if isinstance(value.get(key), str))
        for item in value.values():
            yield from _in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _in(item)


def _find(a: Side, b: Side) -> Found:
    found = Found()
    mine, theirs = _principals(a), _principals(b)
    for who in sorted(mine.keys() & theirs.keys()):
        between = Step("Entra", f"identity {who}", "has access by")
        gives = Step(a.name, label(mine[who]), "gives access to")
        found.ways.append((gives, between, Step(b.name, label(theirs[who]))))
    for side, other in pairs(a, b):
        if any(who == NOBODY for one in side.built for who in _in(one.inputs)):
            found.unjudged.append(f"who administers {side.name} is not filled in")
        for one in side.of_type(_ROLE):
            scope = str(one.inputs.get("scope", "")).strip().lower()
            if scope == _TENANT:
                how = "is a role on everything in the tenant, with"
                found.ways.append((Step(side.name, label(one), how), Step(other.name, "all that it holds")))
            elif scope.startswith(_ABOVE):
                found.unjudged.append(
                    f"{label(one)} of {side.name} is a role on a management group: whether {other.name} is below it"
                )
    return found


JOIN = Join(id="identity", title="shared identity", claims=_claims, find=_find)
