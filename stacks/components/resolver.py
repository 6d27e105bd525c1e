"""DNS between Azure and the server room: each asks the other for the names that live there."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import dnsresolver, network

from stacks.addresses import RESOLVER_IN, RESOLVER_OUT
from stacks.base import Part, Site
from stacks.settings.network import ServerRoom


class Resolver(Part):
    """Azure's DNS resolver: the server room asks its inbound endpoint, and `domains` are asked of the server room."""

    def __init__(
        self,
        site: Site,
        room: ServerRoom,
        group: pulumi.Input[str],
        network_id: pulumi.Input[str],
        subnets: Mapping[str, network.Subnet],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("resolver", site, opts)
        names, where, labels = site.names, site.settings.region, site.tags()
        self.resolver = dnsresolver.DnsResolver(
            "dns-resolver",
            dns_resolver_name=names.name("DNS resolver"),
            resource_group_name=group,
            location=where,
            virtual_network=dnsresolver.SubResourceArgs(id=network_id),
            tags=labels,
            opts=self.inside(),
        )
        asked = dnsresolver.InboundEndpoint(
            "dns-inbound",
            inbound_endpoint_name=names.name("DNS inbound endpoint"),
            dns_resolver_name=self.resolver.name,
            resource_group_name=group,
            location=where,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    private_ip_allocation_method="Dynamic",
                    subnet=dnsresolver.SubResourceArgs(id=subnets[RESOLVER_IN].id),
                )
            ],
            tags=labels,
            opts=self.inside(),
        )
        self.address = asked.ip_configurations.apply(lambda found: found[0].private_ip_address if found else None)
        """Where the server room's DNS sends its questions for names in Azure."""
        if room.domains:
            self._forward(room, group, network_id, subnets[RESOLVER_OUT].id)
        self.register_outputs({"id": self.resolver.id})

    def _forward(
        self,
        room: ServerRoom,
        group: pulumi.Input[str],
        network_id: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
    ) -> None:
        site = self.site
        names, where, labels = site.names, site.settings.region, site.tags()
        endpoint = dnsresolver.OutboundEndpoint(
            "dns-outbound",
            outbound_endpoint_name=names.name("DNS outbound endpoint"),
            dns_resolver_name=self.resolver.name,
            resource_group_name=group,
            location=where,
            subnet=dnsresolver.SubResourceArgs(id=subnet_id),
            tags=labels,
            opts=self.inside(),
        )
        ruleset = dnsresolver.DnsForwardingRuleset(
            "dns-ruleset",
            dns_forwarding_ruleset_name=names.name("DNS forwarding ruleset"),
            resource_group_name=group,
            location=where,
            dns_resolver_outbound_endpoints=[dnsresolver.SubResourceArgs(id=endpoint.id)],
            tags=labels,
            opts=self.inside(),
        )
        for domain in room.domains:
            name = domain.replace(".", "-")
            dnsresolver.ForwardingRule(
                f"dns-rule-{name}",
                forwarding_rule_name=name,
                dns_forwarding_ruleset_name=ruleset.name,
                resource_group_name=group,
                domain_name=f"{domain}.",
                forwarding_rule_state="Enabled",
                target_dns_servers=[
                    dnsresolver.TargetDnsServerArgs(ip_address=str(server), port=53) for server in room.dns_servers
                ],
                opts=self.inside(),
            )
        dnsresolver.PrivateResolverVirtualNetworkLink(
            "dns-ruleset-link",
            virtual_network_link_name=names.name("virtual network"),
            dns_forwarding_ruleset_name=ruleset.name,
            resource_group_name=group,
            virtual_network=dnsresolver.SubResourceArgs(id=network_id),
            opts=self.inside(),
        )
