"""Ids that are worked out from a preview, and those that are not."""

import pytest

from estate.records.preview import UNKNOWN, Preview, Resource
from stacks.arm.ids import Ids, folded

SUBSCRIPTION = "5b0e4c1e-0000-4000-8000-000000000001"


def one(kind: str, name: str, depends: dict[str, tuple[str, ...]] | None = None, **inputs: object) -> Resource:
    return Resource(
        type=kind if ":providers:" in kind else f"azure-native:{kind}",
        name=name,
        urn=f"urn:{name}",
        inputs=inputs,
        property_dependencies=depends or {},
    )


PROVIDER = one("pulumi:providers:azure-native", "azure", subscriptionId=SUBSCRIPTION)
GROUP = one("resources:ResourceGroup", "group", resourceGroupName="rg-a")
VNET = one(
    "network:VirtualNetwork",
    "vnet",
    {"resourceGroupName": ("urn:group",)},
    resourceGroupName=UNKNOWN,
    virtualNetworkName="vnet-a",
)
SUBNET = one(
    "network:Subnet",
    "subnet",
    {"resourceGroupName": ("urn:group",), "virtualNetworkName": ("urn:vnet",)},
    resourceGroupName=UNKNOWN,
    virtualNetworkName=UNKNOWN,
    subnetName="Data",
)
HERE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-a"


def test_a_group_s_and_a_parent_s_name_are_found_where_they_are_unknown() -> None:
    ids = Ids([PROVIDER, GROUP, VNET, SUBNET])
    assert ids.of("urn:group") == HERE
    assert ids.of("urn:subnet") == f"{HERE}/providers/Microsoft.Network/virtualNetworks/vnet-a/subnets/Data"


def test_ids_are_compared_without_regard_to_case() -> None:
    ids = Ids([PROVIDER, GROUP, VNET, SUBNET])
    found = ids.at(f"{HERE.upper()}/PROVIDERS/microsoft.network/VirtualNetworks/VNET-A/subnets/data/")
    assert found == SUBNET
    assert folded("/A/B/") == "/a/b"


def test_what_is_set_on_something_has_that_one_s_id_before_its_own() -> None:
    lock = one(
        "authorization:ManagementLockByScope", "lock", {"scope": ("urn:group",)}, scope=UNKNOWN, lockName="keep"
    )
    pricing = one("security:Pricing", "plan", scopeId=f"subscriptions/{SUBSCRIPTION}", pricingName="KeyVaults")
    ids = Ids([PROVIDER, GROUP, lock, pricing])
    assert ids.of("urn:lock") == f"{HERE}/providers/Microsoft.Authorization/locks/keep"
    assert ids.of("urn:plan") == f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Security/pricings/KeyVaults"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"property_dependencies": {}}, "nothing says which group"),
        ({"property_dependencies": {"resourceGroupName": ("urn:group", "urn:group-2")}}, "one of two groups"),
        ({"inputs": {"resourceGroupName": "rg-a"}}, "Pulumi makes the name up"),
        ({"inputs": {"resourceGroupName": "rg-a", "virtualNetworkName": UNKNOWN}}, "a name nobody knows yet"),
        ({"type": "azure-native:lab:Thing"}, "a type that is not in the table"),
    ],
)
def test_nothing_is_guessed(changed: dict[str, object], why: str) -> None:
    other = one("resources:ResourceGroup", "group-2", resourceGroupName="rg-b")
    ids = Ids([PROVIDER, GROUP, other, VNET.model_copy(update=changed)])
    assert ids.of("urn:vnet") is None, why


def test_without_one_subscription_nothing_has_an_id() -> None:
    second = one("pulumi:providers:azure-native", "other", subscriptionId=SUBSCRIPTION.replace("1", "2"))
    assert Ids([GROUP]).of("urn:group") is None
    assert Ids([PROVIDER, second, GROUP]).of("urn:group") is None


def test_resources_that_wait_for_each_other_have_none() -> None:
    a = one("authorization:ManagementLockByScope", "a", {"scope": ("urn:b",)}, scope=UNKNOWN, lockName="a")
    b = one("authorization:ManagementLockByScope", "b", {"scope": ("urn:a",)}, scope=UNKNOWN, lockName="b")
    assert Ids([PROVIDER, a, b]).of("urn:a") is None


@pytest.mark.slow
def test_all_of_a_shipped_stack_has_an_id_of_its_own_but_what_azure_names(previews: dict[str, Preview]) -> None:
    """Pulumi makes up the names of role assignments."""
    for preview in previews.values():
        ids = Ids(preview.resources)
        found = {one.urn: ids.of(one.urn) for one in preview.built}
        without = {one.type for one in preview.built if found[one.urn] is None}
        assert without == {"azure-native:authorization:RoleAssignment"}
        known = [folded(value) for value in found.values() if value]
        assert len(known) == len(set(known)) > 40
