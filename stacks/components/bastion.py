"""Bastion: the only way in for administrators, so that no machine needs a public address."""

import pulumi
from pulumi_azure_native import network

from stacks.base import Part, Site


class Bastion(Part):
    """A Bastion of the Basic size in the stack's own network."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        subnet_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("bastion", site, opts)
        address = network.PublicIPAddress(
            "bastion-address",
            public_ip_address_name=site.names.name("public address", "bastion"),
            resource_group_name=group,
            location=site.settings.region,
            sku=network.PublicIPAddressSkuArgs(name="Standard"),
            public_ip_allocation_method="Static",
            tags=site.tags(),
            opts=self.inside(),
        )
        self.host = network.BastionHost(
            "bastion-host",
            bastion_host_name=site.names.name("Bastion"),
            resource_group_name=group,
            location=site.settings.region,
            sku=network.SkuArgs(name="Basic"),
            ip_configurations=[
                network.BastionHostIPConfigurationArgs(
                    name="bastion",
                    subnet=network.SubResourceArgs(id=subnet_id),
                    public_ip_address=network.SubResourceArgs(id=address.id),
                )
            ],
            tags=site.tags(),
            opts=self.inside(),
        )
        self.register_outputs({"id": self.host.id})
