"""NET-02: databases and management services do not answer the internet."""

from typing import Any

from estate.records.preview import Resource
from policies.openings import TYPES, openings
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_PORTS = {
    135: "RPC",
    445: "SMB",
    1433: "SQL Server",
    3306: "MySQL",
    5432: "PostgreSQL",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Redis",
    27017: "MongoDB",
}


def _check(group: Resource, context: Context) -> Verdict:
    del context
    open_ = [o for o in openings(group) if o.from_internet]
    reached = sorted({name for port, name in _PORTS.items() for o in open_ if o.lets_in(port)})
    if reached:
        return failed(f"the internet reaches {', '.join(reached)}", "; ".join(map(str, open_)))
    return passed("no inbound rule opens a database or management port to the internet")


def _rule(source: str, *ports: str) -> dict[str, Any]:
    return {
        "name": "in",
        "access": "Allow",
        "direction": "Inbound",
        "protocol": "*",
        "sourceAddressPrefixes": [source],
        "destinationPortRanges": list(ports),
    }


RULE = ResourceRule(
    id="NET-02",
    title="Database and management ports are not open to the internet",
    severity="critical",
    enforcement="mandatory",
    rationale="A database or a management service that the internet reaches is one guessed password away from the "
    "residents' data in it.",
    remedy="Let in only the subnets of the applications that use it.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-04")),
    types=TYPES,
    check=_check,
    passing=(
        resource("network:NetworkSecurityGroup", securityRules=[_rule("10.20.1.0/24", "5432")]),
        resource("network:SecurityRule", **_rule("Internet", "80", "443")),
    ),
    failing=(
        resource("network:NetworkSecurityGroup", securityRules=[_rule("Internet", "443", "5432")]),
        resource("network:SecurityRule", **_rule("::/0", "3000-4000")),
    ),
)
