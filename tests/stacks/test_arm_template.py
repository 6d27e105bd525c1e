"""A stack as a template of Azure Resource Manager: whole, in order, and without a secret."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from decant.app import App
from estate.records.preview import Preview
from stacks.arm.body import body
from stacks.arm.template import template
from stacks.arm.types import AZURE, TYPES
from stacks.arm.versions import VERSIONS
from stacks.kinds import KINDS
from tests.decant.face import decant

_ID = re.compile(
    r"/subscriptions/[0-9a-f-]{36}(/resourceGroups/[\w-]+(/providers/[\w.]+(/[\w.-]+/[^/'\"\]]+)+)?)?"
)


def resources(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every resource but the deployments that hold others."""
    for one in made["resources"]:
        inside = one.get("properties", {}).get("template")
        yield from inside["resources"] if inside else (one,)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str):
        yield value


def arm_id(one: dict[str, Any], group: str) -> str:
    """Where a resource of a group will be, as `dependsOn` names it."""
    provider, *kinds = one["type"].split("/")
    names = one["name"].split("/")
    path = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=True))
    within = one.get("scope", f"/resourceGroups/{group}")
    return f"{within.rstrip('/')}/providers/{provider}/{path}".lower()


@pytest.mark.slow
def test_versions_are_those_that_the_provider_speaks() -> None:
    for token in TYPES:
        module, name = token.removeprefix(AZURE).split(":")
        source = inspect.getsource(getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name))
        assert f"Uses Azure REST API version {VERSIONS[token]}." in source, token


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_resource_is_in_it_once_and_nothing_unknown_or_secret(
    previews: dict[str, Preview], kind: str
) -> None:
    preview = previews[kind]
    made = template(preview)
    held = list(resources(made))
    assert len(held) == len(preview.built)
    every = [(one["type"], one["name"], one.get("scope")) for one in held if "roleAssign" not in one["type"]]
    assert len(set(every)) == len(every)
    said = set(texts(made))
    assert not {"[unknown]", "[secret]"} & said
    for text in said:
        assert not text.startswith("[") or re.fullmatch(r"\[(\w+)\(.*\)[\w.]*\]", text, re.S), text
    assert json.loads(json.dumps(made)) == made


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_resource_waits_for_is_built_in_the_same_deployment(
    previews: dict[str, Preview], kind: str
) -> None:
    made = template(previews[kind])
    deployments = [one for one in made["resources"] if one["type"] == "Microsoft.Resources/deployments"]
    assert len(deployments) > 3
    for one in deployments:
        inside = one["properties"]["template"]["resources"]
        there = {arm_id(part, one["resourceGroup"]) for part in inside}
        for part in inside:
            for on in part.get("dependsOn", ()):
                assert any(on.lower().endswith(found) for found in there), (part["name"], on)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_deployments_never_wait_for_each_other_in_a_circle(previews: dict[str, Preview], kind: str) -> None:
    made = template(previews[kind])
    waits = {
        one["name"]: {
            match[1]
            for text in one.get("dependsOn", ())
            if (match := re.search(r"'Microsoft\.Resources/deployments', '([^']+)'", text))
        }
        for one in made["resources"]
        if one["type"] == "Microsoft.Resources/deployments"
    }
    assert all(len(name) <= 64 for name in waits)
    while waits:
        free = {name for name, on in waits.items() if not on & set(waits)}
        assert free, waits
        waits = {name: on for name, on in waits.items() if name not in free}


@pytest.mark.slow
def test_secrets_are_parameters_that_every_deployment_is_given(previews: dict[str, Preview]) -> None:
    made = template(previews["production"])
    secret = {name for name, said in made["parameters"].items() if said["type"] == "secureString"}
    assert secret == {"mysql_website_administratorLoginPassword", "vpn_connection_sharedKey"}
    used = 0
    for one in made["resources"]:
        if one["type"] == "Microsoft.Resources/deployments":
            asked = one["properties"]["template"]["parameters"]
            assert set(asked) == set(one["properties"]["parameters"])
            assert set(re.findall(r"parameters\('(\w+)'\)", json.dumps(one["properties"]["template"]))) == set(
                asked
            )
            used += len(asked)
    assert used == len(made["parameters"])


@pytest.mark.slow
def test_only_what_azure_alone_can_say_is_an_expression(previews: dict[str, Preview]) -> None:
    """Ids and names are worked out of the settings; who an identity is, Azure says."""
    held = list(resources(template(previews["production"])))
    (subnet, *_) = [one for one in held if one["type"].endswith("virtualNetworks/subnets")]
    assert _ID.fullmatch(subnet["properties"]["networkSecurityGroup"]["id"])
    (role, *_) = [one for one in held if one["type"].endswith("roleAssignments")]
    assert re.fullmatch(
        r"\[reference\('/subscriptions/\S+/id-[\w-]+', '[\d-]+'\)\.principalId\]",
        role["properties"]["principalId"],
    )


@pytest.mark.parametrize(
    ("token", "inputs", "made"),
    [
        (
            "storage:StorageAccount",
            {"accountName": "a", "kind": "StorageV2", "enableHttpsTrafficOnly": True, "networkRuleSet": {"bypass": "None"}},
            {"kind": "StorageV2", "properties": {"supportsHttpsTrafficOnly": True, "networkAcls": {"bypass": "None"}}},
        ),
        (
            "network:NetworkSecurityGroup",
            {"networkSecurityGroupName": "n", "securityRules": [{"name": "r", "access": "Deny"}]},
            {"properties": {"securityRules": [{"name": "r", "properties": {"access": "Deny"}}]}},
        ),
        (
            "operationalinsights:Workspace",
            {"workspaceName": "w", "sku": {"name": "PerGB2018"}},
            {"properties": {"sku": {"name": "PerGB2018"}}},
        ),
        (
            "keyvault:Vault",
            {"vaultName": "v", "location": "uksouth", "properties": {"enableRbacAuthorization": True}},
            {"location": "uksouth", "properties": {"enableRbacAuthorization": True}},
        ),
        (
            "network:FlowLog",
            {"flowLogName": "f", "identity": {"type": "UserAssigned", "userAssignedIdentities": ["/id"]}, "enabled": True},
            {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/id": {}}}, "properties": {"enabled": True}},
        ),
        (
            "compute:VirtualMachine",
            {"vmName": "m", "osProfile": {"customData": "aXQncw=="}},
            {"properties": {"osProfile": {"customData": "[base64('it''s')]"}}},
        ),
    ],
)  # fmt: skip
def test_inputs_stand_where_azure_has_them(token: str, inputs: dict[str, Any], made: dict[str, Any]) -> None:
    assert body(f"{AZURE}{token}", TYPES[f"{AZURE}{token}"], inputs) == made


@pytest.mark.slow
def test_the_command_writes_it_asks_before_it_replaces_and_notes_it(tmp_path: Path) -> None:
    assert decant("init", "ws", at=tmp_path).code == 0
    council = tmp_path / "ws"
    said = decant("stack", "export", "test", "--format", "arm", "--output", "t.json", at=council)
    assert said.code == 0, said.err
    made = json.loads((council / "t.json").read_text())
    assert made["metadata"]["stack"] == "test"
    assert (council / "t.json").stat().st_mode & 0o077 == 0
    app = App(start=council)
    assert [entry.payload["format"] for entry in app.ledger.entries("stack.exported")] == ["arm"]
    app.close()
    again = decant("stack", "export", "test", "--format", "arm", "--output", "t.json", at=council)
    assert again.code == 4
    assert "--yes" in again.err
    printed = decant("stack", "export", "test", "--format", "arm", at=council)
    assert json.loads(printed.out) == made
