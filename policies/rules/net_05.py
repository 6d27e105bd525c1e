"""NET-05: no server has a public address of its own."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import Context, ResourceRule, Verdict, cyber_essentials, failed, ncsc, passed, resource


def _check(card: Resource, context: Context) -> Verdict:
    del context
    for configuration in reading.groups(card.inputs, "ipConfigurations"):
        if reading.is_set(configuration, "publicIPAddress"):
            return failed("a network interface has a public address", "ipConfigurations.publicIPAddress is set")
    return passed("no public address")


RULE = ResourceRule(
    id="NET-05",
    title="No virtual machine has a public address",
    severity="high",
    enforcement="mandatory",
    rationale="A machine with a public address relies on its own firewall alone.",
    remedy="Take the address away; publish through an application gateway, administer through Bastion.",
    controls=(*ncsc("11"), *cyber_essentials("CE-FW-01")),
    types=("azure-native:network:NetworkInterface",),
    check=_check,
    passing=(
        resource("network:NetworkInterface", ipConfigurations=[{"name": "ip", "subnet": {"id": "/subnets/app"}}]),
    ),
    failing=(
        resource(
            "network:NetworkInterface",
            ipConfigurations=[{"name": "ip", "publicIPAddress": {"id": "/publicIPAddresses/a"}}],
        ),
    ),
)
