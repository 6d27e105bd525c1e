"""Per kind of stack, what may reach what: decided from what its preview registers, as Azure would decide it."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from estate.errors import UsageError
from estate.records.preview import SECRET, Preview, Resource
from stacks.addresses import BASTION
from stacks.preview.stack import PLACEHOLDER, preview_stack
from stacks.settings.file import load
from tests.stacks.conftest import WriteSettings

INTERNET = IPv4Address("198.51.100.7")
SERVER_ROOM = IPv4Address("192.168.0.20")
MACHINES = ("app", "data", "management")
WAY_OUT = (
    "# Nothing goes out",
    """[[way_out]]
name = "licence"
why = "The vendor's licence server, without which it does not start."
to = "203.0.113.7/32"
ports = ["443"]

# Nothing goes out""",
)


class Firewall:
    """The security groups of a preview, and Azure's own last rules behind them."""

    def __init__(self, preview: Preview) -> None:
        self.groups = {
            one.name.removeprefix("nsg-"): one.inputs["securityRules"]
            for one in of(preview, "network:NetworkSecurityGroup")
        }
        self.ranges = {
            one.name.removeprefix("subnet-"): IPv4Network(one.inputs["addressPrefix"])
            for one in of(preview, "network:Subnet")
        }
        space = of(preview, "network:VirtualNetwork")[0].inputs["addressSpace"]["addressPrefixes"]
        # Azure counts what a gateway leads to as part of the network.
        rooms = [
            prefix
            for one in of(preview, "network:LocalNetworkGateway")
            for prefix in one.inputs["localNetworkAddressSpace"]["addressPrefixes"]
        ]
        self.network = [IPv4Network(prefix) for prefix in (*space, *rooms)]

    def host(self, subnet: str) -> IPv4Address:
        """A machine in a subnet."""
        return self.ranges[subnet][5]

    def out(self, subnet: str, to: IPv4Address, port: int, protocol: str = "Tcp") -> bool:
        """Whether a machine of a subnet may start a connection."""
        return self._decide(subnet, "Outbound", self.host(subnet), to, port, protocol)

    def into(self, subnet: str, source: IPv4Address, port: int, protocol: str = "Tcp") -> bool:
        """Whether a machine of a subnet is reached."""
        return self._decide(subnet, "Inbound", source, self.host(subnet), port, protocol)

    def between(self, one: str, other: str, port: int) -> bool:
        """Whether a machine of one subnet reaches one of another."""
        return self.out(one, self.host(other), port) and self.into(other, self.host(one), port)

    def _decide(
        self, subnet: str, way: str, source: IPv4Address, to: IPv4Address, port: int, protocol: str
    ) -> bool:
        for rule in sorted(self.groups[subnet], key=lambda rule: rule["priority"]):
            if (
                rule["direction"] == way
                and rule["protocol"] in ("*", protocol)
                and any(self._within(place, source) for place in both(rule, "sourceAddressPrefix"))
                and any(self._within(place, to) for place in both(rule, "destinationAddressPrefix"))
                and any(in_ports(ports, port) for ports in both(rule, "destinationPortRange"))
            ):
                return bool(rule["access"] == "Allow")
        inside = self._within("VirtualNetwork", source) and self._within("VirtualNetwork", to)
        return inside or (way == "Outbound" and not self._within("VirtualNetwork", to))

    def _within(self, place: str, address: IPv4Address) -> bool:
        ours = any(address in one for one in self.network)
        match place:
            case "*":
                return True
            case "VirtualNetwork":
                return ours
            case "Internet":
                return not ours
            case _:
                return place[0].isdigit() and address in IPv4Network(place)


def of(preview: Preview, kind: str) -> list[Resource]:
    return [one for one in preview.resources if one.type == f"azure-native:{kind}"]


def both(rule: Mapping[str, Any], key: str) -> Iterator[str]:
    """A rule's values, in whichever of Azure's two inputs they stand."""
    if rule.get(key):
        yield rule[key]
    plural = f"{key}es" if key.endswith("Prefix") else f"{key}s"
    yield from rule.get(plural) or ()


def in_ports(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return ports == "*" or int(first) <= port <= int(last or first)


@pytest.fixture(scope="session")
def walls(previews: dict[str, Preview]) -> dict[str, Firewall]:
    return {kind: Firewall(preview) for kind, preview in previews.items()}


@pytest.mark.parametrize(("kind", "out"), [("production", 1), ("test", 1), ("incident", 0), ("rehearsal", 0)])
def test_only_where_machines_fetch_updates_is_there_a_nat_gateway(
    previews: dict[str, Preview], kind: str, out: int
) -> None:
    assert len(of(previews[kind], "network:NatGateway")) == out
    assert not of(previews[kind], "network:VirtualNetworkPeering")
    assert not of(previews[kind], "network:RouteTable")


@pytest.mark.parametrize(
    ("kind", "out"), [("production", True), ("test", True), ("incident", False), ("rehearsal", False)]
)
def test_machines_reach_the_internet_for_updates_and_nothing_else(
    walls: dict[str, Firewall], kind: str, out: bool
) -> None:
    for subnet in MACHINES:
        assert walls[kind].out(subnet, INTERNET, 443) is out
        assert walls[kind].out(subnet, INTERNET, 123, "Udp") is out
        assert not walls[kind].out(subnet, INTERNET, 22)
        assert not walls[kind].out(subnet, INTERNET, 53, "Udp")


@pytest.mark.parametrize("kind", ["production", "test", "incident", "rehearsal"])
def test_the_parts_of_a_system_reach_each_other(walls: dict[str, Firewall], kind: str) -> None:
    wall = walls[kind]
    for one, other, port in (
        ("app", "data", 445), ("app", "data", 3306), ("app", "databases", 5432), ("app", "mysql", 3306),
        ("app", "endpoints", 443), ("app", "app", 443), ("data", "databases", 5432), ("data", "endpoints", 443),
        ("databases", "databases", 5432), ("mysql", "mysql", 3306), ("management", "app", 22),
        ("management", "data", 22), ("management", "databases", 5432), (BASTION, "app", 22), (BASTION, "management", 22),
    ):  # fmt: skip
        assert wall.between(one, other, port), (one, other, port)


@pytest.mark.parametrize("kind", ["production", "test", "incident", "rehearsal"])
def test_what_has_no_need_of_a_part_does_not_reach_it(walls: dict[str, Firewall], kind: str) -> None:
    wall = walls[kind]
    for one, other, port in (
        ("app", "data", 22), ("app", "management", 22), ("data", "app", 22), ("endpoints", "data", 445),
        ("databases", "data", 5432), ("mysql", "databases", 5432), ("app", "databases", 22),
    ):  # fmt: skip
        assert not wall.between(one, other, port), (one, other, port)


@pytest.mark.parametrize("kind", ["incident", "rehearsal"])
def test_an_isolated_stack_is_quiet_within_itself(walls: dict[str, Firewall], kind: str) -> None:
    wall = walls[kind]
    assert not wall.out("app", wall.host("management"), 443)
    assert not wall.out("endpoints", wall.host("app"), 443)
    assert not wall.out("app", wall.host("data"), 8080)


def test_the_ways_out_of_an_incident_are_those_that_are_named(write: WriteSettings) -> None:
    preview = preview_stack(write("incident", WAY_OUT))
    wall = Firewall(preview)
    assert len(of(preview, "network:NatGateway")) == 1
    for subnet in MACHINES:
        assert wall.out(subnet, IPv4Address("203.0.113.7"), 443)
        assert not wall.out(subnet, IPv4Address("203.0.113.7"), 80)
        assert not wall.out(subnet, IPv4Address("203.0.113.8"), 443)
        named = [rule for rule in wall.groups[subnet] if rule["name"] == "way-out-licence"]
        assert [rule["description"] for rule in named] == [
            "The vendor's licence server, without which it does not start."
        ]
    for subnet in ("databases", "mysql", "endpoints"):
        assert not wall.out(subnet, IPv4Address("203.0.113.7"), 443)


@pytest.mark.parametrize("kind", ["test", "incident"])
def test_test_and_incident_have_no_way_to_the_server_room(
    previews: dict[str, Preview], write: WriteSettings, kind: str
) -> None:
    assert not [one for one in previews[kind].resources if "Gateway" in one.type and "Nat" not in one.type]
    assert not [one for one in previews[kind].resources if "dnsresolver" in one.type]
    room = '[server_room]\ngateway = "192.0.2.1"\nranges = ["192.168.0.0/16"]\nshared_key = "env:KEY"\n\n[budget]'
    with pytest.raises(UsageError, match="no way to the server room"):
        load(write(kind, ("[budget]", room)))


def test_production_s_users_in_the_server_room_s_network_reach_its_applications(
    walls: dict[str, Firewall],
) -> None:
    wall = walls["production"]
    assert wall.into("app", SERVER_ROOM, 443)
    assert wall.into("app", SERVER_ROOM, 80)
    assert wall.into("resolver-in", SERVER_ROOM, 53, "Udp")
    for subnet in wall.groups:
        assert not wall.into(subnet, SERVER_ROOM, 3389)
        assert not wall.into(subnet, SERVER_ROOM, 22)
        if subnet != "app":
            assert not wall.into(subnet, SERVER_ROOM, 443) or subnet == BASTION


def test_without_a_move_production_starts_nothing_in_the_server_room_but_questions_of_names(
    walls: dict[str, Firewall],
) -> None:
    wall = walls["production"]
    for subnet in wall.groups:
        for port in (22, 80, 443, 3306, 5432):
            assert not wall.out(subnet, SERVER_ROOM, port), (subnet, port)
    asked = IPv4Address("192.168.0.10")
    assert [subnet for subnet in wall.groups if wall.out(subnet, asked, 53, "Udp")] == ["resolver-out"]
    assert not wall.out("resolver-out", SERVER_ROOM, 53, "Udp")


def test_the_ports_of_moves_are_open_both_ways_for_the_subnets_of_what_moves(write: WriteSettings) -> None:
    wall = Firewall(preview_stack(write("production", ("moving = [] ", 'moving = ["files1", "reports"] '))))
    ports = (22, 3306, 5432)
    opened = {
        (subnet, port)
        for subnet in wall.groups
        for port in ports
        if wall.into(subnet, SERVER_ROOM, port) or wall.out(subnet, SERVER_ROOM, port)
    }
    assert opened == {*(("data", port) for port in ports), ("databases", 5432)}
    assert all(wall.into(*one_way) and wall.out(*one_way) for one_way in
               ((subnet, SERVER_ROOM, port) for subnet, port in opened))  # fmt: skip


def test_a_target_that_moves_may_be_a_workload_stack_s(write: WriteSettings) -> None:
    path = write("production", ("moving = [] ", 'moving = ["lib1"] '))
    with pytest.raises(UsageError, match="'lib1', which is no target"):
        preview_stack(path)
    path.with_name("production-library.toml").write_text(
        'platform = "production"\nsystems = ["library"]\n[[vm]]\nname = "lib1"\nsystem = "library"\n'
        'size = "Standard_D2as_v5"\nsubnet = "data"\n'
    )
    wall = Firewall(preview_stack(path))
    assert wall.into("data", SERVER_ROOM, 22)
    assert not wall.into("app", SERVER_ROOM, 22)


def test_a_rehearsal_is_reached_for_its_move_and_starts_nothing(walls: dict[str, Firewall]) -> None:
    wall = walls["rehearsal"]
    assert wall.into("app", SERVER_ROOM, 22)
    assert wall.into("databases", SERVER_ROOM, 5432)
    assert not wall.into("app", SERVER_ROOM, 443)
    assert not wall.into("data", SERVER_ROOM, 22)
    for subnet in wall.groups:
        for port in (22, 53, 443, 3306, 5432):
            assert not wall.out(subnet, SERVER_ROOM, port), (subnet, port)


def test_a_rehearsal_answers_for_no_live_name_and_asks_for_none(
    previews: dict[str, Preview], write: WriteSettings
) -> None:
    preview = previews["rehearsal"]
    names = [one.inputs["privateZoneName"] for one in of(preview, "privatedns:PrivateZone")]
    assert names
    assert all(name.startswith(("privatelink.", "council-rehearsal.")) for name in names)
    assert not of(preview, "dnsresolver:OutboundEndpoint")
    assert not of(preview, "dnsresolver:ForwardingRule")
    with pytest.raises(UsageError, match="asks nobody in the server room"):
        load(write("rehearsal", ("moving = ", 'domains = ["a.local"]\ndns_servers = ["192.168.0.10"]\nmoving = ')))
    with pytest.raises(UsageError, match="no live name"):
        load(write("rehearsal", ("[network]", '[network]\nprivate_domain = "council.internal"')))


@pytest.mark.parametrize("kind", ["production", "rehearsal"])
def test_the_tunnel_is_as_strong_as_it_is_said_to_be_and_its_key_is_shown_nowhere(
    previews: dict[str, Preview], kind: str
) -> None:
    preview = previews[kind]
    [connection] = of(preview, "network:VirtualNetworkGatewayConnection")
    [policy] = connection.inputs["ipsecPolicies"]
    assert connection.inputs["connectionProtocol"] == "IKEv2"
    assert (policy["ikeEncryption"], policy["ikeIntegrity"], policy["dhGroup"]) == (
        "GCMAES256",
        "SHA384",
        "ECP384",
    )
    assert (policy["ipsecEncryption"], policy["ipsecIntegrity"], policy["pfsGroup"]) == (
        "GCMAES256", "GCMAES256", "ECP384",
    )  # fmt: skip
    assert connection.inputs["sharedKey"] == SECRET
    assert connection.secrets == ("sharedKey",)
    assert PLACEHOLDER not in preview.model_dump_json()


def test_the_gateway_stands_in_every_zone_is_logged_and_watched(previews: dict[str, Preview]) -> None:
    preview = previews["production"]
    [gateway] = of(preview, "network:VirtualNetworkGateway")
    assert gateway.inputs["sku"]["name"] == "VpnGw1AZ"
    [address] = [one for one in of(preview, "network:PublicIPAddress") if one.name == "vpn-address"]
    assert address.inputs["zones"] == ["1", "2", "3"]
    logged = {urn for one in of(preview, "monitor:DiagnosticSetting")
              for urn in one.property_dependencies.get("resourceUri", ())}  # fmt: skip
    assert gateway.urn in logged
    [alert] = of(preview, "monitor:ScheduledQueryRule")
    assert gateway.inputs["virtualNetworkGatewayName"] in alert.inputs["criteria"]["allOf"][0]["query"]
    [subnet] = [one for one in of(preview, "network:Subnet") if one.inputs["subnetName"] == "GatewaySubnet"]
    assert "networkSecurityGroup" not in subnet.inputs


def test_the_server_room_s_domains_are_asked_of_its_own_dns(previews: dict[str, Preview]) -> None:
    preview = previews["production"]
    [rule] = of(preview, "dnsresolver:ForwardingRule")
    assert rule.inputs["domainName"] == "anytown.local."
    assert rule.inputs["targetDnsServers"] == [{"ipAddress": "192.168.0.10", "port": 53}]
    [link] = of(preview, "dnsresolver:PrivateResolverVirtualNetworkLink")
    [network] = of(preview, "network:VirtualNetwork")
    assert network.urn in link.property_dependencies["virtualNetwork"]


def test_people_have_access_to_an_incident_by_name_alone(previews: dict[str, Preview]) -> None:
    kinds = {one.inputs["principalType"] for one in of(previews["incident"], "authorization:RoleAssignment")}
    assert kinds <= {"User", "ServicePrincipal"}
    assert "User" in kinds
    assert of(previews["incident"], "network:BastionHost")
