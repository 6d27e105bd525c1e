"""LOG-06: nobody deletes production by a slip."""

from collections.abc import Iterator

from estate.records.preview import Resource
from policies import reading
from policies.expect import covered
from policies.rules.base import StackRule, ncsc, resource

_GROUP = "azure-native:resources:ResourceGroup"
_LOCK = "azure-native:authorization:ManagementLockByScope"
_GROUP_LOCK = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
_LEVELS = ("cannotdelete", "readonly")


def _locked(lock: Resource) -> Iterator[str]:
    if (reading.text(lock.inputs, "level") or "").lower() in _LEVELS:
        for path in ("scope", "resourceGroupName"):
            yield from lock.property_dependencies.get(path, ())


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
    check=covered(
        "resource group", _GROUP, (_LOCK, _GROUP_LOCK), _locked, lacking="a production resource group has no lock"
    ),
    passing=((_DATA, _lock(_DATA, "CanNotDelete")),),
    failing=((_DATA,), (_DATA, _lock(_DATA, "NotSpecified"))),
)
