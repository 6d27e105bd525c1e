"""LOG-04: backups outlive whoever wants them gone."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource

_SAFE = "properties.securitySettings"
_REDUNDANCY = "properties.redundancySettings.standardTierStorageRedundancy"


def _check(vault: Resource, context: Context) -> Verdict:
    del context
    immutable = reading.text(vault.inputs, f"{_SAFE}.immutabilitySettings.state") or "Disabled"
    soft = reading.text(vault.inputs, f"{_SAFE}.softDeleteSettings.softDeleteState") or "Enabled"
    copies = reading.text(vault.inputs, _REDUNDANCY) or "GeoRedundant"
    wrong = []
    if immutable.lower() not in ("locked", "unlocked"):
        wrong.append("backups can be deleted before their time")
    if soft.lower() not in ("enabled", "alwayson"):
        wrong.append("deleted backups are gone at once")
    if copies.lower() != "georedundant":
        wrong.append("all copies are in one region")
    observed = f"immutability is {immutable}, soft delete is {soft}, copies are {copies}"
    return failed("; ".join(wrong), observed) if wrong else passed(observed)


def _vault(immutable: str, soft: str, copies: str) -> Resource:
    return resource(
        "recoveryservices:Vault",
        properties={
            "securitySettings": {
                "immutabilitySettings": {"state": immutable},
                "softDeleteSettings": {"softDeleteState": soft},
            },
            "redundancySettings": {"standardTierStorageRedundancy": copies},
        },
    )


RULE = ResourceRule(
    id="LOG-04",
    title="Production backups cannot be deleted, and have a copy in the other UK region",
    severity="high",
    enforcement="mandatory",
    rationale="Ransomware deletes the backups first, and a region can fail.",
    remedy="Turn on immutability and soft delete, and choose geo-redundant storage.",
    controls=ncsc("2.5"),
    kinds=frozenset({"production"}),
    types=("azure-native:recoveryservices:Vault",),
    check=_check,
    passing=(_vault("Unlocked", "AlwaysON", "GeoRedundant"), _vault("Locked", "Enabled", "GeoRedundant")),
    failing=(
        _vault("Disabled", "AlwaysON", "GeoRedundant"),
        _vault("Unlocked", "Disabled", "GeoRedundant"),
        _vault("Unlocked", "AlwaysON", "LocallyRedundant"),
        resource("recoveryservices:Vault"),
    ),
)
