"""DB-08: PostgreSQL servers are on a private network, and their backups are kept."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_DAYS = {"production": 14, "rehearsal": 7, "test": 7, "incident": 7}
"""Days for which backups are kept, by kind of stack; Azure's own default is 7."""


def _check(server: Resource, context: Context) -> Verdict:
    wanted = _DAYS[context.kind or "production"]
    public = reading.text(server.inputs, "network.publicNetworkAccess")
    private = reading.is_set(server.inputs, "network.delegatedSubnetResourceId")
    days = reading.number(server.inputs, "backup.backupRetentionDays") or 7
    observed = (
        f"publicNetworkAccess = {public or 'nothing'}, {'in a subnet of its own' if private else 'in no subnet'}, "
        f"backups for {days:.0f} days"
    )
    wrong = []
    if (public or "").lower() == "enabled" or (public is None and not private):
        wrong.append("it has a public address")
    if days < wanted:
        wrong.append(f"backups are kept for less than {wanted} days")
    return failed(" and ".join(wrong), observed) if wrong else passed(observed)


_SUBNET = {"delegatedSubnetResourceId": "/subnets/data"}

RULE = ResourceRule(
    id="DB-08",
    title="PostgreSQL servers are private and their backups are kept",
    severity="high",
    enforcement="mandatory",
    rationale="A database with a public address is found within hours; a week of backups is gone before a "
    "slow fault "
    "is noticed.",
    remedy="Put the server into a delegated subnet or turn public access off, and keep backups for 14 days (7 "
    "in test).",
    controls=(*ncsc("2.5", "11"), *cyber_essentials("CE-FW-04")),
    types=("azure-native:dbforpostgresql:Server",),
    check=_check,
    passing=(
        resource("dbforpostgresql:Server", network=_SUBNET, backup={"backupRetentionDays": 14}),
        resource(
            "dbforpostgresql:Server",
            network={"publicNetworkAccess": "Disabled"},
            backup={"backupRetentionDays": 35},
        ),
    ),
    failing=(
        resource("dbforpostgresql:Server", backup={"backupRetentionDays": 14}),
        resource("dbforpostgresql:Server", network=_SUBNET),
        resource(
            "dbforpostgresql:Server",
            network={"publicNetworkAccess": "Enabled"},
            backup={"backupRetentionDays": 35},
        ),
    ),
)
