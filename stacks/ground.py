"""What workloads stand on: a platform's parts, built by the same program, or standing already by their known names.

A workload stack is a Pulumi stack of its own, so that a wave never locks the network. It asks Azure for nothing:
every id follows from the platform's settings, as the platform's own names do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from stacks.base import Site
from stacks.components.dns import zone_names
from stacks.components.network import azure_subnet, subnets_of

Id = pulumi.Input[str]


@dataclass(frozen=True)
class Ground:
    """Ids, and names where Azure wants these, of what workloads need of a platform."""

    subnets: Mapping[str, Id]
    zones: Mapping[str, Id]
    """Private DNS zones, by what they serve."""
    ready: tuple[pulumi.Resource, ...]
    """What has to be there before a database; empty where all of it stands."""
    workspace: Id
    contacts: Id
    log_endpoint: Id | None
    """Where machines without a way out send their logs; None where they have one."""
    backup_group: Id
    backup_vault: Id
    backup_policy: Id


def standing(site: Site) -> Ground:
    """The ground of a workload stack: its platform, as it stands in Azure."""
    on = site.platform
    s, names = on.settings, on.names
    of_network = _group(on, "network")
    of_platform = _group(on, "platform")
    network = f"{of_network}/providers/Microsoft.Network/virtualNetworks/{names.name('virtual network')}"
    zones = f"{of_network}/providers/Microsoft.Network/privateDnsZones"
    vault = f"{of_platform}/providers/Microsoft.RecoveryServices/vaults/{names.name('recovery vault')}"
    logs = f"{of_platform}/providers/Microsoft.OperationalInsights/workspaces/{names.name('log workspace')}"
    return Ground(
        subnets={name: f"{network}/subnets/{azure_subnet(on, name)}" for name in subnets_of(s)},
        zones={part: f"{zones}/{zone}" for part, zone in zone_names(on).items()},
        ready=(),
        workspace=logs,
        log_endpoint=(
            None
            if s.about.updates
            else f"{of_platform}/providers/Microsoft.Insights/dataCollectionEndpoints/"
            f"{names.name('data collection endpoint')}"
        ),
        contacts=f"{of_platform}/providers/Microsoft.Insights/actionGroups/{names.name('action group')}",
        backup_group=names.name("resource group", "platform"),
        backup_vault=names.name("recovery vault"),
        backup_policy=f"{vault}/backupPolicies/{names.name('backup policy', 'daily')}",
    )


def _group(site: Site, part: str) -> str:
    return f"/subscriptions/{site.settings.subscription}/resourceGroups/{site.names.name('resource group', part)}"
