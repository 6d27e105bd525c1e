"""STO-03: storage accounts take TLS 1.2 at least."""

from policies.expect import one_of
from policies.rules.base import ResourceRule, ncsc, resource

RULE = ResourceRule(
    id="STO-03",
    title="Storage accounts take TLS 1.2 or newer",
    severity="high",
    enforcement="mandatory",
    rationale="Older versions of TLS have known weaknesses and keep old clients alive.",
    remedy="Set minimumTlsVersion to TLS1_2.",
    controls=ncsc("1"),
    types=("azure-native:storage:StorageAccount",),
    check=one_of("minimumTlsVersion", "TLS1_2", "TLS1_3", unset="TLS1_0"),
    passing=(
        resource("storage:StorageAccount", minimumTlsVersion="TLS1_2"),
        resource("storage:StorageAccount", minimumTlsVersion="TLS1_3"),
    ),
    failing=(
        resource("storage:StorageAccount", minimumTlsVersion="TLS1_0"),
        resource("storage:StorageAccount"),
    ),
)
