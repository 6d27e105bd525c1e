"""CMP-03: disks are encrypted on the machine that runs the virtual machine."""

from policies.expect import flag
from policies.rules.base import ResourceRule, ncsc, resource

RULE = ResourceRule(
    id="CMP-03",
    title="Virtual machines are encrypted at host",
    severity="high",
    enforcement="mandatory",
    rationale="Without it the temporary disk and the disks' caches lie unencrypted on the machine that runs it.",
    remedy="Set securityProfile.encryptionAtHost to true (the subscription must have the feature registered).",
    controls=ncsc("2.3"),
    types=("azure-native:compute:VirtualMachine",),
    check=flag("securityProfile.encryptionAtHost", True, unset=False),
    passing=(resource("compute:VirtualMachine", securityProfile={"encryptionAtHost": True}),),
    failing=(
        resource("compute:VirtualMachine", securityProfile={"encryptionAtHost": False}),
        resource("compute:VirtualMachine"),
    ),
)
