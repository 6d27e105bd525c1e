"""STO-02: storage accounts speak HTTPS only."""

from policies.expect import flag
from policies.rules.base import ResourceRule, ncsc, resource

RULE = ResourceRule(
    id="STO-02",
    title="Storage accounts speak HTTPS only",
    severity="high",
    enforcement="mandatory",
    rationale="Plain HTTP can be read and changed on its way.",
    remedy="Set enableHttpsTrafficOnly to true.",
    controls=ncsc("1"),
    types=("azure-native:storage:StorageAccount",),
    check=flag("enableHttpsTrafficOnly", True, unset=True),
    passing=(
        resource("storage:StorageAccount", enableHttpsTrafficOnly=True),
        resource("storage:StorageAccount"),
    ),
    failing=(resource("storage:StorageAccount", enableHttpsTrafficOnly=False),),
)
