"""STO-04: storage accounts answer only networks that were named."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(account: Resource, context: Context) -> Verdict:
    del context
    public = reading.text(account.inputs, "publicNetworkAccess") or "Enabled"
    if public.lower() in ("disabled", "securedbyperimeter"):
        return passed(f"publicNetworkAccess = {public}")
    action = reading.text(account.inputs, "networkRuleSet.defaultAction") or "Allow"
    observed = f"publicNetworkAccess = {public}, networkRuleSet.defaultAction = {action}"
    if action.lower() == "deny":
        return passed(observed)
    return failed("every network reaches the account", observed)


RULE = ResourceRule(
    id="STO-04",
    title="Storage accounts are closed to networks that were not named",
    severity="high",
    enforcement="mandatory",
    rationale="With the network open, a leaked key or token is all it takes.",
    remedy="Set publicNetworkAccess to Disabled and use a private endpoint, or deny by default and name the "
    "networks.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-04")),
    types=("azure-native:storage:StorageAccount",),
    check=_check,
    passing=(
        resource("storage:StorageAccount", publicNetworkAccess="Disabled"),
        resource("storage:StorageAccount", networkRuleSet={"defaultAction": "Deny"}),
    ),
    failing=(
        resource("storage:StorageAccount"),
        resource(
            "storage:StorageAccount", publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Allow"}
        ),
    ),
)
