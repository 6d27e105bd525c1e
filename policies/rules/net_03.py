"""NET-03: no rule that lets in everything."""

from estate.records.preview import Resource
from policies.openings import TYPES, openings
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(group: Resource, context: Context) -> Verdict:
    del context
    found = [o for o in openings(group) if o.from_internet and (o.any_port or o.protocol in ("*", "udp"))]
    if found:
        return failed("a rule lets in any port, any protocol or UDP from the internet", "; ".join(map(str, found)))
    return passed("every opening to the internet names TCP ports")


def _rule(source: str, protocol: str, port: str) -> dict[str, str]:
    return {
        "name": "in",
        "access": "Allow",
        "direction": "Inbound",
        "protocol": protocol,
        "sourceAddressPrefix": source,
        "destinationPortRange": port,
    }


RULE = ResourceRule(
    id="NET-03",
    title="No inbound rule lets in any port or UDP from the internet",
    severity="high",
    enforcement="mandatory",
    rationale="A rule without ports opens what will be installed next year too; UDP services are used to "
    "attack others.",
    remedy="Name the protocol and the ports that the service needs.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-04", "CE-FW-05")),
    types=TYPES,
    check=_check,
    passing=(
        resource("network:NetworkSecurityGroup", securityRules=[_rule("Internet", "Tcp", "443")]),
        resource("network:SecurityRule", **_rule("10.0.0.0/8", "*", "*")),
    ),
    failing=(
        resource("network:NetworkSecurityGroup", securityRules=[_rule("*", "Tcp", "*")]),
        resource("network:SecurityRule", **_rule("Internet", "Udp", "53")),
        resource("network:SecurityRule", **_rule("Internet", "*", "443")),
    ),
)
