"""LOG-06: nobody deletes production by a slip."""

from collections.abc import Sequence

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    StackRule,
    Verdict,
    failed,
    ncsc,
    not_applicable,
    passed,
    plain_type,
    resource,
)

_GROUP = "azure-native:resources:ResourceGroup"
_LOCK = "azure-native:authorization:ManagementLockByScope"
_GROUP_LOCK = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
_LEVELS = ("cannotdelete", "readonly")


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    groups = {r.urn: r.name for r in resources if plain_type(r.type) == _GROUP}
    if not groups:
        return not_applicable("it has no resource group")
    locked = {
        urn
        for r in resources
        if plain_type(r.type) in (_LOCK, _GROUP_LOCK)
        and (reading.text(r.inputs, "level") or "").lower() in _LEVELS
        for path in ("scope", "resourceGroupName")
        for urn in r.property_dependencies.get(path, ())
    }
    bare = sorted(name for urn, name in groups.items() if urn not in locked)
    if bare:
        return failed("a production resource group has no lock", f"without one: {', '.join(bare)}")
    return passed(f"{len(groups)} resource groups are locked against deletion")


def _lock(of: Resource, level: str) -> Resource:
    made = resource("authorization:ManagementLockByScope", "lock", level=level)
    return made.model_copy(update={"property_dependencies": {"scope": (of.urn,)}})


_DATA = resource("resources:ResourceGroup", "rg-data")

RULE = StackRule(
    id="LOG-06",
    title="Production resource groups are locked against deletion",
    severity="medium",
    enforcement="mandatory",
    rationale="A lock turns a wrong click into a message.",
    remedy="Add a CanNotDelete lock over the resource group.",
    controls=ncsc("5.4", "2.5"),
    kinds=frozenset({"production"}),
    types=(_GROUP, _LOCK, _GROUP_LOCK),
    check=_check,
    passing=((_DATA, _lock(_DATA, "CanNotDelete")),),
    failing=((_DATA,), (_DATA, _lock(_DATA, "NotSpecified"))),
)
