"""STO-06: storage is not replicated into another tenant."""

from policies.expect import flag
from policies.rules.base import ResourceRule, ncsc, resource

RULE = ResourceRule(
    id="STO-06",
    title="Storage accounts are not replicated to other tenants",
    severity="high",
    enforcement="mandatory",
    rationale="Replication to another tenant takes data to where the council has no say.",
    remedy="Set allowCrossTenantReplication to false.",
    controls=ncsc("2.1", "3"),
    types=("azure-native:storage:StorageAccount",),
    check=flag("allowCrossTenantReplication", False, unset=False),
    passing=(
        resource("storage:StorageAccount", allowCrossTenantReplication=False),
        resource("storage:StorageAccount"),
    ),
    failing=(resource("storage:StorageAccount", allowCrossTenantReplication=True),),
)
