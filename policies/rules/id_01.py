"""ID-01: no stack hands out the keys to a whole subscription."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_MIGHTY = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}
"""Azure's own role ids, the same in every tenant."""


def _check(assignment: Resource, context: Context) -> Verdict:
    del context
    role = (reading.text(assignment.inputs, "roleDefinitionId") or "").rsplit("/", 1)[-1].lower()
    name = _MIGHTY.get(role)
    if name is None:
        return passed("no role that gives out roles")
    scope = reading.text(assignment.inputs, "scope") or ""
    if len([part for part in scope.split("/") if part]) <= 2 or "managementgroups" in scope.lower():
        return failed(f"{name} over a whole subscription", f"role {name}, scope of a subscription or wider")
    return passed(f"{name}, over less than a subscription")


def _assignment(role: str, scope: str) -> Resource:
    return resource(
        "authorization:RoleAssignment",
        roleDefinitionId=f"/providers/Microsoft.Authorization/roleDefinitions/{role}",
        scope=scope,
    )


_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"

RULE = ResourceRule(
    id="ID-01",
    title="No stack makes an owner of a subscription",
    severity="critical",
    enforcement="mandatory",
    rationale="Who owns the subscription can undo every other control in it.",
    remedy="Give a role that fits the task, over the resource group.",
    controls=(*ncsc("9", "12"), *cyber_essentials("CE-UAC-06")),
    types=("azure-native:authorization:RoleAssignment",),
    check=_check,
    passing=(
        _assignment("4633458b-17de-408a-b874-0445c86b69e6", _SUBSCRIPTION),
        _assignment(_OWNER, f"{_SUBSCRIPTION}/resourceGroups/rg-app"),
    ),
    failing=(
        _assignment(_OWNER, _SUBSCRIPTION),
        _assignment(
            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "/providers/Microsoft.Management/managementGroups/council"
        ),
    ),
)
