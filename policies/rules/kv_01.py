"""KV-01: what is deleted from a key vault can be had back."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource


def _check(vault: Resource, context: Context) -> Verdict:
    soft = reading.flag(vault.inputs, "properties.enableSoftDelete")
    purge = reading.flag(vault.inputs, "properties.enablePurgeProtection")
    observed = f"soft delete {'off' if soft is False else 'on'}, purge protection {'on' if purge else 'off'}"
    if soft is False:
        return failed("deleted secrets and keys are gone at once", observed)
    if context.kind == "production" and not purge:
        return failed("deleted secrets and keys can be purged", observed)
    return passed(observed)


RULE = ResourceRule(
    id="KV-01",
    title="Key vaults keep what is deleted",
    severity="high",
    enforcement="mandatory",
    rationale="Whoever purges a key takes everything encrypted with it away for good. Stacks that live for a "
    "short "
    "time do without purge protection, so that they can be removed completely.",
    remedy="Leave soft delete on; in production turn purge protection on.",
    controls=ncsc("2.5"),
    types=("azure-native:keyvault:Vault",),
    check=_check,
    passing=(resource("keyvault:Vault", properties={"enableSoftDelete": True, "enablePurgeProtection": True}),),
    failing=(
        resource("keyvault:Vault", properties={"enableSoftDelete": False, "enablePurgeProtection": True}),
        resource("keyvault:Vault", properties={"enableSoftDelete": True}),
    ),
)
