"""What each component registers, in every kind of stack: its types under it, in order, secret where it is secret."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from estate.records.preview import SECRET, UNKNOWN, Preview, Resource
from stacks.components.dns import MONITOR_ZONES
from stacks.kinds import KINDS
from stacks.preview.stack import preview_stack
from tests.stacks.conftest import WriteSettings

AZURE = "azure-native:"
ISOLATED = ("incident", "rehearsal")
OPEN = ("production", "test")
HOLDS: dict[str, set[str]] = {
    "ActionGroup": {"monitor:ActionGroup"},
    "ActivityAlerts": {"monitor:ActivityLogAlert"},
    "Bastion": {"network:BastionHost", "network:PublicIPAddress"},
    "Budget": {"consumption:Budget"},
    "Collection": {"monitor:DataCollectionRule"},
    "Defender": {"security:Pricing"},
    "Diagnostics": {"monitor:DiagnosticSetting"},
    "Endpoint": {"network:PrivateDnsZoneGroup", "network:PrivateEndpoint"},
    "FlowLogs": {"authorization:RoleAssignment", "managedidentity:UserAssignedIdentity", "network:FlowLog"},
    "Groups": {"authorization:RoleAssignment", "resources:ResourceGroup"},
    "KeyVault": {"authorization:RoleAssignment", "keyvault:Vault"},
    "Locks": {"authorization:ManagementLockByScope"},
    "Logs": {"operationalinsights:Workspace"},
    "MysqlServer": {
        "dbformysql:AzureADAdministrator", "dbformysql:Configuration", "dbformysql:Database", "dbformysql:Server",
        "managedidentity:UserAssignedIdentity",
    },
    "Network": {
        "network:NatGateway", "network:NetworkSecurityGroup", "network:PublicIPAddress", "network:Subnet",
        "network:VirtualNetwork",
    },
    "PostgresServer": {
        "dbforpostgresql:Administrator", "dbforpostgresql:Configuration", "dbforpostgresql:Database",
        "dbforpostgresql:Server",
    },
    "PrivateDns": {"privatedns:PrivateZone", "privatedns:VirtualNetworkLink"},
    "PrivateLogs": {
        "monitor:DataCollectionEndpoint", "monitor:PrivateLinkScope", "monitor:PrivateLinkScopedResource"
    },
    "Recovery": {"recoveryservices:ProtectionPolicy", "recoveryservices:Vault"},
    "Resolver": {
        "dnsresolver:DnsForwardingRuleset", "dnsresolver:DnsResolver", "dnsresolver:ForwardingRule",
        "dnsresolver:InboundEndpoint", "dnsresolver:OutboundEndpoint", "dnsresolver:PrivateResolverVirtualNetworkLink",
    },
    "Storage": {
        "storage:BlobContainer", "storage:BlobServiceProperties", "storage:ManagementPolicy", "storage:StorageAccount"
    },
    "VirtualMachine": {
        "compute:Disk", "compute:VirtualMachine", "compute:VirtualMachineExtension", "devtestlab:GlobalSchedule",
        "monitor:DataCollectionRuleAssociation", "network:NetworkInterface", "recoveryservices:ProtectedItem",
    },
    "Vpn": {
        "monitor:ScheduledQueryRule", "network:LocalNetworkGateway", "network:PublicIPAddress",
        "network:VirtualNetworkGateway", "network:VirtualNetworkGatewayConnection",
    },
    "Watches": {"monitor:MetricAlert"},
}  # fmt: skip
"""By component, every type that it may hold."""
SECRETS = {
    "production": {("mysql-website", "administratorLoginPassword"), ("vpn-connection", "sharedKey")},
    "test": {("mysql-website", "administratorLoginPassword")},
    "incident": set(),
    "rehearsal": {("vpn-connection", "sharedKey")},
}
METRICS = {
    "Microsoft.Compute/virtualMachines": {"VmAvailabilityMetric", "Percentage CPU"},
    "Microsoft.DBforPostgreSQL/flexibleServers": {"is_db_alive", "storage_percent", "cpu_percent"},
    "Microsoft.DBforMySQL/flexibleServers": {"storage_percent", "cpu_percent"},
}
"""What is watched, by Microsoft's "Supported metrics" of each."""


def of(preview: Preview, kind: str) -> list[Resource]:
    return [one for one in preview.resources if one.type == f"{AZURE}{kind}"]


def by_urn(preview: Preview) -> dict[str, Resource]:
    return {one.urn: one for one in preview.resources}


def component(preview: Preview, one: Resource) -> str:
    return by_urn(preview)[one.parent].type.removeprefix("decant:stacks:")


def whole(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for part in value.values():
            yield from whole(part)
    elif isinstance(value, list):
        for part in value:
            yield from whole(part)
    else:
        yield value


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_is_under_its_component_which_holds_nothing_else(
    previews: dict[str, Preview], kind: str
) -> None:
    for one in previews[kind].resources:
        if one.type.startswith(AZURE):
            assert one.type.removeprefix(AZURE) in HOLDS[component(previews[kind], one)], one.name


def test_every_component_is_in_some_stack_with_all_that_it_may_hold(previews: dict[str, Preview]) -> None:
    held: dict[str, set[str]] = {}
    for preview in previews.values():
        for one in preview.resources:
            if one.type.startswith(AZURE):
                held.setdefault(component(preview, one), set()).add(one.type.removeprefix(AZURE))
    assert held == HOLDS


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_are_secret_and_nothing_else_is(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    assert {(one.name, path) for one in preview.resources for path in one.secrets} == SECRETS[kind]
    assert {
        (one.name, key) for one in preview.resources for key, value in one.inputs.items() if SECRET in whole(value)
    } == SECRETS[kind]


@pytest.mark.parametrize("kind", ["test", *ISOLATED])
def test_nothing_is_protected_or_locked_in_what_is_to_go(previews: dict[str, Preview], kind: str) -> None:
    assert not [one.name for one in previews[kind].resources if one.protect]
    assert not of(previews[kind], "authorization:ManagementLockByScope")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_unknown_before_it_is_built_stays_unknown(previews: dict[str, Preview], kind: str) -> None:
    """Every id that Azure gives, wherever it is handed on."""
    preview = previews[kind]
    for machine in of(preview, "compute:VirtualMachine"):
        assert machine.inputs["networkProfile"]["networkInterfaces"][0]["id"] == UNKNOWN
    for kind_of, key in (
        ("network:FlowLog", "targetResourceId"), ("monitor:DiagnosticSetting", "resourceUri"),
        ("monitor:DiagnosticSetting", "workspaceId"), ("monitor:DataCollectionRuleAssociation", "resourceUri"),
        ("network:NetworkInterface", "resourceGroupName"),
    ):  # fmt: skip
        assert of(preview, kind_of)
        for one in of(preview, kind_of):
            assert one.inputs[key] == UNKNOWN, (one.name, key)
            assert one.property_dependencies[key], (one.name, key)
    assert set(preview.outputs["targets"].values()) == {UNKNOWN}


def follows(preview: Preview, later: Resource, earlier: Resource) -> bool:
    """Whether one waits for another, at any distance: it is made after its component, and that after what it waits for."""
    known, left, seen = by_urn(preview), [later.urn], set()
    while left:
        urn = left.pop()
        if urn == earlier.urn:
            return True
        if urn not in seen:
            seen.add(urn)
            left += [*known[urn].dependencies, *filter(None, [known[urn].parent])]
    return False


def one_after_another(preview: Preview, parts: list[Resource]) -> bool:
    """Whether no two of these can be made at once."""
    return all(
        follows(preview, a, b) or follows(preview, b, a)
        for number, a in enumerate(parts)
        for b in parts[number + 1 :]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_azure_changes_one_at_a_time_waits_for_the_one_before(
    previews: dict[str, Preview], kind: str
) -> None:
    preview = previews[kind]
    assert one_after_another(preview, of(preview, "network:Subnet"))
    for server in (*of(preview, "dbforpostgresql:Server"), *of(preview, "dbformysql:Server")):
        parts = [
            one for one in preview.resources if one.parent == server.parent and one.type.split(":")[2] in
            ("Configuration", "Database", "Administrator", "AzureADAdministrator")
        ]  # fmt: skip
        assert len(parts) > 4
        assert one_after_another(preview, parts)
        assert all(follows(preview, one, server) for one in parts)
    assert one_after_another(preview, of(preview, "monitor:PrivateLinkScopedResource"))


@pytest.mark.parametrize("kind", KINDS)
def test_what_needs_another_waits_for_it(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    named = {one.name: one for one in preview.resources}
    assert follows(preview, named["flow-log"], named["flow-log-writer"])
    for server in of(preview, "dbforpostgresql:Server"):
        assert follows(preview, server, named["link-postgresql"])
    for association in of(preview, "monitor:DataCollectionRuleAssociation"):
        assert follows(preview, association, named[f"logs-{association.name.partition('-')[2]}"])
    if kind in ISOLATED:
        for linked in of(preview, "monitor:PrivateLinkScopedResource"):
            assert follows(preview, named["endpoint-monitor"], linked)


@pytest.mark.parametrize("kind", KINDS)
def test_machines_have_the_agents_that_can_work_there(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    wanted = {"AzureMonitorLinuxAgent", "AADSSHLoginForLinux"} if kind in OPEN else {"AzureMonitorLinuxAgent"}
    machines = of(preview, "compute:VirtualMachine")
    for machine in machines:
        mine = [
            one for one in of(preview, "compute:VirtualMachineExtension")
            if machine.urn in one.property_dependencies["vmName"]
        ]  # fmt: skip
        assert {one.inputs["vmExtensionName"] for one in mine} == wanted
        assert all(one.inputs["autoUpgradeMinorVersion"] is True for one in mine)
    assert len(of(preview, "compute:VirtualMachineExtension")) == len(machines) * len(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_machines_stop_in_the_evening_where_their_kind_says_so(previews: dict[str, Preview], kind: str) -> None:
    stopped = len(of(previews[kind], "devtestlab:GlobalSchedule"))
    assert stopped == (len(of(previews[kind], "compute:VirtualMachine")) if KINDS[kind].stops else 0)  # type: ignore[index]


@pytest.mark.parametrize("kind", KINDS)
def test_machines_are_told_the_baseline_and_to_fetch_only_where_there_is_a_way(
    previews: dict[str, Preview], kind: str
) -> None:
    for machine in of(previews[kind], "compute:VirtualMachine"):
        told = base64.b64decode(machine.inputs["osProfile"]["customData"]).decode()
        first, _, rest = told.partition("\n")
        config: dict[str, Any] = json.loads(rest)
        assert first == "#cloud-config"
        assert (
            config["hostname"] == machine.name.removeprefix("vm-") == machine.inputs["osProfile"]["computerName"]
        )
        assert config["runcmd"][0] == ["/usr/local/sbin/decant-baseline"]
        assert ("packages" in config) is (kind in OPEN)
        assert ("mariadb-server" in config.get("packages", [])) is (machine.name == "vm-library1")


@pytest.mark.parametrize("kind", ISOLATED)
def test_logs_of_an_isolated_stack_leave_by_private_link_to_its_own_workspace(
    previews: dict[str, Preview], kind: str
) -> None:
    preview = previews[kind]
    [scope] = of(preview, "monitor:PrivateLinkScope")
    assert set(scope.inputs["accessModeSettings"].values()) >= {"PrivateOnly"}
    [workspace] = of(preview, "operationalinsights:Workspace")
    [endpoint] = of(preview, "monitor:DataCollectionEndpoint")
    assert workspace.inputs["publicNetworkAccessForIngestion"] == "Disabled"
    assert endpoint.inputs["networkAcls"] == {"publicNetworkAccess": "Disabled"}
    linked = {urn for one in of(preview, "monitor:PrivateLinkScopedResource")
              for urn in one.property_dependencies["linkedResourceId"]}  # fmt: skip
    assert linked == {workspace.urn, endpoint.urn}
    [private] = [one for one in of(preview, "network:PrivateEndpoint") if one.name == "endpoint-monitor"]
    assert private.inputs["privateLinkServiceConnections"][0]["groupIds"] == ["azuremonitor"]
    [names] = [one for one in of(preview, "network:PrivateDnsZoneGroup") if one.name == "endpoint-monitor-name"]
    zones = by_urn(preview)
    found = {zones[urn].inputs["privateZoneName"] for urn in names.property_dependencies["privateDnsZoneConfigs"]}
    assert found == {*MONITOR_ZONES.values(), "privatelink.blob.core.windows.net"}
    for machine in of(preview, "compute:VirtualMachine"):
        told = {
            one.inputs["associationName"] for one in of(preview, "monitor:DataCollectionRuleAssociation")
            if machine.urn in one.property_dependencies["resourceUri"]
        }  # fmt: skip
        assert "configurationAccessEndpoint" in told
        assert len(told) == 2
    [rule] = of(preview, "monitor:DataCollectionRule")
    assert rule.property_dependencies["dataCollectionEndpointId"] == (endpoint.urn,)


@pytest.mark.parametrize("kind", OPEN)
def test_where_machines_have_a_way_out_there_is_no_private_link_to_pay_for(
    previews: dict[str, Preview], kind: str
) -> None:
    assert not of(previews[kind], "monitor:PrivateLinkScope")
    [workspace] = of(previews[kind], "operationalinsights:Workspace")
    assert workspace.inputs["publicNetworkAccessForIngestion"] == "Enabled"


@pytest.mark.parametrize("kind", KINDS)
def test_every_target_is_watched_and_somebody_is_told(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    [contacts] = of(preview, "monitor:ActionGroup")
    assert contacts.inputs["emailReceivers"][0]["emailAddress"] == "ict@example.gov.uk"
    assert len(contacts.inputs["groupShortName"]) <= 12
    watched: dict[str, set[str]] = {}
    for alert in of(preview, "monitor:MetricAlert"):
        assert alert.property_dependencies["actions"] == (contacts.urn,)
        assert alert.inputs["description"].endswith(".")
        [scope] = alert.property_dependencies["scopes"]
        [measure] = alert.inputs["criteria"]["allOf"]
        assert measure["metricName"] in METRICS[measure["metricNamespace"]]
        watched.setdefault(scope, set()).add(measure["metricName"])
    targets = {
        "compute:VirtualMachine": "Microsoft.Compute/virtualMachines",
        "dbforpostgresql:Server": "Microsoft.DBforPostgreSQL/flexibleServers",
        "dbformysql:Server": "Microsoft.DBforMySQL/flexibleServers",
    }
    assert watched == {
        one.urn: METRICS[namespace] for token, namespace in targets.items() for one in of(preview, token)
    }
    changed, health = sorted(of(preview, "monitor:ActivityLogAlert"), key=lambda one: one.name, reverse=True)
    assert changed.name == "alert-firewall-rules"
    assert {"field": "category", "equals": "ServiceHealth"} in health.inputs["condition"]["allOf"]


SECOND = """[[postgres]]
name = "archive"
system = "report-it"

[[mysql]]"""


def test_wal_level_is_logical_where_a_move_comes_or_the_settings_say_so_and_nowhere_else(
    write: WriteSettings,
) -> None:
    third = SECOND.replace("archive", "ledger").replace("[[mysql]]", "logical_replication = true\n\n[[mysql]]")
    preview = preview_stack(
        write("production", ("moving = [] ", 'moving = ["reports"] '), ("[[mysql]]", SECOND), ("[[mysql]]", third))
    )
    levels, slots = {}, set()
    for one in of(preview, "dbforpostgresql:Configuration"):
        server = one.name.split("-")[1]
        if one.inputs["configurationName"] == "wal_level":
            levels[server] = one.inputs["value"]
        if one.inputs["configurationName"] == "max_replication_slots":
            slots.add(server)
    assert levels == {"reports": "logical", "archive": "replica", "ledger": "logical"}
    assert slots == {"reports", "ledger"}
