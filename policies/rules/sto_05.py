"""STO-05: storage accounts are opened by identity and not by a shared key."""

from policies.expect import flag
from policies.rules.base import ResourceRule, cyber_essentials, ncsc, resource

RULE = ResourceRule(
    id="STO-05",
    title="Storage accounts take no shared keys",
    severity="medium",
    enforcement="mandatory",
    rationale="Whoever has the key can do everything, leaves no name in the logs, and keeps it when they leave.",
    remedy="Set allowSharedKeyAccess to false and give roles to identities.",
    controls=(*ncsc("9", "10"), *cyber_essentials("CE-UAC-02")),
    types=("azure-native:storage:StorageAccount",),
    check=flag("allowSharedKeyAccess", False, unset=True),
    passing=(resource("storage:StorageAccount", allowSharedKeyAccess=False),),
    failing=(
        resource("storage:StorageAccount", allowSharedKeyAccess=True),
        resource("storage:StorageAccount"),
    ),
)
