"""The platform of a stack: everything that is there before a workload is. It never waits for a wave."""

import pulumi

from stacks.addresses import BASTION, GATEWAY
from stacks.base import Site
from stacks.components.alerts import ActionGroup, ActivityAlerts
from stacks.components.bastion import Bastion
from stacks.components.budget import Budget
from stacks.components.defender import Defender
from stacks.components.dns import MONITOR_ZONES, PrivateDns
from stacks.components.endpoint import Endpoint
from stacks.components.flowlogs import FlowLogs
from stacks.components.groups import Groups
from stacks.components.locks import Locks
from stacks.components.logs import Diagnostics, Logs
from stacks.components.network import Network
from stacks.components.private_logs import PrivateLogs
from stacks.components.recovery import Recovery
from stacks.components.resolver import Resolver
from stacks.components.storage import Storage
from stacks.components.vault import KeyVault
from stacks.components.vpn import Vpn
from stacks.ground import Ground

GROUPS = ("network", "platform")


def build_platform(site: Site, opts: pulumi.ResourceOptions) -> Ground:
    """Compose the platform of one stack; returns what workloads stand on."""
    s = site.settings
    groups = Groups(site, GROUPS, opts)
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
    Endpoint("vault", site, network_group, endpoints, vault.vault.id, "vault", [dns.zones["vault"].id], opts)
    Endpoint("blob", site, network_group, endpoints, storage.account.id, "blob", [dns.zones["blob"].id], opts)
    private_logs = None
    if not s.about.updates:
        private_logs = PrivateLogs(site, platform_group, logs.workspace.id, opts)
        zones = [dns.zones[name].id for name in (*MONITOR_ZONES, "blob")]
        ready = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(private_logs.linked)))
        Endpoint("monitor", site, network_group, endpoints, private_logs.scope.id, "azuremonitor", zones, ready)
    FlowLogs(site, platform_group, network.vnet.id, storage.account.id, opts)
    recovery = Recovery(site, platform_group, opts)
    contacts = ActionGroup(site, platform_group, opts)
    Budget(site, contacts.group.id, opts)
    ActivityAlerts(site, platform_group, contacts.group.id, opts)
    sources: dict[str, pulumi.Input[str]] = {
        "vault": vault.vault.id,
        "blobs": storage.blobs.id,
        "recovery": recovery.vault.id,
        **{f"nsg-{name}": nsg.id for name, nsg in network.groups.items()},
    }
    if s.server_room:
        vpn = Vpn(site, s.server_room, network_group, network.subnets[GATEWAY].id, opts)
        vpn.tell_when_down(platform_group, logs.workspace.id, contacts.group.id)
        sources["vpn"] = vpn.gateway.id
        resolver = Resolver(site, s.server_room, network_group, network.vnet.id, network.subnets, opts)
        pulumi.export("dns", resolver.address)
    Diagnostics("platform", site, logs.workspace.id, sources, opts)
    if s.protection.defender:
        Defender(site, opts)
    if s.lasts:
        Locks("platform", site, {name: group.id for name, group in groups.by_name.items()}, opts)
    pulumi.export("vault", vault.vault.name)
    return Ground(
        subnets={name: subnet.id for name, subnet in network.subnets.items()},
        zones={name: zone.id for name, zone in dns.zones.items()},
        ready=tuple(dns.links.values()),
        workspace=logs.workspace.id,
        contacts=contacts.group.id,
        log_endpoint=private_logs.endpoint.id if private_logs else None,
        backup_group=platform_group,
        backup_vault=recovery.vault.name,
        backup_policy=recovery.policy.id,
    )
