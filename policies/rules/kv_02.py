"""KV-02: key vaults are opened by roles."""

from policies.expect import flag
from policies.rules.base import ResourceRule, cyber_essentials, ncsc, resource

RULE = ResourceRule(
    id="KV-02",
    title="Key vaults are opened by roles",
    severity="medium",
    enforcement="mandatory",
    rationale="Access policies are all or nothing for a vault and are not seen beside the other roles.",
    remedy="Set enableRbacAuthorization to true and give roles.",
    controls=(*ncsc("9", "10"), *cyber_essentials("CE-UAC-06")),
    types=("azure-native:keyvault:Vault",),
    check=flag("properties.enableRbacAuthorization", True, unset=False),
    passing=(resource("keyvault:Vault", properties={"enableRbacAuthorization": True}),),
    failing=(
        resource("keyvault:Vault", properties={"enableRbacAuthorization": False}),
        resource("keyvault:Vault", properties={}),
    ),
)
