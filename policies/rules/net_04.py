"""NET-04: every subnet for workloads has a network security group."""

from estate.records.preview import Resource
from policies import reading
from policies.rules.base import (
    Context,
    ResourceRule,
    Verdict,
    cyber_essentials,
    failed,
    ncsc,
    not_applicable,
    passed,
    resource,
)

_EXEMPT = frozenset({"gatewaysubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "routeserversubnet"})
"""Subnets on which Azure takes no network security group. Bastion's takes one."""


def _check(network: Resource, context: Context) -> Verdict:
    del context
    if network.type.endswith(":Subnet"):
        name = reading.text(network.inputs, "subnetName") or reading.text(network.inputs, "name") or network.name
        subnets: dict[str, reading.Inputs] = {name: network.inputs}
    else:
        inline = reading.groups(network.inputs, "subnets")
        subnets = {reading.text(s, "name") or f"subnet {n}": s for n, s in enumerate(inline)}
        if not subnets:
            return not_applicable("its subnets are registered by themselves")
    bare = [
        name
        for name, inputs in subnets.items()
        if name.lower() not in _EXEMPT and not reading.is_set(inputs, "networkSecurityGroup")
    ]
    if bare:
        return failed("a subnet has no network security group", f"without one: {', '.join(sorted(bare))}")
    return passed(f"with one: {', '.join(sorted(subnets))}")


_GROUP = {"id": "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"}

RULE = ResourceRule(
    id="NET-04",
    title="Every workload subnet has a network security group",
    severity="high",
    enforcement="mandatory",
    rationale="Without one, whatever is in the subnet can be reached from the whole virtual network and its "
    "peers.",
    remedy="Give the subnet a network security group that lets in only what its workloads need.",
    controls=(*ncsc("3", "11"), *cyber_essentials("CE-FW-01", "CE-FW-04")),
    types=("azure-native:network:Subnet", "azure-native:network:VirtualNetwork"),
    check=_check,
    passing=(
        resource("network:Subnet", "snet-data", networkSecurityGroup=_GROUP),
        resource("network:Subnet", "bastion", subnetName="GatewaySubnet"),
        resource("network:VirtualNetwork", subnets=[{"name": "app", "networkSecurityGroup": _GROUP}]),
    ),
    failing=(
        resource("network:Subnet", "snet-data", addressPrefix="10.20.1.0/24"),
        resource("network:Subnet", "bastion", subnetName="AzureBastionSubnet"),
        resource("network:VirtualNetwork", subnets=[{"name": "app"}]),
    ),
)
