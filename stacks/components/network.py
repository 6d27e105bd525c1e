"""The network: subnets with a security group each, and a way out through NAT where the stack has one."""

import pulumi
from pulumi_azure_native import network

from stacks.addresses import BASTION, GATEWAY, RESOLVER_IN, RESOLVER_OUT, SUBNETS, plan
from stacks.base import Part, Site
from stacks.firewall import BARE, WITH_MACHINES, FirewallRule, rules
from stacks.settings.whole import StackSettings

DELEGATED = {
    "databases": "Microsoft.DBforPostgreSQL/flexibleServers",
    "mysql": "Microsoft.DBforMySQL/flexibleServers",
    RESOLVER_IN: "Microsoft.Network/dnsResolvers",
    RESOLVER_OUT: "Microsoft.Network/dnsResolvers",
}
NAMED_BY_AZURE = (BASTION, GATEWAY)


def subnets_of(settings: StackSettings) -> tuple[str, ...]:
    """The subnets of a platform, in the order of the address plan."""
    room = settings.server_room
    wanted = {
        BASTION: settings.access.bastion,
        GATEWAY: room is not None,
        RESOLVER_IN: room is not None,
        RESOLVER_OUT: room is not None and bool(room.domains),
    }
    return tuple(name for name in SUBNETS if wanted.get(name, True))


def azure_subnet(site: Site, name: str) -> str:
    """What Azure knows the subnet by."""
    return name if name in NAMED_BY_AZURE else site.names.name("subnet", name)


class Network(Part):
    """The stack's virtual network. It is peered with nothing."""

    def __init__(self, site: Site, group: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("network", site, opts)
        names, where, labels = site.names, site.settings.region, site.tags()
        space = site.settings.network.address_space
        ranges = plan(space)
        self.vnet = network.VirtualNetwork(
            "vnet",
            virtual_network_name=names.name("virtual network"),
            resource_group_name=group,
            location=where,
            address_space=network.AddressSpaceArgs(address_prefixes=[str(space)]),
            tags=labels,
            # Subnets are resources of their own; Azure lists them here as well.
            opts=self.inside(ignore_changes=["subnets"]),
        )
        out = site.settings.about.updates or site.settings.way_out
        nat = self._nat(group) if out else None
        self.groups: dict[str, network.NetworkSecurityGroup] = {}
        self.subnets: dict[str, network.Subnet] = {}
        before: list[network.Subnet] = []
        for name in subnets_of(site.settings):
            if name not in BARE:
                self.groups[name] = network.NetworkSecurityGroup(
                    f"nsg-{name}",
                    network_security_group_name=names.name("network security group", name),
                    resource_group_name=group,
                    location=where,
                    security_rules=_azure_rules(rules(name, ranges, site.settings, site.moves)),
                    tags=labels,
                    opts=self.inside(),
                )
            self.subnets[name] = network.Subnet(
                f"subnet-{name}",
                subnet_name=azure_subnet(site, name),
                resource_group_name=group,
                virtual_network_name=self.vnet.name,
                address_prefix=str(ranges[name]),
                network_security_group=(
                    network.NetworkSecurityGroupArgs(id=self.groups[name].id) if name in self.groups else None
                ),
                nat_gateway=network.SubResourceArgs(id=nat.id) if nat and name in WITH_MACHINES else None,
                default_outbound_access=False,
                private_endpoint_network_policies="Enabled",
                delegations=(
                    [network.DelegationArgs(name="service", service_name=DELEGATED[name])]
                    if name in DELEGATED
                    else None
                ),
                # Azure changes one subnet of a network at a time.
                opts=self.inside(depends_on=before),
            )
            before = [self.subnets[name]]
        self.register_outputs({"id": self.vnet.id})

    def _nat(self, group: pulumi.Input[str]) -> network.NatGateway:
        site = self.site
        names, where, labels = site.names, site.settings.region, site.tags()
        address = network.PublicIPAddress(
            "nat-address",
            public_ip_address_name=names.name("public address", "nat"),
            resource_group_name=group,
            location=where,
            sku=network.PublicIPAddressSkuArgs(name="Standard"),
            public_ip_allocation_method="Static",
            tags=labels,
            opts=self.inside(),
        )
        return network.NatGateway(
            "nat",
            nat_gateway_name=names.name("NAT gateway"),
            resource_group_name=group,
            location=where,
            sku=network.NatGatewaySkuArgs(name="Standard"),
            public_ip_addresses=[network.SubResourceArgs(id=address.id)],
            tags=labels,
            opts=self.inside(),
        )


def _azure_rules(found: tuple[FirewallRule, ...]) -> list[network.SecurityRuleArgs]:
    """The rules with their priorities: in their order, what denies all the rest far behind."""
    last = max((number for number, rule in enumerate(found) if rule.access == "Allow"), default=-1)
    return [
        _azure_rule(rule, 100 + 10 * number if number <= last else 4000 + number)
        for number, rule in enumerate(found)
    ]


def _azure_rule(rule: FirewallRule, priority: int) -> network.SecurityRuleArgs:
    one_source, one_target, one_port = len(rule.sources) == 1, len(rule.destinations) == 1, len(rule.ports) == 1
    return network.SecurityRuleArgs(
        name=rule.name,
        description=rule.description,
        priority=priority,
        direction=rule.direction,
        access=rule.access,
        protocol=rule.protocol,
        source_port_range="*",
        source_address_prefix=rule.sources[0] if one_source else None,
        source_address_prefixes=None if one_source else list(rule.sources),
        destination_address_prefix=rule.destinations[0] if one_target else None,
        destination_address_prefixes=None if one_target else list(rule.destinations),
        destination_port_range=rule.ports[0] if one_port else None,
        destination_port_ranges=None if one_port else list(rule.ports),
    )
