"""STO-01: no storage account lets anybody read."""

from policies.expect import flag
from policies.rules.base import ResourceRule, cyber_essentials, ncsc, resource

RULE = ResourceRule(
    id="STO-01",
    title="Storage accounts allow no anonymous reading",
    severity="critical",
    enforcement="mandatory",
    rationale="One container set to public is a data breach that nobody notices from inside.",
    remedy="Set allowBlobPublicAccess to false.",
    controls=(*ncsc("2.3", "11"), *cyber_essentials("CE-SC-05")),
    types=("azure-native:storage:StorageAccount",),
    check=flag("allowBlobPublicAccess", False, unset=False),
    passing=(
        resource("storage:StorageAccount", allowBlobPublicAccess=False),
        resource("storage:StorageAccount"),
    ),
    failing=(resource("storage:StorageAccount", allowBlobPublicAccess=True),),
)
