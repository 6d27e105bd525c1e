"""The workloads of a stack: the targets that systems move to, and what watches them."""

import pulumi

from stacks.base import Site
from stacks.components.alerts import Watch, Watches
from stacks.components.groups import Groups
from stacks.components.locks import Locks
from stacks.components.logs import Collection, Diagnostics
from stacks.components.mysql import MysqlServer
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
    running_mariadb = {one.name for one in s.mariadb}
    if s.machines:
        groups.administrators(GROUP)
        collected = Collection(site, group.name, ground.workspace, ground.log_endpoint, opts).rule.id
    for vm in s.machines:
        machine = VirtualMachine(
            site, vm, group.name, ground.subnets[vm.subnet], opts, mariadb=vm.name in running_mariadb
        )
        machine.send_logs(vm, collected, ground.log_endpoint)
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
        watches[f"{vm.name}-cpu"] = Watch(
            machine.machine.id,
            "Microsoft.Compute/virtualMachines",
            "Percentage CPU",
            "GreaterThan",
            90,
            f"{vm.name} has had no processor time to spare for an hour.",
            "PT1H",
        )
        outputs[vm.name] = machine.address
    ready = pulumi.ResourceOptions(depends_on=list(ground.ready))
    for server in s.postgres:
        database = PostgresServer(
            site,
            server,
            group.name,
            ground.subnets["databases"],
            ground.zones["postgresql"],
            pulumi.ResourceOptions.merge(opts, ready),
        )
        sources[f"postgres-{server.name}"] = database.server.id
        kind = "Microsoft.DBforPostgreSQL/flexibleServers"
        watches |= _full_and_busy(server.name, database.server.id, kind)
        watches[server.name] = Watch(
            database.server.id, kind, "is_db_alive", "LessThan", 1, f"{server.name} does not answer Azure."
        )
        outputs[server.name] = database.server.fully_qualified_domain_name
    for mysql in s.mysql:
        held = MysqlServer(
            site,
            mysql,
            group.name,
            ground.subnets["mysql"],
            ground.zones["mysql"],
            pulumi.ResourceOptions.merge(opts, ready),
        )
        sources[f"mysql-{mysql.name}"] = held.server.id
        watches |= _full_and_busy(mysql.name, held.server.id, "Microsoft.DBforMySQL/flexibleServers")
        outputs[mysql.name] = held.server.fully_qualified_domain_name
    if sources:
        Diagnostics("workloads", site, ground.workspace, sources, opts)
    Watches(site, group.name, ground.contacts, watches, opts)
    if s.lasts:
        Locks("workloads", site, {GROUP: group.id}, opts)
    return outputs


def _full_and_busy(name: str, server_id: pulumi.Input[str], kind: str) -> dict[str, Watch]:
    """What is watched of every managed database."""
    return {
        f"{name}-storage": Watch(
            server_id, kind, "storage_percent", "GreaterThan", 80, f"{name} has used 80 per cent of its storage."
        ),
        f"{name}-cpu": Watch(
            server_id,
            kind,
            "cpu_percent",
            "GreaterThan",
            90,
            f"{name} has had no processor time to spare for an hour.",
            "PT1H",
        ),
    }
