"""The platform of a stack: everything that is there before a workload is. It never waits for a wave."""

from dataclasses import dataclass

import pulumi

from stacks.addresses import BASTION
from stacks.base import Site
from stacks.components.alerts import ActionGroup
from stacks.components.bastion import Bastion
from stacks.components.budget import Budget
from stacks.components.defender import Defender
from stacks.components.dns import PrivateDns
from stacks.components.endpoint import Endpoint
from stacks.components.flowlogs import FlowLogs
from stacks.components.groups import Groups
from stacks.components.locks import Locks
from stacks.components.logs import Logs
from stacks.components.network import Network
from stacks.components.recovery import Recovery
from stacks.components.storage import Storage
from stacks.components.vault import KeyVault


@dataclass(frozen=True)
class Platform:
    """What workloads stand on."""

    groups: Groups
    network: Network
    dns: PrivateDns
    vault: KeyVault
    logs: Logs
    storage: Storage
    recovery: Recovery
    contacts: ActionGroup


def build_platform(site: Site, opts: pulumi.ResourceOptions) -> Platform:
    """Compose the platform of one stack."""
    s = site.settings
    groups = Groups(site, opts)
    network_group = groups.by_name["network"].name
    platform_group = groups.by_name["platform"].name
    network = Network(site, network_group, opts)
    dns = PrivateDns(site, network_group, network.vnet.id, opts)
    if s.access.bastion:
        Bastion(site, network_group, network.subnets[BASTION].id, opts)
    vault = KeyVault(site, platform_group, opts)
    logs = Logs(site, platform_group, opts)
    storage = Storage(site, platform_group, opts)
    endpoints = network.subnets["endpoints"].id
    Endpoint("vault", site, network_group, endpoints, vault.vault.id, "vault", dns.zones["vault"].id, opts)
    Endpoint("blob", site, network_group, endpoints, storage.account.id, "blob", dns.zones["blob"].id, opts)
    FlowLogs(site, platform_group, network.vnet.id, storage.account.id, opts)
    recovery = Recovery(site, platform_group, opts)
    contacts = ActionGroup(site, platform_group, opts)
    Budget(site, contacts.group.id, opts)
    if s.protection.defender:
        Defender(site, opts)
    if s.production:
        Locks(site, {name: group.id for name, group in groups.by_name.items()}, opts)
    return Platform(groups, network, dns, vault, logs, storage, recovery, contacts)
