"""DB-12: production databases survive the loss of a zone."""

from policies.expect import one_of
from policies.rules.base import ResourceRule, ncsc, resource

RULE = ResourceRule(
    id="DB-12",
    title="Production PostgreSQL has a standby",
    severity="medium",
    enforcement="advisory",
    rationale="Without a standby the service waits for a restore when a machine or a zone fails.",
    remedy="Set highAvailability.mode to ZoneRedundant (SameZone where the region has no zones to spare).",
    controls=ncsc("2.5"),
    kinds=frozenset({"production"}),
    types=("azure-native:dbforpostgresql:Server",),
    check=one_of("highAvailability.mode", "ZoneRedundant", "SameZone", unset="Disabled"),
    passing=(resource("dbforpostgresql:Server", highAvailability={"mode": "ZoneRedundant"}),),
    failing=(
        resource("dbforpostgresql:Server", highAvailability={"mode": "Disabled"}),
        resource("dbforpostgresql:Server"),
    ),
)
