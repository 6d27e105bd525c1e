"""What the shipped production and test stacks would build, seen through the offline preview."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from estate.records.preview import SECRET, UNKNOWN, Preview, Resource

KINDS = ("production", "test")


def of(preview: Preview, kind: str) -> list[Resource]:
    found = [resource for resource in preview.resources if resource.type == f"azure-native:{kind}"]
    assert found, f"no {kind} in {preview.stack}"
    return found


def rules(group: Resource) -> Iterator[dict[str, Any]]:
    yield from group.inputs["securityRules"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_subnet_has_a_security_group_and_no_default_way_out(previews: dict[str, Preview], kind: str) -> None:
    groups = {resource.urn for resource in of(previews[kind], "network:NetworkSecurityGroup")}
    for subnet in of(previews[kind], "network:Subnet"):
        assert subnet.inputs["defaultOutboundAccess"] is False
        if subnet.inputs["subnetName"] == "GatewaySubnet":  # Azure takes no group there
            continue
        assert set(subnet.property_dependencies["networkSecurityGroup"]) <= groups


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_says_why_and_the_last_word_is_no(previews: dict[str, Preview], kind: str) -> None:
    for group in of(previews[kind], "network:NetworkSecurityGroup"):
        inbound = sorted(
            (rule for rule in rules(group) if rule["direction"] == "Inbound"), key=lambda r: r["priority"]
        )
        assert all(rule["description"] for rule in rules(group))
        assert inbound[-1]["access"] == "Deny"
        assert inbound[-1]["sourceAddressPrefix"] == "*"
        priorities = [rule["priority"] for rule in rules(group)]
        assert len(priorities) == len(set(priorities))
        assert all(100 <= priority <= 4096 for priority in priorities)


@pytest.mark.parametrize("kind", KINDS)
def test_the_internet_reaches_bastion_alone(previews: dict[str, Preview], kind: str) -> None:
    open_to = [
        (group.name, rule["destinationPortRange"])
        for group in of(previews[kind], "network:NetworkSecurityGroup")
        for rule in rules(group)
        if rule["direction"] == "Inbound"
        and rule["access"] == "Allow"
        and rule.get("sourceAddressPrefix") in {"Internet", "*", "0.0.0.0/0"}
    ]
    assert open_to == [("nsg-AzureBastionSubnet", "443")]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_peered_and_no_machine_has_a_public_address(previews: dict[str, Preview], kind: str) -> None:
    types = {resource.type.rsplit(":", 1)[-1] for resource in previews[kind].resources}
    assert "VirtualNetworkPeering" not in types
    for card in of(previews[kind], "network:NetworkInterface"):
        assert all("publicIPAddress" not in config for config in card.inputs["ipConfigurations"])


def test_test_and_production_share_nothing(previews: dict[str, Preview]) -> None:
    spaces = [of(previews[kind], "network:VirtualNetwork")[0].inputs["addressSpace"] for kind in KINDS]
    assert spaces[0] != spaces[1]
    named = [
        {value for resource in previews[kind].resources for key, value in resource.inputs.items()
         if key.endswith("Name") and isinstance(value, str) and value.count("-") >= 2 and value != UNKNOWN}
        for kind in KINDS
    ]  # fmt: skip
    assert all(named)
    assert named[0].isdisjoint(named[1])


def test_what_holds_data_is_protected_in_production_and_nothing_is_elsewhere(previews: dict[str, Preview]) -> None:
    keepers = {
        "azure-native:compute:Disk",
        "azure-native:compute:VirtualMachine",
        "azure-native:dbformysql:Database",
        "azure-native:dbformysql:Server",
        "azure-native:dbforpostgresql:Database",
        "azure-native:dbforpostgresql:Server",
        "azure-native:keyvault:Vault",
        "azure-native:operationalinsights:Workspace",
        "azure-native:recoveryservices:ProtectedItem",
        "azure-native:recoveryservices:ProtectionPolicy",
        "azure-native:recoveryservices:Vault",
        "azure-native:storage:BlobContainer",
        "azure-native:storage:StorageAccount",
    }
    assert {r.type for r in previews["production"].resources if r.protect} == keepers
    assert all(r.protect for r in previews["production"].resources if r.type in keepers)
    assert not any(r.protect for r in previews["test"].resources)


def test_locks_immutability_and_purge_protection_belong_to_production(previews: dict[str, Preview]) -> None:
    locked = {urn for lock in of(previews["production"], "authorization:ManagementLockByScope")
              for urn in lock.property_dependencies["scope"]}  # fmt: skip
    assert locked == {group.urn for group in of(previews["production"], "resources:ResourceGroup")}
    assert not any("Lock" in resource.type for resource in previews["test"].resources)
    for kind, purge, state in (("production", True, "Unlocked"), ("test", None, "Disabled")):
        vault = of(previews[kind], "keyvault:Vault")[0].inputs["properties"]
        assert vault.get("enablePurgeProtection") is purge
        assert vault["enableRbacAuthorization"] is True
        recovery = of(previews[kind], "recoveryservices:Vault")[0].inputs["properties"]
        assert recovery["securitySettings"]["immutabilitySettings"]["state"] == state


@pytest.mark.parametrize("kind", KINDS)
def test_machines_are_hardened(previews: dict[str, Preview], kind: str) -> None:
    for machine in of(previews[kind], "compute:VirtualMachine"):
        inputs = machine.inputs
        assert inputs["securityProfile"]["securityType"] == "TrustedLaunch"
        assert inputs["securityProfile"]["encryptionAtHost"] is True
        assert inputs["osProfile"]["linuxConfiguration"]["disablePasswordAuthentication"] is True
        assert "adminPassword" not in inputs["osProfile"]
        assert inputs["identity"]["type"] == "SystemAssigned"


def test_production_is_backed_up_and_test_stops_in_the_evening(previews: dict[str, Preview]) -> None:
    production = {vm.urn for vm in of(previews["production"], "compute:VirtualMachine")}
    backed_up = {
        urn for item in of(previews["production"], "recoveryservices:ProtectedItem")
        for urn in item.property_dependencies["properties"] if urn in production
    }  # fmt: skip
    assert backed_up == production
    test = {vm.urn for vm in of(previews["test"], "compute:VirtualMachine")}
    stopped = {
        urn for schedule in of(previews["test"], "devtestlab:GlobalSchedule")
        for urn in schedule.property_dependencies["targetResourceId"]
    }  # fmt: skip
    assert stopped == test


def test_a_test_stack_says_when_it_goes_and_that_its_data_is_not_real(previews: dict[str, Preview]) -> None:
    for group in of(previews["test"], "resources:ResourceGroup"):
        expires = date.fromisoformat(group.inputs["tags"]["expires-on"])
        assert timedelta(0) < expires - date.today() <= timedelta(days=30)  # noqa: DTZ011 - as the tag is meant
        assert group.inputs["tags"]["data-source"] == "synthetic"
    assert all("expires-on" not in g.inputs["tags"] for g in of(previews["production"], "resources:ResourceGroup"))


@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_has_no_password_and_no_public_address(previews: dict[str, Preview], kind: str) -> None:
    server = of(previews[kind], "dbforpostgresql:Server")[0]
    assert server.inputs["authConfig"]["passwordAuth"] == "Disabled"
    assert server.inputs["network"]["publicNetworkAccess"] == "Disabled"
    assert "administratorLoginPassword" not in server.inputs
    parameters = {
        c.inputs["configurationName"]: c.inputs["value"]
        for c in of(previews[kind], "dbforpostgresql:Configuration")
    }
    assert parameters["require_secure_transport"] == "on"
    # Nothing moves to the shipped stacks yet.
    assert parameters["wal_level"] == "replica"


@pytest.mark.parametrize("kind", KINDS)
def test_mysql_takes_tls_and_entra_alone_and_its_first_password_stays_secret(
    previews: dict[str, Preview], kind: str
) -> None:
    server = of(previews[kind], "dbformysql:Server")[0]
    assert server.inputs["network"]["publicNetworkAccess"] == "Disabled"
    assert server.secrets == ("administratorLoginPassword",)
    assert server.inputs["administratorLoginPassword"] == SECRET
    administrator = of(previews[kind], "dbformysql:AzureADAdministrator")[0]
    settings = {c.inputs["configurationName"]: c for c in of(previews[kind], "dbformysql:Configuration")}
    values = {name: setting.inputs["value"] for name, setting in settings.items()}
    assert (values["require_secure_transport"], values["tls_version"]) == ("ON", "TLSv1.2,TLSv1.3")
    assert (values["aad_auth_only"], values["audit_log_enabled"], values["slow_query_log"]) == ("ON", "ON", "ON")
    assert administrator.urn in settings["aad_auth_only"].dependencies


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_azure_knows_is_unknown_and_what_it_depends_on_is_kept(
    previews: dict[str, Preview], kind: str
) -> None:
    urns = {resource.urn for resource in previews[kind].resources}
    endpoint = of(previews[kind], "network:PrivateEndpoint")[0]
    assert endpoint.inputs["subnet"]["id"] == UNKNOWN
    for resource in previews[kind].resources:
        referred = {urn for found in resource.property_dependencies.values() for urn in found}
        assert referred | set(resource.dependencies) <= urns
        assert resource.parent == "" or resource.parent in urns
    assert all(value == UNKNOWN for value in previews[kind].outputs["targets"].values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_is_quick_repeats_itself_and_is_plain_json(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    assert preview.seconds < 20
    assert [r.urn for r in preview.resources] == sorted(r.urn for r in preview.resources)
    assert json.loads(preview.model_dump_json(by_alias=True))["resources"][0].keys() >= {
        "type", "name", "urn", "inputs", "parent", "dependencies", "propertyDependencies", "protect", "secrets"
    }  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_of_the_shipped_stacks_has_a_price_or_a_reason(
    previews: dict[str, Preview], kind: str
) -> None:
    estimate = previews[kind].estimate
    assert estimate.unpriced == ()
    assert estimate.monthly_gbp > 100
    assert all(line.assumption and line.basis for line in estimate.lines)


def test_test_costs_less_than_its_cap_and_than_production(previews: dict[str, Preview]) -> None:
    assert previews["test"].estimate.monthly_gbp < 500
    assert previews["test"].estimate.monthly_gbp < previews["production"].estimate.monthly_gbp
