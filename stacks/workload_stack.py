"""The workloads of a stack: the targets that systems move to, and what watches them."""

import pulumi
from pulumi_azure_native import authorization

from stacks.base import Site
from stacks.components.alerts import Alerts, Watch
from stacks.components.logs import Diagnostics
from stacks.components.postgres import PostgresServer
from stacks.components.vm import VirtualMachine
from stacks.platform_stack import Platform
from stacks.roles import VM_ADMINISTRATOR_LOGIN, role_id


def build_workloads(site: Site, platform: Platform, opts: pulumi.ResourceOptions) -> dict[str, pulumi.Output[str]]:
    """Compose the targets on a platform; returns the outputs that moves need: each target's private address."""
    s = site.settings
    group = platform.groups.by_name["workloads"]
    watches: dict[str, Watch] = {}
    sources: dict[str, pulumi.Input[str]] = {
        "vault": platform.vault.vault.id,
        "blobs": platform.storage.account.id.apply(lambda account: f"{account}/blobServices/default"),
        "recovery": platform.recovery.vault.id,
        **{f"nsg-{name}": nsg.id for name, nsg in platform.network.groups.items()},
    }
    outputs: dict[str, pulumi.Output[str]] = {}
    if s.vm:
        authorization.RoleAssignment(
            "vm-administrators",
            principal_id=s.access.admins.object_id,
            principal_type="Group",
            role_definition_id=role_id(s.subscription, VM_ADMINISTRATOR_LOGIN),
            scope=group.id,
            description=f"{s.access.admins.name} sign in to these machines as themselves.",
            opts=opts,
        )
    for vm in s.vm:
        machine = VirtualMachine(site, vm, group.name, platform.network.subnets[vm.subnet].id, opts)
        if s.production:
            machine.back_up(
                vm,
                site.names.name("resource group", "workloads"),
                platform.groups.by_name["platform"].name,
                platform.recovery.vault.name,
                platform.recovery.policy.id,
            )
        watches[vm.name] = Watch(
            machine.machine.id,
            "Microsoft.Compute/virtualMachines",
            "VmAvailabilityMetric",
            "LessThan",
            1,
            f"{vm.name} does not answer Azure.",
        )
        outputs[vm.name] = machine.card.ip_configurations.apply(
            lambda cards: str(cards[0].get("privateIPAddress", "")) if cards else ""
        )
    for server in s.postgres:
        linked = pulumi.ResourceOptions(depends_on=[platform.dns.links["postgresql"]])
        database = PostgresServer(
            site,
            server,
            group.name,
            platform.network.subnets["databases"].id,
            platform.dns.zones["postgresql"].id,
            pulumi.ResourceOptions.merge(opts, linked),
        )
        sources[f"postgres-{server.name}"] = database.server.id
        watches[f"{server.name}-storage"] = Watch(
            database.server.id,
            "Microsoft.DBforPostgreSQL/flexibleServers",
            "storage_percent",
            "GreaterThan",
            80,
            f"{server.name} has used 80 per cent of its storage.",
        )
        outputs[server.name] = database.server.fully_qualified_domain_name
    Diagnostics(site, platform.logs.workspace.id, sources, opts)
    Alerts(site, platform.groups.by_name["platform"].name, platform.contacts.group.id, watches, opts)
    return outputs
