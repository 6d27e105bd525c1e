"""KV-03: key vaults answer only networks that were named."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(vault: Resource, context: Context) -> Verdict:
    del context
    public = reading.text(vault.inputs, "properties.publicNetworkAccess") or "Enabled"
    action = reading.text(vault.inputs, "properties.networkAcls.defaultAction") or "Allow"
    observed = f"publicNetworkAccess = {public}, networkAcls.defaultAction = {action}"
    if public.lower() == "disabled" or action.lower() == "deny":
        return passed(observed)
    return failed("every network reaches the vault", observed)


RULE = ResourceRule(
    id="KV-03",
    title="Key vaults are closed to networks that were not named",
    severity="high",
    enforcement="mandatory",
    rationale="With the network open, a stolen token is all it takes to read every secret.",
    remedy="Turn public access off and use a private endpoint, or deny by default and name the networks.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-04")),
    types=("azure-native:keyvault:Vault",),
    check=_check,
    passing=(
        resource("keyvault:Vault", properties={"publicNetworkAccess": "Disabled"}),
        resource(
            "keyvault:Vault", properties={"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}
        ),
    ),
    failing=(
        resource("keyvault:Vault", properties={}),
        resource("keyvault:Vault", properties={"publicNetworkAccess": "enabled"}),
    ),
)
