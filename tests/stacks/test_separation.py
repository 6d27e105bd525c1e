"""Two environments that are apart, and each way of joining them, put in alone, found and named."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from estate.records.preview import UNKNOWN, Preview, Resource
from stacks.arm.types import TYPES
from stacks.separation.judge import ALWAYS, Separation, all_joins, names, separation
from stacks.separation.side import NETWORK, PROVIDER, Side, StatePlace

OURS, THEIRS, THIRD = (f"8a6e0804-2bd0-4672-b79d-d97027f9071{digit}" for digit in "abc")
TENANT = "8a6e0804-2bd0-4672-b79d-d97027f9071d"
WHO = "8a6e0804-2bd0-4672-b79d-d97027f9071e"
HUB = f"/subscriptions/{THIRD}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"

MANAGED = "/providers/Microsoft.Management/managementGroups/council"
KEYS = f"/subscriptions/{THIRD}/resourceGroups/rg-hub/providers/Microsoft.Compute/diskEncryptionSets/des"


def _in(side: Side, kind: str, name: str = "") -> str:
    """The id of something that a side holds."""
    one = next(one for one in side.of_type(f"azure-native:{kind}") if name in one.name)
    found = side.ids.of(one.urn)
    assert found is not None
    return found


def more(side: Side, kind: str, name: str = "extra", **inputs: object) -> Side:
    """The side with one more resource, in its network's group."""
    group = _in(side, "resources:ResourceGroup", "network").rpartition("/")[2]
    keys = [key for key in TYPES[f"azure-native:{kind}"].names if not key.startswith("=")]
    named = dict.fromkeys(keys, f"{name}-{side.name}")
    one = Resource(
        type=f"azure-native:{kind}",
        name=name,
        urn=f"urn:pulumi:{side.name}::decant::azure-native:{kind}::{name}",
        inputs={"resourceGroupName": group, **named, **inputs},
    )
    return Side(side.name, (*side.resources, one), side.states)


def changed(side: Side, kind: str, **inputs: object) -> Side:
    """The side with other inputs in its first resource of a type."""
    first = next(one for one in side.resources if one.type == kind)
    other = first.model_copy(update={"inputs": {**first.inputs, **inputs}})
    return Side(side.name, tuple(other if one is first else one for one in side.resources), side.states)


@pytest.fixture(scope="session")
def sides(previews: dict[str, Preview]) -> tuple[Side, Side]:
    """Test and production as shipped, in subscriptions that are filled in."""
    made = []
    for kind, subscription in (("test", OURS), ("production", THEIRS)):
        side = Side(kind, previews[kind].resources, (StatePlace(kind, "", "passphrase", f"env:{kind}"),))
        made.append(changed(side, PROVIDER, subscriptionId=subscription, tenantId=TENANT))
    return made[0], made[1]


def peering(side: Side, to: str) -> Side:
    own = _in(side, "network:VirtualNetwork").rpartition("/")[2]
    return more(
        side,
        "network:VirtualNetworkPeering",
        "peering",
        virtualNetworkName=own,
        remoteVirtualNetwork={"id": to},
    )


def vpn(side: Side, device: str, ranges: tuple[str, ...] = ("172.20.0.0/16",)) -> Side:
    return more(
        side,
        "network:LocalNetworkGateway",
        "room",
        gatewayIpAddress=device,
        localNetworkAddressSpace={"addressPrefixes": list(ranges)},
    )


def rule(side: Side, place: str, access: str = "Allow") -> Side:
    given_ = {"direction": "Inbound", "access": access, "sourceAddressPrefix": place, "name": "let-in"}
    return more(side, "network:NetworkSecurityGroup", "nsg-extra", securityRules=[given_])


def route(side: Side, **inputs: object) -> Side:
    return more(side, "network:RouteTable", "table", routes=[inputs])


def role(side: Side, who: str = WHO, scope: str = "", type_: str = "ServicePrincipal") -> Side:
    scope = scope or f"/subscriptions/{next(iter(side.subscriptions))}"
    return more(
        side,
        "authorization:RoleAssignment",
        "role",
        principalId=who,
        principalType=type_,
        scope=scope,
        roleAssignmentName=f"8a6e0804-2bd0-4672-b79d-{side.name[:4].encode().hex():0<12}",
    )


def state(side: Side, **changes: str) -> Side:
    place = StatePlace(side.name, "", "passphrase", f"env:{side.name}")
    kept = {key: getattr(place, key) for key in ("stack", "backend", "secrets_provider", "passphrase")}
    return Side(side.name, side.resources, (StatePlace(**{**kept, **changes}),))


Change = Callable[[Side, Side], tuple[Side, ...]]

JOINS: Mapping[str, tuple[str, Change]] = {
    "peering": ("peering", lambda a, b: (peering(a, _in(b, "network:VirtualNetwork")), b)),
    "peering written in capitals": (
        "peering",
        lambda a, b: (peering(a, _in(b, "network:VirtualNetwork").upper().replace("/SUB", "/sub")), b),
    ),
    "peering through a hub": ("peering", lambda a, b: (peering(a, HUB), peering(b, HUB))),
    "private endpoint": (
        "private-endpoint",
        lambda a, b: (
            more(
                a,
                "network:PrivateEndpoint",
                privateLinkServiceConnections=[{"privateLinkServiceId": _in(b, "keyvault:Vault")}],
            ),
            b,
        ),
    ),
    "private DNS zone link": (
        "dns-link",
        lambda a, b: (
            a,
            more(b, "privatedns:VirtualNetworkLink", virtualNetwork={"id": _in(a, "network:VirtualNetwork")}),
        ),
    ),
    "next hop into the other": (
        "route",
        lambda a, b: (
            route(
                a,
                addressPrefix="172.30.0.0/16",
                nextHopType="VirtualAppliance",
                nextHopIpAddress=str(b.ranges[0][4]),
            ),
            b,
        ),
    ),
    "route to the other": (
        "route",
        lambda a, b: (route(a, addressPrefix=str(b.ranges[0]), nextHopType="VirtualNetworkGateway"), b),
    ),
    "VPN to one server room": ("gateway", lambda a, b: (vpn(a, "198.51.100.7"), vpn(b, "198.51.100.7"))),
    "VPN to one range": (
        "gateway",
        lambda a, b: (vpn(a, "198.51.100.7"), vpn(b, "198.51.100.8", ("172.20.4.0/24",))),
    ),
    "one gateway": (
        "gateway",
        lambda a, b: tuple(
            more(
                side,
                "network:VirtualNetworkGatewayConnection",
                virtualNetworkGateway1={"id": HUB.replace("virtualNetworks/vnet", "virtualNetworkGateways/gw")},
            )
            for side in (a, b)
        ),
    ),
    "rule that lets the other in": ("nsg-rule", lambda a, b: (rule(a, str(b.ranges[0][9])), b)),
    "addresses in common": (
        "nsg-rule",
        lambda a, b: (changed(a, NETWORK, addressSpace={"addressPrefixes": [str(b.ranges[0])]}), b),
    ),
    "an identity in both": ("identity", lambda a, b: (role(a), role(b))),
    "a role on the other": ("identity", lambda a, b: (role(a, scope=_in(b, "keyvault:Vault")), b)),
    "a role on the other's subscription": (
        "identity",
        lambda a, b: (role(a, scope=f"/subscriptions/{THEIRS}", type_="Group"), b),
    ),
    "the other's identity": (
        "identity",
        lambda a, b: (
            more(
                a,
                "compute:VirtualMachine",
                identity={"userAssignedIdentities": {_in(b, "managedidentity:UserAssignedIdentity"): {}}},
            ),
            b,
        ),
    ),
    "the other's log workspace": (
        "store",
        lambda a, b: (
            more(
                a,
                "monitor:DiagnosticSetting",
                resourceUri=_in(a, "keyvault:Vault"),
                workspaceId=_in(b, "operationalinsights:Workspace"),
            ),
            b,
        ),
    ),
    "the other's vault by its host name": (
        "store",
        lambda a, b: (
            more(
                a,
                "compute:DiskEncryptionSet",
                activeKey={
                    "keyUrl": f"https://{_in(b, 'keyvault:Vault').rpartition('/')[2]}.vault.azure.net/keys/k"
                },
            ),
            b,
        ),
    ),
    "one disk encryption set": (
        "store",
        lambda a, b: tuple(
            more(
                side,
                "compute:Disk",
                encryption={"diskEncryptionSetId": KEYS},
            )
            for side in (a, b)
        ),
    ),
    "one subscription": ("subscription", lambda a, b: (changed(a, PROVIDER, subscriptionId=THEIRS), b)),
    "one state backend": (
        "state",
        lambda a, b: (
            state(a, backend="azblob://s?storage_account=x"),
            state(b, backend="azblob://s?storage_account=X"),
        ),
    ),
    "one secrets provider": (
        "state",
        lambda a, b: tuple(
            state(one, secrets_provider="azurekeyvault://v.vault.azure.net/keys/k") for one in (a, b)
        ),
    ),
    "in the other's subnet": (
        "subnet",
        lambda a, b: (
            more(
                a,
                "network:NetworkInterface",
                ipConfigurations=[{"subnet": {"id": _in(b, "network:Subnet", "app")}}],
            ),
            b,
        ),
    ),
    "anything else of the other": (
        "reference",
        lambda a, b: (more(a, "monitor:MetricAlert", actions=[_in(b, "monitor:ActionGroup")]), b),
    ),
}


ALSO: Mapping[str, tuple[str, Change]] = {
    "the same group": ("identity", lambda a, b: (role(a, type_="Group"), role(b, type_="Group"))),
    "a role at the root": ("identity", lambda a, b: (role(a, scope="/"), b)),
    "one key, by its version": ("state", lambda a, b: (
        state(a, secrets_provider="azurekeyvault://kv.vault.azure.net/keys/k"),
        state(b, secrets_provider="azurekeyvault://KV.vault.azure.net/keys/k/0123456789abcdef"))),
    "one container, in folders": ("state", lambda a, b: (
        state(a, backend="azblob://s/test?storage_account=acc"),
        state(b, backend="azblob://s/live?x=1&storage_account=ACC"))),
    "one folder, written otherwise": ("state", lambda a, b: (
        state(a, backend="file:///srv/state"), state(b, backend="file:///srv/./other/..//state/"))),
    "an id in an address": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"https://management.azure.com{_in(b, 'keyvault:Vault')}?api-version=1"), b)),
    "an id in a query": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"workspace('{_in(b, 'operationalinsights:Workspace')}').Heartbeat"), b)),
    "an id without its slash": ("store", lambda a, b: (more(a, "compute:Disk", x=_in(b, "keyvault:Vault")[1:]), b)),
    "an id after a space": ("store", lambda a, b: (more(a, "compute:Disk", x=f" {_in(b, 'keyvault:Vault')}"), b)),
    "a database by its host": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"{_named(b, 'dbforpostgresql:Server')}.postgres.database.azure.com:5432"), b)),
    "an account by its second host": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"https://{_named(b, 'storage:StorageAccount')}-secondary.blob.core.windows.net/"), b)),
    "an account by its private host": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"{_named(b, 'storage:StorageAccount')}.privatelink.blob.core.windows.net"), b)),
    "a website of an account": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"https://{_named(b, 'storage:StorageAccount')}.z33.web.core.windows.net"), b)),
    "a vault by its private host": ("store", lambda a, b: (
        more(a, "compute:Disk", x=f"{_named(b, 'keyvault:Vault')}.privatelink.vaultcore.azure.net"), b)),
    "a rule's ranges in one text": ("nsg-rule", lambda a, b: (rule(a, f"172.20.0.0/16, {b.ranges[0]}"), b)),
    "a hop after a space": ("route", lambda a, b: (
        route(a, addressPrefix="10.1.0.0/16", nextHopType="VirtualAppliance", nextHopIpAddress=f" {b.ranges[0][4]}"), b)),
}  # fmt: skip
"""Other spellings of the same joins, and wider ones."""


def _named(side: Side, kind: str) -> str:
    return _in(side, kind).rpartition("/")[2]


@pytest.mark.slow
@pytest.mark.parametrize("put_in", ALSO)
def test_a_join_is_found_however_it_is_written(sides: tuple[Side, Side], put_in: str) -> None:
    join, change = ALSO[put_in]
    a, b = change(*sides)
    found = separation(a, b)
    assert join in names(found.ways), found
    assert found == separation(b, a)


@pytest.mark.slow
def test_as_shipped_nothing_joins_test_and_production(previews: dict[str, Preview]) -> None:
    shipped = [
        Side(kind, previews[kind].resources, (StatePlace(kind, "", "passphrase", "env:P"),))
        for kind in ("test", "production")
    ]
    found = separation(shipped[0], shipped[1])
    assert found.apart
    assert "the subscription of test is not filled in or not known" in found.unjudged
    assert any(line.startswith("the passphrases of") for line in found.unjudged)
    assert found.unjudged[-len(ALWAYS) :] == ALWAYS


@pytest.mark.slow
def test_filled_in_nothing_joins_them_but_the_tenant_is_said(sides: tuple[Side, Side]) -> None:
    found = separation(*sides)
    assert found.apart
    assert len(found.said) == 1
    assert TENANT in found.said[0]


@pytest.mark.slow
@pytest.mark.parametrize("put_in", JOINS)
def test_each_join_is_found_named_and_the_same_either_way(sides: tuple[Side, Side], put_in: str) -> None:
    join, change = JOINS[put_in]
    a, b = change(*sides)
    found = separation(a, b)
    assert join in names(found.ways), found
    assert found == separation(b, a)
    for way in found.ways:
        assert {way.steps[0].where, way.steps[-1].where} == {"test", "production"}
        assert len(way.steps) >= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "put_in", [name for name, (join, _) in JOINS.items() if join not in ("subscription", "reference")]
)
def test_a_join_alone_is_not_taken_for_others(sides: tuple[Side, Side], put_in: str) -> None:
    """Where packets have a way, the rules for a whole network count as well."""
    join, change = JOINS[put_in]
    found = separation(*change(*sides))
    allowed = {join, "nsg-rule"} if all_joins()[join].packets else {join}
    assert set(names(found.ways)) <= allowed


def test_every_join_has_a_test() -> None:
    assert set(all_joins()) == {join for join, _ in JOINS.values()} - {"reference"}
    assert len(all_joins()) >= 10


@pytest.mark.slow
def test_a_chain_of_hubs_is_followed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    second = HUB.replace("hub", "hub2")
    a = peering(a, HUB)
    first_peering = a.built[-1]
    between = first_peering.model_copy(
        update={
            "name": "between",
            "urn": first_peering.urn + "-between",
            "inputs": {
                "resourceGroupName": "rg-hub",
                "virtualNetworkName": "vnet-hub",
                "virtualNetworkPeeringName": "between",
                "remoteVirtualNetwork": {"id": second},
            },
        }
    )
    own = changed(a, PROVIDER, subscriptionId=THIRD)
    own = peering(Side(a.name, (*changed(sides[0], PROVIDER, subscriptionId=THIRD).resources, between)), HUB)
    found = separation(own, peering(b, second))
    assert any(way.join == "peering" and len(way.steps) > 5 for way in found.ways)


def _unjudged(found: Separation, *words: str) -> bool:
    return any(all(word in line for word in words) for line in found.unjudged)


@pytest.mark.slow
def test_what_cannot_be_judged_is_told_and_is_no_path(sides: tuple[Side, Side]) -> None:
    a, b = sides
    for told, left, right in (
        (("remoteVirtualNetwork", "not known"), peering(a, UNKNOWN), b),
        (("vnet-hub", "joined to"), peering(a, HUB), b),
        (("is a role on a management group",), role(a, scope=MANAGED), b),
        (
            ("in a container state", "of one account"),
            state(a, backend="azblob://state"),
            state(b, backend="azblob://state?storage_account=one"),
        ),
        (
            ("one account, one",),
            state(a, backend="azblob://test?storage_account=one"),
            state(b, backend="azblob://live?storage_account=one"),
        ),
        (("far ends are not all filled in",), vpn(a, "192.0.2.1"), vpn(b, "192.0.2.1")),
        (("may be joined",), vpn(a, "198.51.100.7"), vpn(b, "198.51.100.8", ("172.21.0.0/16",))),
        (("sends everything",), route(a, addressPrefix="0.0.0.0/0", nextHopType="VirtualNetworkGateway"), b),
        (("not known",), route(a, addressPrefix=UNKNOWN, nextHopType="VirtualAppliance"), b),
    ):
        found = separation(left, right)
        assert found.apart, told
        assert _unjudged(found, *told), told


@pytest.mark.slow
def test_a_rule_that_denies_and_a_route_to_nowhere_are_no_path(sides: tuple[Side, Side]) -> None:
    a, b = sides
    assert separation(rule(a, str(b.ranges[0]), "Deny"), b).apart
    assert separation(route(a, addressPrefix=str(b.ranges[0]), nextHopType="None"), b).apart


VALUES = some.recursive(
    some.text(alphabet="abcdefghijklmnop-_ .", max_size=12) | some.integers() | some.booleans(),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.text(alphabet="abcdef", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(added=some.lists(some.tuples(some.sampled_from(sorted(TYPES)), VALUES), max_size=4))
def test_resources_without_references_never_make_a_path(
    sides: tuple[Side, Side], added: list[tuple[str, Any]]
) -> None:
    a, b = sides
    for number, (kind, value) in enumerate(added):
        a = more(a, kind.removeprefix("azure-native:"), f"added-{number}", something=value)
    assert separation(a, b).apart
