"""STO-08: no container lets anybody read."""

from policies.expect import one_of
from policies.rules.base import ResourceRule, cyber_essentials, ncsc, resource

RULE = ResourceRule(
    id="STO-08",
    title="Blob containers are private",
    severity="critical",
    enforcement="mandatory",
    rationale="A public container can be read, and often listed, by anybody who knows its name.",
    remedy="Set publicAccess to None.",
    controls=(*ncsc("2.3", "11"), *cyber_essentials("CE-SC-05")),
    types=("azure-native:storage:BlobContainer",),
    check=one_of("publicAccess", "None", unset="None"),
    passing=(
        resource("storage:BlobContainer", publicAccess="None"),
        resource("storage:BlobContainer"),
    ),
    failing=(
        resource("storage:BlobContainer", publicAccess="Blob"),
        resource("storage:BlobContainer", publicAccess="Container"),
    ),
)
