"""CMP-05: nobody downloads a disk."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, failed, ncsc, passed, resource


def _check(disk: Resource, context: Context) -> Verdict:
    del context
    policy = reading.text(disk.inputs, "networkAccessPolicy") or "AllowAll"
    public = reading.text(disk.inputs, "publicNetworkAccess") or "Enabled"
    observed = f"networkAccessPolicy is {policy}, publicNetworkAccess is {public}"
    if policy.lower() in ("denyall", "allowprivate") and public.lower() == "disabled":
        return passed(observed)
    return failed("the disk can be downloaded over the internet", observed)


RULE = ResourceRule(
    id="CMP-05",
    title="Disks cannot be downloaded over the internet",
    severity="high",
    enforcement="mandatory",
    rationale="Whoever may read a disk can make a link to all of it, which works from anywhere.",
    remedy="Set networkAccessPolicy to DenyAll and publicNetworkAccess to Disabled.",
    controls=ncsc("2.3", "11"),
    types=("azure-native:compute:Disk",),
    check=_check,
    passing=(
        resource("compute:Disk", networkAccessPolicy="DenyAll", publicNetworkAccess="Disabled"),
        resource("compute:Disk", networkAccessPolicy="AllowPrivate", publicNetworkAccess="Disabled"),
    ),
    failing=(
        resource("compute:Disk"),
        resource("compute:Disk", networkAccessPolicy="DenyAll"),
        resource("compute:Disk", networkAccessPolicy="AllowAll", publicNetworkAccess="Disabled"),
    ),
)
