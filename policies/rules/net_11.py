"""NET-11: who lets something in says why."""

from estate.records.preview import Resource
from policies.openings import TYPES, openings
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(group: Resource, context: Context) -> Verdict:
    del context
    silent = [o.name for o in openings(group) if not o.description.strip()]
    if silent:
        return failed("an inbound rule has no description", f"without one: {', '.join(sorted(silent))}")
    return passed("every inbound rule says what it is for")


_ALLOW = {
    "name": "https",
    "access": "Allow",
    "direction": "Inbound",
    "protocol": "Tcp",
    "sourceAddressPrefix": "Internet",
    "destinationPortRange": "443",
}

RULE = ResourceRule(
    id="NET-11",
    title="Every inbound rule says what it is for",
    severity="low",
    enforcement="advisory",
    rationale="A rule that nobody can explain is never removed; Cyber Essentials asks for the business need "
    "of each.",
    remedy="Write the business need or the change's number into the rule's description.",
    controls=(*ncsc("5.4"), *cyber_essentials("CE-FW-05")),
    types=TYPES,
    check=_check,
    passing=(
        resource("network:NetworkSecurityGroup", securityRules=[_ALLOW | {"description": "public website"}]),
        resource("network:SecurityRule", **(_ALLOW | {"access": "Deny"})),
    ),
    failing=(
        resource("network:NetworkSecurityGroup", securityRules=[_ALLOW]),
        resource("network:SecurityRule", **(_ALLOW | {"description": " "})),
    ),
)
