"""The workloads of a stack: the targets that systems move to, and what watches them."""

import pulumi

from stacks.base import Site
from stacks.components.alerts import Watch, Watches
from stacks.components.groups import Groups
from stacks.components.locks import Locks
from stacks.components.logs import Diagnostics
from stacks.components.postgres import PostgresServer
from stacks.components.vm import VirtualMachine
from stacks.ground import Ground

GROUP = "workloads"


def build_workloads(site: Site, ground: Ground, opts: pulumi.ResourceOptions) -> dict[str, pulumi.Output[str]]:
    """Compose the targets on what they stand on; returns what moves need: each target's private address."""
    s = site.settings
    if not s.targets:
        return {}
    groups = Groups(site, (GROUP,), opts)
    group = groups.by_name[GROUP]
    sources: dict[str, pulumi.Input[str]] = {}
    watches: dict[str, Watch] = {}
    outputs: dict[str, pulumi.Output[str]] = {}
    if s.vm:
        groups.administrators(GROUP)
    for vm in s.vm:
        machine = VirtualMachine(site, vm, group.name, ground.subnets[vm.subnet], opts)
        if s.lasts:
            machine.back_up(vm, ground)
        watches[vm.name] = Watch(
            machine.machine.id,
            "Microsoft.Compute/virtualMachines",
            "VmAvailabilityMetric",
            "LessThan",
            1,
            f"{vm.name} does not answer Azure.",
        )
        outputs[vm.name] = machine.address
    for server in s.postgres:
        ready = pulumi.ResourceOptions(depends_on=list(ground.ready))
        database = PostgresServer(
            site,
            server,
            group.name,
            ground.subnets["databases"],
            ground.zones["postgresql"],
            pulumi.ResourceOptions.merge(opts, ready),
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
    if sources:
        Diagnostics("workloads", site, ground.workspace, sources, opts)
    Watches(site, group.name, ground.contacts, watches, opts)
    if s.lasts:
        Locks("workloads", site, {GROUP: group.id}, opts)
    return outputs
