"""The picture of a stack: everything that matters is in it, in words as well, and nothing lies outside of it."""

import re
from pathlib import Path

import pytest
from defusedxml import ElementTree

from estate.records.preview import Preview, Resource
from stacks.kinds import KINDS
from stacks.picture.draw import svg
from stacks.picture.scene import scene
from stacks.preview.stack import preview_stack
from stacks.settings.file import template
from tests.stacks.test_workload_stacks import OWN

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_drawn_with_a_title_and_told_in_words(previews: dict[str, Preview], kind: str) -> None:
    root = ElementTree.fromstring(svg(previews[kind]))
    assert root.get("role") == "img"
    title, about = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == f"{kind}: what the stack builds"
    assert about is not None
    assert about.text is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
    for target in ("app1", "reports"):
        assert target in about.text
        assert any(node.text == target for node in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_subnet_and_all_that_stands_in_one_is_drawn(previews: dict[str, Preview], kind: str) -> None:
    preview = previews[kind]
    (place,) = scene(preview).places
    subnets = [one for one in preview.resources if one.type == "azure-native:network:Subnet"]
    assert len(place.rooms) == len(subnets) > 3
    drawn = {thing.key for room in place.rooms for thing in room.things}
    for one in preview.resources:
        if one.type in ("azure-native:compute:VirtualMachine", "azure-native:network:PrivateEndpoint"):
            assert one.urn in drawn
        if one.type.startswith("azure-native:dbfor") and one.type.endswith(":Server"):
            assert one.urn in drawn


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_lies_outside_the_picture_or_over_something_else(previews: dict[str, Preview], kind: str) -> None:
    root = ElementTree.fromstring(svg(previews[kind]))
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    boxes = []
    for node in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(node.get(key, 0)) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        if node.get("class") in ("thing", "service", "outside"):
            boxes.append((x, y, x + w, y + h))
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, (boxes[number], other)
    for node in root.iter(f"{SVG}text"):
        assert 0 < float(node.get("x", 0)) < width
        assert 0 < float(node.get("y", 0)) < height


def test_the_way_in_and_the_private_joins_are_lines(previews: dict[str, Preview]) -> None:
    seen = scene(previews["production"])
    names = {one.key: one.name for one in (*seen.services, *seen.outside)}
    names |= {thing.key: thing.name for room in seen.places[0].rooms for thing in room.things}
    joins = {(names[one.start], names[one.end]) for one in seen.joins}
    assert ("Administrators", "bastion host") in joins
    assert ("vault", "Key vault") in joins
    assert ("blob", "Storage") in joins


def test_the_ways_out_are_those_that_rules_and_the_gateway_give(previews: dict[str, Preview]) -> None:
    seen = scene(previews["production"])
    assert seen.nat
    assert any(way.startswith("anywhere, port 80, 443: from app, data") for way in seen.ways_out)
    without = previews["production"].model_copy(
        update={
            "resources": tuple(
                one for one in previews["production"].resources if one.type != "azure-native:network:NatGateway"
            )
        }
    )
    assert scene(without).ways_out == ()
    assert "No way out to the internet." in svg(without)


@pytest.mark.parametrize(
    ("to", "told"),
    [("203.0.113.7/32", "203.0.113.7/32, port 443: from app"), ("AzureMonitor", "AzureMonitor, port 443: from app"),
     ("10.0.0.0/8", None), ("VirtualNetwork", None)],
)  # fmt: skip
def test_a_named_way_out_is_told_by_its_place(previews: dict[str, Preview], to: str, told: str | None) -> None:
    """Also one of the addresses that Python calls private and nobody's network has."""
    rule = {
        "direction": "Outbound", "access": "Allow", "destinationAddressPrefix": to, "destinationPortRange": "443",
    }  # fmt: skip
    preview = previews["production"]
    resources = tuple(
        one.model_copy(update={"inputs": {**one.inputs, "securityRules": [rule] if one.name == "nsg-app" else []}})
        if one.type == "azure-native:network:NetworkSecurityGroup"
        else one
        for one in preview.resources
    )
    ways = scene(preview.model_copy(update={"resources": resources})).ways_out
    assert ways == ((told,) if told else ())


def test_the_vpn_and_a_peering_join_at_both_ends(previews: dict[str, Preview]) -> None:
    preview = previews["production"]
    network = next(one for one in preview.resources if one.type == "azure-native:network:VirtualNetwork")

    def made(kind: str, name: str, on: dict[str, tuple[str, ...]], **inputs: object) -> Resource:
        urn = f"urn:pulumi:production::decant::azure-native:network:{kind}::{name}-of-the-test"
        return Resource(
            type=f"azure-native:network:{kind}", name=name, urn=urn, inputs=inputs, property_dependencies=on
        )

    subnet = made(
        "Subnet", "GatewaySubnet", {"virtualNetworkName": (network.urn,)}, addressPrefix="10.40.224.0/27"
    )
    extra = (
        subnet,
        made("VirtualNetworkGateway", "vpn", {"ipConfigurations": (subnet.urn,)}, sku={"name": "VpnGw1AZ"}),
        made("LocalNetworkGateway", "room", {}, localNetworkAddressSpace={"addressPrefixes": ["192.168.0.0/24"]}),
        made("VirtualNetworkPeering", "hub", {"virtualNetworkName": (network.urn,)}),
    )
    others = tuple(one for one in preview.resources if "VirtualNetworkGateway" not in one.type)
    seen = scene(preview.model_copy(update={"resources": (*others, *extra)}))
    assert "Server room and vpn are joined: VPN." in seen.told
    assert f"hub and {network.inputs['virtualNetworkName']} are joined: peering." in seen.told
    assert "192.168.0.0/24" in [one.note for one in seen.outside]


def test_a_workload_stack_is_drawn_on_its_platform_s_network(tmp_path: Path) -> None:
    (tmp_path / "production.toml").write_text(template("production", "production"))
    (tmp_path / "production-library.toml").write_text(OWN)
    seen = scene(preview_stack(tmp_path / "production-library.toml"))
    (place,) = seen.places
    assert place.stands
    assert place.name == "vnet-council-prod-uks"
    assert sorted(thing.name for room in place.rooms for thing in room.things) == ["lib1", "loans"]


def test_no_colour_stands_alone(previews: dict[str, Preview]) -> None:
    """Every box has its word beside or in it: a picture in grey says the same."""
    drawn = svg(previews["production"])
    assert re.search(r"\.outside\{[^}]*stroke-dasharray", drawn)
    assert "Dashed: outside the stack, or there already." in drawn


def test_a_name_that_is_markup_stays_a_name(previews: dict[str, Preview]) -> None:
    preview = previews["test"]
    odd = tuple(
        one.model_copy(update={"name": "vm-<b>&"}) if one.type == "azure-native:compute:VirtualMachine" else one
        for one in preview.resources
    )
    drawn = svg(preview.model_copy(update={"resources": odd}))
    ElementTree.fromstring(drawn)
    assert "&lt;b&gt;&amp;" in drawn
