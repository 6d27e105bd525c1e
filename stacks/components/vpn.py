"""The VPN to the council's server room: Azure's gateway, the council's own device, and the tunnel between them."""

import pulumi
from pulumi_azure_native import monitor, network

from stacks.base import Part, Site
from stacks.settings.network import VPN_SHARED_KEY, ServerRoom

ZONES = {"uksouth": ["1", "2", "3"]}
"""UK West has no zones."""


class Vpn(Part):
    """A site-to-site VPN with one tunnel. It learns no routes: the server room's ranges are in the settings.

    No subnet has a route table, so all have the gateway's routes; what may use them is the firewall rules' to say.
    """

    def __init__(
        self,
        site: Site,
        room: ServerRoom,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("vpn", site, opts)
        names, where, labels = site.names, site.settings.region, site.tags()
        address = network.PublicIPAddress(
            "vpn-address",
            public_ip_address_name=names.name("public address", "vpn"),
            resource_group_name=group,
            location=where,
            sku=network.PublicIPAddressSkuArgs(name="Standard"),
            public_ip_allocation_method="Static",
            zones=ZONES.get(where),
            tags=labels,
            opts=self.inside(),
        )
        # Sizes without AZ can no longer be made; this one stands in all zones of a region that has them.
        self.gateway = network.VirtualNetworkGateway(
            "vpn-gateway",
            virtual_network_gateway_name=names.name("VPN gateway"),
            resource_group_name=group,
            location=where,
            gateway_type="Vpn",
            vpn_type="RouteBased",
            vpn_gateway_generation="Generation1",
            sku=network.VirtualNetworkGatewaySkuArgs(name="VpnGw1AZ", tier="VpnGw1AZ"),
            active_active=False,
            enable_bgp=False,
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(
                    name="vpn",
                    private_ip_allocation_method="Dynamic",
                    subnet=network.SubResourceArgs(id=subnet_id),
                    public_ip_address=network.SubResourceArgs(id=address.id),
                )
            ],
            tags=labels,
            opts=self.inside(),
        )
        device = network.LocalNetworkGateway(
            "server-room",
            local_network_gateway_name=names.name("local network gateway"),
            resource_group_name=group,
            location=where,
            gateway_ip_address=str(room.gateway),
            local_network_address_space=network.AddressSpaceArgs(
                address_prefixes=[str(one) for one in room.ranges]
            ),
            tags=labels,
            opts=self.inside(),
        )
        network.VirtualNetworkGatewayConnection(
            "vpn-connection",
            virtual_network_gateway_connection_name=names.name("VPN connection"),
            resource_group_name=group,
            location=where,
            connection_type="IPsec",
            connection_protocol="IKEv2",
            virtual_network_gateway1=network.VirtualNetworkGatewayArgs(id=self.gateway.id),
            local_network_gateway2=network.LocalNetworkGatewayArgs(id=device.id),
            shared_key=pulumi.Config("decant").require_secret(VPN_SHARED_KEY),
            enable_bgp=False,
            dpd_timeout_seconds=45,
            # The council's device has to offer the very same: Azure takes nothing else once this is set.
            ipsec_policies=[
                network.IpsecPolicyArgs(
                    ike_encryption="GCMAES256",
                    ike_integrity="SHA384",
                    dh_group="ECP384",
                    ipsec_encryption="GCMAES256",
                    ipsec_integrity="GCMAES256",
                    pfs_group="ECP384",
                    sa_life_time_seconds=27000,
                    sa_data_size_kilobytes=102_400_000,
                )
            ],
            tags=labels,
            opts=self.inside(),
        )
        self.register_outputs({"id": self.gateway.id})

    def tell_when_down(
        self, group: pulumi.Input[str], workspace_id: pulumi.Input[str], action_group_id: pulumi.Input[str]
    ) -> None:
        """Tell them when the tunnel goes down. Its state is in the gateway's log alone: no measure of it exists."""
        site = self.site
        gateway = site.names.name("VPN gateway")
        monitor.ScheduledQueryRule(
            "alert-vpn-down",
            rule_name=site.names.name("alert", "vpn-down"),
            resource_group_name=group,
            location=site.settings.region,
            description="The VPN's tunnel to the server room went down.",
            enabled=True,
            severity=1,
            scopes=[workspace_id],
            evaluation_frequency="PT5M",
            window_size="PT5M",
            auto_mitigate=True,
            # The table is there once the gateway has written to it.
            skip_query_validation=True,
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    monitor.ConditionArgs(
                        query=(
                            "AzureDiagnostics | where Category == 'TunnelDiagnosticLog'"
                            f" | where Resource =~ '{gateway}' | where status_s == 'Disconnected'"
                        ),
                        time_aggregation="Count",
                        operator="GreaterThan",
                        threshold=0,
                        failing_periods=monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            actions=monitor.ActionsArgs(action_groups=[action_group_id]),
            tags=site.tags(),
            opts=self.inside(),
        )
