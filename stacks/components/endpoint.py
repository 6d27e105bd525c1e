"""A private endpoint: a service's address inside the network, and its name in a private zone."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import network

from stacks.base import Part, Site


class Endpoint(Part):
    """One private endpoint to `target`, of its sub-resource `member` (as `vault`, `blob`), found by names in these zones."""

    def __init__(
        self,
        part: str,
        site: Site,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        target: pulumi.Input[str],
        member: str,
        zone_ids: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(f"endpoint-{part}", site, opts)
        self.endpoint = network.PrivateEndpoint(
            f"endpoint-{part}",
            private_endpoint_name=site.names.name("private endpoint", part),
            resource_group_name=group,
            location=site.settings.region,
            subnet=network.SubnetArgs(id=subnet_id),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=part, private_link_service_id=target, group_ids=[member]
                )
            ],
            tags=site.tags(),
            opts=self.inside(),
        )
        network.PrivateDnsZoneGroup(
            f"endpoint-{part}-name",
            private_dns_zone_group_name="default",
            private_endpoint_name=self.endpoint.name,
            resource_group_name=group,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(
                    name=f"{part}-{number}" if number else part, private_dns_zone_id=zone
                )
                for number, zone in enumerate(zone_ids)
            ],
            opts=self.inside(),
        )
        self.register_outputs({"id": self.endpoint.id})
