"""What each kind of resource is charged for: the meters, how much of each in a month, and what that supposes.

One function a kind, in `CHARGES`. Quantities come from the resource's own inputs and, where nobody can know
yet, from the settings' assumptions.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from estate.catalogue import disks
from estate.documents.words import count
from estate.records.assessment import DiskKind
from estate.records.preview import Resource
from stacks.settings.whole import StackSettings

HOURS = 730
"""Hours in a month, as Azure's own calculator reckons: 8,760 a year in twelve parts."""
FREE_LOG_DAYS = 31
FREE_FLOW_LOG_GB = 5.0
FREE_EGRESS_GB = 100.0
"""Azure gives each account its first 100 GB a month out of Azure."""

_BELOW = "its platform's plan covers it"
_CORES = re.compile(r"Standard_[A-Z]+(\d+)")


@dataclass(frozen=True)
class Charge:
    """So much of one meter in a month."""

    meter: str
    quantity: float
    supposes: str


@dataclass(frozen=True)
class Stack:
    """All resources of a stack by URN, and its settings: what a charge may have to look up."""

    resources: Mapping[str, Resource]
    settings: StackSettings

    def count(self, kind: str) -> int:
        """How many resources of a kind there are."""
        return sum(1 for resource in self.resources.values() if resource.type == kind)

    def behind(self, resource: Resource, key: str, kind: str) -> list[Resource]:
        """The resources of `kind` that an input of `resource` refers to."""
        urns = resource.property_dependencies.get(key, ())
        return [self.resources[urn] for urn in urns if urn in self.resources and self.resources[urn].type == kind]

    @property
    def defended_below(self) -> bool:
        """Whether a plan of its platform's defends what it holds: nothing in the stack itself says what that costs."""
        return bool(self.settings.platform) and self.settings.protection.defender


Charges = Callable[[Resource, Stack], Iterator[Charge]]


def tier(gib: int, kind: str) -> str:
    """The size class that Azure charges a managed disk by: `P10` for a Premium SSD of 100 GiB."""
    of: DiskKind = "Premium_LRS" if kind == "Premium_LRS" else "StandardSSD_LRS"
    return (disks.smallest(of, gib) or disks.largest(of)).tier


def _disk(gib: int, kind: str, stack: Stack) -> Iterator[Charge]:
    yield Charge(f"disk/{kind}/{tier(gib, kind)}", 1, f"{gib} GiB, charged whether the VM runs or not")
    if kind.startswith("StandardSSD"):
        millions = stack.settings.assumptions.disk_million_operations
        yield Charge(f"disk/{kind}/operations", millions * 100, f"{millions:g} million operations a month")


def _vm(resource: Resource, stack: Stack) -> Iterator[Charge]:
    size = str(_at(resource, "hardwareProfile", "vmSize"))
    stops = any(
        resource.urn in other.property_dependencies.get("targetResourceId", ())
        for other in stack.resources.values()
        if other.type == "azure-native:devtestlab:GlobalSchedule" and other.inputs.get("status") == "Enabled"
    )
    hours = stack.settings.shutdown.hours_a_month if stops else HOURS
    why = f"{hours} hours, stopped every evening and started by hand" if stops else f"{hours} hours"
    yield Charge(f"vm/{size}", hours, f"{why}; Linux, pay as you go")
    os_disk = _at(resource, "storageProfile", "osDisk")
    yield from _disk(int(os_disk["diskSizeGB"]), str(os_disk["managedDisk"]["storageAccountType"]), stack)
    if stack.defended_below:
        yield Charge("defender/VirtualMachines/P2", 1, _BELOW)


def _data_disk(resource: Resource, stack: Stack) -> Iterator[Charge]:
    yield from _disk(int(resource.inputs["diskSizeGB"]), str(_at(resource, "sku", "name")), stack)


def _backup(resource: Resource, stack: Stack) -> Iterator[Charge]:
    gib = 0
    for vm in stack.behind(resource, "properties", "azure-native:compute:VirtualMachine"):
        gib += int(_at(vm, "storageProfile", "osDisk")["diskSizeGB"])
        gib += sum(
            int(disk.inputs["diskSizeGB"])
            for disk in stack.behind(vm, "storageProfile", "azure-native:compute:Disk")
        )
    if gib <= 50:
        yield Charge("backup/vm/50", 1, f"{gib} GiB of disks")
    else:
        yield Charge("backup/vm/500", -(-gib // 500), f"{gib} GiB of disks, for each 500 begun")
    vaults = stack.behind(resource, "vaultName", "azure-native:recoveryservices:Vault")
    if vaults:
        copies = _at(vaults[0], "properties", "redundancySettings", "standardTierStorageRedundancy")
    else:  # a workload stack's machines are kept in its platform's vault
        copies = stack.settings.backup_copies
    ratio = stack.settings.assumptions.backup_ratio
    yield Charge(f"backup/storage/{copies}", gib * ratio, f"{ratio:g} × the disks' {gib} GiB kept")


def _server(product: str) -> Charges:
    """What a flexible server of `product` is charged for: both sorts have the same meters."""

    def charged(resource: Resource, stack: Stack) -> Iterator[Charge]:
        yield from _database(product, resource, stack)

    return charged


def _database(product: str, resource: Resource, stack: Stack) -> Iterator[Charge]:
    size, level = str(_at(resource, "sku", "name")), str(_at(resource, "sku", "tier"))
    two = 2 if _at(resource, "highAvailability", "mode") not in (None, "Disabled") else 1
    standby = " and a standby" if two == 2 else ""
    cores = _CORES.match(size)
    if level == "Burstable" or cores is None:
        yield Charge(f"{product}/{level}/{size}", HOURS * two, f"{HOURS} hours{standby}")
    else:
        vcores = int(cores.group(1))
        yield Charge(
            f"{product}/{level}/vcore", HOURS * vcores * two, f"{HOURS} hours of {vcores} vCores{standby}"
        )
    gib = int(_at(resource, "storage", "storageSizeGB"))
    yield Charge(f"{product}/storage", gib * two, f"{gib} GiB provisioned{standby}")
    if stack.defended_below:
        yield Charge("defender/OpenSourceRelationalDatabases", 1, _BELOW)
    regions = 2 if _at(resource, "backup", "geoRedundantBackup") == "Enabled" else 1
    ratio = stack.settings.assumptions.backup_ratio
    kept = max(0.0, gib * ratio * regions - gib)
    yield Charge(
        f"{product}/backup", kept, f"{ratio:g} × {gib} GiB kept in {count(regions, 'region')}, {gib} GiB free"
    )


def _workspace(resource: Resource, stack: Stack) -> Iterator[Charge]:
    gb, days = stack.settings.assumptions.log_gb, int(resource.inputs["retentionInDays"])
    yield Charge("log-analytics/ingestion", gb, f"{gb:g} GB of logs a month")
    months = max(0, days - FREE_LOG_DAYS) / 30
    yield Charge(
        "log-analytics/retention", gb * months, f"{gb:g} GB a month kept {days} days, {FREE_LOG_DAYS} free"
    )


def _storage(resource: Resource, stack: Stack) -> Iterator[Charge]:
    kind = f"storage/{_at(resource, 'sku', 'name')}/{resource.inputs.get('accessTier', 'Hot')}"
    gb, millions = stack.settings.assumptions.blob_gb, stack.settings.assumptions.blob_million_writes
    yield Charge(kind, gb, f"{gb:g} GB kept")
    yield Charge(f"{kind}/writes", millions * 100, f"{millions:g} million writes a month")


def _nat(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del resource
    gb = stack.settings.assumptions.egress_gb
    yield Charge("nat-gateway", HOURS, f"{HOURS} hours")
    yield Charge("nat-gateway/data", gb, f"{gb:g} GB a month through it")
    yield from _egress(gb, "to the internet")


def _egress(gb: float, where: str) -> Iterator[Charge]:
    beyond = max(0.0, gb - FREE_EGRESS_GB)
    if beyond:
        yield Charge("egress", beyond, f"{gb:g} GB a month {where}, {FREE_EGRESS_GB:g} GB free")


def _endpoint(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del resource
    gb = stack.settings.assumptions.private_gb
    yield Charge("private-endpoint", HOURS, f"{HOURS} hours")
    yield Charge("private-endpoint/data", gb, f"{gb:g} GB a month through it")


def _zone(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del resource
    zones = max(1, stack.count("azure-native:privatedns:PrivateZone"))
    millions = stack.settings.assumptions.dns_million_queries
    yield Charge("private-dns/zone", 1, "one zone")
    yield Charge("private-dns/queries", millions / zones, f"its part of {millions:g} million queries a month")


def _flow_log(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del resource
    gb = stack.settings.assumptions.flow_log_gb
    yield Charge(
        "flow-log/data", max(0.0, gb - FREE_FLOW_LOG_GB), f"{gb:g} GB a month, {FREE_FLOW_LOG_GB:g} GB free"
    )


def _bastion(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del stack
    yield Charge(f"bastion/{_at(resource, 'sku', 'name')}", HOURS, f"{HOURS} hours; it cannot be stopped")


def _gateway(resource: Resource, stack: Stack) -> Iterator[Charge]:
    size = _at(resource, "sku", "name")
    yield Charge(f"vpn-gateway/{size}", HOURS, f"{HOURS} hours; what leaves through it counts as egress")
    if not stack.count("azure-native:network:NatGateway"):  # which counts it otherwise
        yield from _egress(stack.settings.assumptions.egress_gb, "to the server room")


def _resolver(meter: str, what: str) -> Charges:
    def charged(resource: Resource, stack: Stack) -> Iterator[Charge]:
        del resource, stack
        yield Charge(f"dns-resolver/{meter}", 1, f"one {what}, by the month")

    return charged


def _log_alert(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del stack
    often = resource.inputs["evaluationFrequency"]
    yield Charge(f"alert/log/{often}", 1, f"one query, asked every {str(often).removeprefix('PT')}")


def _address(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del stack
    yield Charge(f"public-ip/{_at(resource, 'sku', 'name')}", HOURS, f"{HOURS} hours")


def _vault(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del resource
    operations = stack.settings.assumptions.vault_operations
    yield Charge("key-vault/operations", operations / 10_000, f"{operations:,} operations a month")


def _metric(resource: Resource, stack: Stack) -> Iterator[Charge]:
    del stack
    series = len(_at(resource, "criteria", "allOf"))
    yield Charge("alert/metric", series, f"{count(series, 'measure')} watched")


_DEFENDED = {
    "VirtualMachines": ("azure-native:compute:VirtualMachine",),
    "StorageAccounts": ("azure-native:storage:StorageAccount",),
    "KeyVaults": ("azure-native:keyvault:Vault",),
    "OpenSourceRelationalDatabases": ("azure-native:dbforpostgresql:Server", "azure-native:dbformysql:Server"),
}


def _defender(resource: Resource, stack: Stack) -> Iterator[Charge]:
    plan = str(resource.inputs.get("pricingName"))
    part = resource.inputs.get("subPlan")
    meter = f"defender/{plan}/{part}" if plan == "VirtualMachines" else f"defender/{plan}"
    guarded = sum(stack.count(kind) for kind in _DEFENDED.get(plan, ()))
    if resource.inputs.get("pricingTier") == "Standard":
        yield Charge(meter, guarded, f"{guarded} of them in this stack; the plan covers the whole subscription")


def _at(resource: Resource, *path: str) -> Any:
    value: Any = resource.inputs
    for key in path:
        value = value[key]
    return value


CHARGES: Mapping[str, Charges] = MappingProxyType(
    {
        "azure-native:compute:VirtualMachine": _vm,
        "azure-native:compute:Disk": _data_disk,
        "azure-native:recoveryservices:ProtectedItem": _backup,
        "azure-native:dbforpostgresql:Server": _server("postgresql"),
        "azure-native:dbformysql:Server": _server("mysql"),
        "azure-native:operationalinsights:Workspace": _workspace,
        "azure-native:storage:StorageAccount": _storage,
        "azure-native:network:NatGateway": _nat,
        "azure-native:network:PrivateEndpoint": _endpoint,
        "azure-native:privatedns:PrivateZone": _zone,
        "azure-native:network:FlowLog": _flow_log,
        "azure-native:network:BastionHost": _bastion,
        "azure-native:network:PublicIPAddress": _address,
        "azure-native:network:VirtualNetworkGateway": _gateway,
        "azure-native:dnsresolver:InboundEndpoint": _resolver("endpoint", "endpoint"),
        "azure-native:dnsresolver:OutboundEndpoint": _resolver("endpoint", "endpoint"),
        "azure-native:dnsresolver:DnsForwardingRuleset": _resolver("ruleset", "ruleset"),
        "azure-native:keyvault:Vault": _vault,
        "azure-native:monitor:MetricAlert": _metric,
        "azure-native:monitor:ScheduledQueryRule": _log_alert,
        "azure-native:security:Pricing": _defender,
    }
)
