"""A preview beside what Pulumi keeps of the built stack: what differs is told, what nobody can know yet is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from estate.errors import UsageError
from estate.records.preview import SECRET, UNKNOWN
from stacks.preview.deployed import alike_where_unknown, protected, rows_of_state
from stacks.preview.difference import Change, difference

STATE = Path(__file__).parent / "states" / "pulumi-v3.json"
"""In the format of `pulumi stack export`, version 3, as Pulumi documents it; the ids are nobody's."""


def deployment() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(STATE.read_text("utf-8"))
    assert whole["version"] == 3
    found: dict[str, Any] = whole["deployment"]
    return found


def row(kind: str, name: str, parent: str = "", **inputs: Any) -> dict[str, Any]:
    chain = f"decant:stacks:{parent}$" if parent else ""
    urn = f"urn:pulumi:test::decant::{chain}azure-native:{kind}::{name}"
    return {"urn": urn, "type": f"azure-native:{kind}", "name": name, "inputs": inputs, "protect": False}


def test_what_is_protected_is_found_by_name() -> None:
    held = deployment()
    assert protected(held) == []
    held["resources"][-1]["protect"] = True
    assert protected(held) == [str(held["resources"][-1]["urn"]).rpartition("::")[2]]
    assert protected({}) == []


PREVIEWED = [
    row("resources:ResourceGroup", "group-network", "Groups", resourceGroupName="rg-one", location="uksouth"),
    row("network:VirtualNetwork", "vnet", "Network", resourceGroupName=UNKNOWN, virtualNetworkName="vnet-one",
        addressSpace={"addressPrefixes": ["10.90.0.0/20"]}),
    row("network:Subnet", "subnet-app", "Network", resourceGroupName=UNKNOWN, addressPrefix="10.90.0.0/23",
        natGateway={"id": UNKNOWN}),
    row("dbforpostgresql:Server", "postgres-reports", administratorLoginPassword=SECRET, version="16"),
]  # fmt: skip


def compared(*previewed: dict[str, Any]) -> list[Change]:
    return difference(alike_where_unknown(rows_of_state(deployment()), previewed), previewed)


def test_a_stack_that_is_built_as_previewed_differs_in_nothing() -> None:
    """Also not where the preview cannot know the value, nor in what the provider filled in, nor by its secrets."""
    provider = {
        "urn": "urn:pulumi:test::decant::pulumi:providers:azure-native::azure",
        "type": "pulumi:providers:azure-native", "name": "azure", "inputs": {"location": "uksouth"}, "protect": False,
    }  # fmt: skip
    assert compared(*PREVIEWED, provider) == []


def test_the_secret_itself_is_not_opened() -> None:
    (server,) = [one for one in rows_of_state(deployment()) if one["name"] == "postgres-reports"]
    assert server["inputs"]["administratorLoginPassword"] == SECRET
    assert "v1:" not in json.dumps(rows_of_state(deployment()))


def test_what_was_changed_is_told_with_what_it_was() -> None:
    group, vnet, subnet, server = PREVIEWED
    wider = {**subnet, "inputs": {**subnet["inputs"], "addressPrefix": "10.90.2.0/23"}}
    found = [one for one in compared(group, vnet, wider, server) if one.change == "changed"]
    assert [(one.name, one.changed) for one in found] == [
        ("subnet-app", {"addressPrefix": ("10.90.0.0/23", "10.90.2.0/23")})
    ]


def test_what_is_new_and_what_would_go_are_told() -> None:
    group, vnet, subnet, _ = PREVIEWED
    found = compared(group, vnet, subnet, row("keyvault:Vault", "key-vault"))
    assert ("added", "key-vault") in [(one.change, one.name) for one in found]
    assert ("gone", "postgres-reports") in [(one.change, one.name) for one in found]


def test_what_is_about_to_be_deleted_is_there_no_more() -> None:
    assert "old-disk" not in [one["name"] for one in rows_of_state(deployment())]


def test_an_empty_state_is_a_stack_that_was_never_built() -> None:
    assert rows_of_state({}) == []
    assert rows_of_state({"resources": None}) == []


def test_another_format_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="version 3"):
        rows_of_state({"resources": [{"id": "x"}]})
