"""Private DNS: the zones through which vault, storage and databases are found inside the network alone."""

from collections.abc import Mapping
from types import MappingProxyType

import pulumi
from pulumi_azure_native import privatedns

from stacks.base import Part, Site

VAULT_ZONE = "privatelink.vaultcore.azure.net"
BLOB_ZONE = "privatelink.blob.core.windows.net"
MONITOR_ZONES: Mapping[str, str] = MappingProxyType(
    {
        "monitor": "privatelink.monitor.azure.com",
        "logs": "privatelink.ods.opinsights.azure.com",
        "logs-control": "privatelink.oms.opinsights.azure.com",
        "agents": "privatelink.agentsvc.azure-automation.net",
    }
)
"""The zones of a private link to Azure Monitor, from Microsoft's list of private DNS zones; with that of the blobs."""


def zone_names(site: Site) -> dict[str, str]:
    """The private zones of a platform, by what each serves."""
    zones = {
        "vault": VAULT_ZONE,
        "blob": BLOB_ZONE,
        "postgresql": f"{site.settings.service}-{site.stack}.private.postgres.database.azure.com",
        "mysql": f"{site.settings.service}-{site.stack}.private.mysql.database.azure.com",
    }
    if not site.settings.about.updates:
        zones |= MONITOR_ZONES
    if site.settings.network.private_domain:
        zones["services"] = site.settings.network.private_domain
    return zones


class PrivateDns(Part):
    """The stack's private zones, each linked to its network and no other."""

    def __init__(
        self,
        site: Site,
        group: pulumi.Input[str],
        network_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("dns", site, opts)
        self.zones: dict[str, privatedns.PrivateZone] = {}
        self.links: dict[str, privatedns.VirtualNetworkLink] = {}
        for part, name in zone_names(site).items():
            self.zones[part] = privatedns.PrivateZone(
                f"zone-{part}",
                private_zone_name=name,
                resource_group_name=group,
                location="global",
                tags=site.tags(),
                opts=self.inside(),
            )
            self.links[part] = privatedns.VirtualNetworkLink(
                f"link-{part}",
                virtual_network_link_name=site.names.name("virtual network"),
                private_zone_name=self.zones[part].name,
                resource_group_name=group,
                location="global",
                virtual_network=privatedns.SubResourceArgs(id=network_id),
                registration_enabled=False,
                tags=site.tags(),
                opts=self.inside(),
            )
        self.register_outputs({part: zone.id for part, zone in self.zones.items()})
