"""NET-01: nobody administers a server straight from the internet."""

from estate.records.preview import Resource
from policies.openings import TYPES, openings
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource

_ADMIN_PORTS = (22, 3389)


def _check(group: Resource, context: Context) -> Verdict:
    del context
    open_ = [o for o in openings(group) if o.from_internet and any(o.lets_in(p) for p in _ADMIN_PORTS)]
    if open_:
        return failed("SSH or Remote Desktop is open to the internet", "; ".join(map(str, open_)))
    return passed("no inbound rule opens port 22 or 3389 to the internet")


def _rule(source: str, ports: str) -> dict[str, str]:
    return {
        "name": "in",
        "access": "Allow",
        "direction": "Inbound",
        "protocol": "Tcp",
        "sourceAddressPrefix": source,
        "destinationPortRange": ports,
    }


RULE = ResourceRule(
    id="NET-01",
    title="Administration ports are not open to the internet",
    severity="critical",
    enforcement="mandatory",
    rationale="SSH and Remote Desktop that answer the whole internet are guessed at all day and are how "
    "ransomware "
    "comes in.",
    remedy="Take the rule out; administer through Azure Bastion or the council's own network.",
    controls=(*ncsc("11", "12"), *cyber_essentials("CE-FW-03", "CE-FW-04")),
    types=TYPES,
    check=_check,
    passing=(
        resource(
            "network:NetworkSecurityGroup", securityRules=[_rule("10.20.0.0/16", "22"), _rule("Internet", "443")]
        ),
        resource("network:NetworkSecurityGroup"),
        resource("network:SecurityRule", **(_rule("*", "22") | {"access": "Deny"})),
    ),
    failing=(
        resource("network:NetworkSecurityGroup", securityRules=[_rule("*", "22")]),
        resource("network:NetworkSecurityGroup", securityRules=[_rule("0.0.0.0/0", "20-30")]),
        resource("network:NetworkSecurityGroup", securityRules=[_rule("0.0.0.0/1", "3389")]),
        resource("network:SecurityRule", **_rule("internet", "*")),
    ),
)
