"""What a picture of a stack shows, read out of its preview. Nothing is drawn here.

What stands in a subnet is known by what its inputs depend on; where a stack stands on a platform, by the subnet's id.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import Any, Literal

from estate.documents.words import count, day, share, some
from estate.records.preview import UNKNOWN, Preview, Resource
from stacks.kinds import KINDS
from stacks.picture.words import MARIADB_DISK, SERVICES, STANDING, name_of, note_of, own_name_of

Side = Literal["edge", "middle", "endpoints"]
_AZURE = "azure-native:"
_SUBNET = "/subnets/"
_KINDS = {
    "production": "A production stack",
    "test": "A test stack",
    "incident": "An incident stack",
    "rehearsal": "A rehearsal stack",
}
_REGIONS = {"uksouth": "UK South", "ukwest": "UK West"}
_INSIDE = ("VirtualNetwork", "AzureLoadBalancer")
_PRIVATE = [IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_CHAINS = {"networkProfile": "network:NetworkInterface"}


@dataclass(frozen=True)
class Thing:
    """Something that stands in a subnet or beside the networks."""

    key: str
    name: str
    what: str
    """Its kind, in words."""
    note: str = ""


@dataclass(frozen=True)
class Room:
    """One subnet."""

    name: str
    range: str
    note: str
    things: tuple[Thing, ...]
    side: Side
    key: str = ""


@dataclass(frozen=True)
class Place:
    """One virtual network."""

    name: str
    space: str
    rooms: tuple[Room, ...]
    key: str = ""
    stands: bool = False
    """Whether it is the platform's, and stands already."""


@dataclass(frozen=True)
class Join:
    """A line between two things; connections start at the first, or at either."""

    start: str
    end: str
    label: str = ""
    either: bool = False


@dataclass(frozen=True)
class Scene:
    """All that is in the picture."""

    title: str
    subtitle: str
    places: tuple[Place, ...]
    services: tuple[Thing, ...]
    outside: tuple[Thing, ...]
    """What lies outside and has a way in, or is joined."""
    joins: tuple[Join, ...]
    nat: str
    """The NAT gateway's name; empty where there is none."""
    ways_out: tuple[str, ...]
    left_out: int
    """Resources of Azure that are parts of what is drawn, or settings of it."""

    @property
    def told(self) -> str:
        """The picture in words, for those who do not see it."""
        names = {one.key: one.name for one in self._everything()}
        names |= {one.key: one.name for one in self.places}
        parts = [self.subtitle]
        for place in self.places:
            parts.append(f"Network {place.name} ({place.space})." if place.space else f"Network {place.name}.")
            parts += [
                f"Subnet {room.name} ({room.range or 'of the platform'}): "
                + (", ".join(f"{one.name}, {one.what}" for one in room.things) or "empty")
                + "."
                for room in place.rooms
            ]
        if self.services:
            parts.append("Services: " + ", ".join(f"{one.name}, {one.what}" for one in self.services) + ".")
        parts += [
            f"{names[one.start]} and {names[one.end]} are joined: {one.label}."
            if one.either
            else f"{names[one.start]} leads to {names[one.end]}."
            for one in self.joins
        ]
        parts.append(
            f"Ways out: {'; '.join(self.ways_out)}." if self.ways_out else "There is no way out to the internet."
        )
        return " ".join(parts)

    def _everything(self) -> Iterator[Thing]:
        yield from (*self.services, *self.outside)
        for place in self.places:
            for room in place.rooms:
                yield from room.things


def scene(preview: Preview) -> Scene:
    """What the picture of a preview shows."""
    return _Reader(preview).scene()


class _Reader:
    """Reads one preview."""

    def __init__(self, preview: Preview) -> None:
        self.preview = preview
        self.by_urn = {one.urn: one for one in preview.resources}
        self.by_type: dict[str, list[Resource]] = defaultdict(list)
        for one in preview.built:
            self.by_type[one.type.removeprefix(_AZURE)].append(one)
        self.drawn: set[str] = set()

    def scene(self) -> Scene:
        preview = self.preview
        standing = self._standing()
        places = self._places(standing)
        services = tuple(self._services())
        outside, joins = self._outside()
        joins += self._endpoints()
        nats = self.by_type["network:NatGateway"]
        self.drawn |= {one.urn for one in nats}
        known = {
            thing.key for thing in (*services, *outside, *(t for p in places for r in p.rooms for t in r.things))
        } | {place.key for place in places}
        said = {str(one.inputs["location"]).lower() for one in preview.built if "location" in one.inputs}
        regions = [_REGIONS.get(one, one) for one in sorted(said - {"global"})]
        return Scene(
            title=f"{preview.stack}: what the stack builds",
            subtitle=(
                f"{_KINDS[preview.kind]} of {count(len(preview.built), 'resource')} in {' and '.join(regions)}, about "
                f"£{preview.estimate.monthly_gbp:,.2f} a month without VAT. {_worth(preview)}"
            ),
            places=places,
            services=services,
            outside=outside,
            joins=tuple(one for one in joins if one.start in known and one.end in known),
            nat=str(nats[0].inputs.get("natGatewayName", nats[0].name)) if nats else "",
            ways_out=self._ways_out(bool(nats)),
            left_out=len(preview.built) - len(self.drawn),
        )

    def _standing(self) -> dict[str, list[Resource]]:
        """By subnet (its URN, or its id where it is a platform's), what stands in it."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for kind in STANDING:
            for one in self.by_type[kind]:
                for subnet in self._subnets_of(one):
                    found[subnet].append(one)
                    self.drawn.add(one.urn)
        return found

    def _subnets_of(self, one: Resource, deep: bool = True) -> list[str]:
        found = [
            urn
            for urns in one.property_dependencies.values()
            for urn in urns
            if urn in self.by_urn and self.by_urn[urn].type == f"{_AZURE}network:Subnet"
        ]
        found += [text for text in _texts(one.inputs) if _SUBNET in text and text.startswith("/subscriptions/")]
        if deep:
            for key, kind in _CHAINS.items():
                for urn in one.property_dependencies.get(key, ()):
                    card = self.by_urn.get(urn)
                    if card is not None and card.type == f"{_AZURE}{kind}":
                        found += self._subnets_of(card, deep=False)
        return list(dict.fromkeys(found))

    def _places(self, standing: Mapping[str, Sequence[Resource]]) -> tuple[Place, ...]:
        rooms: dict[str, list[Room]] = defaultdict(list)
        for subnet in self.by_type["network:Subnet"]:
            self.drawn.add(subnet.urn)
            network = next(iter(subnet.property_dependencies.get("virtualNetworkName", ())), "")
            rooms[network].append(self._room(subnet, standing.get(subnet.urn, ())))
        places = []
        for one in self.by_type["network:VirtualNetwork"]:
            self.drawn.add(one.urn)
            space = ", ".join(map(str, one.inputs.get("addressSpace", {}).get("addressPrefixes", ())))
            places.append(
                Place(
                    str(one.inputs.get("virtualNetworkName", one.name)), space, _in_order(rooms[one.urn]), one.urn
                )
            )
        there: dict[str, list[Room]] = defaultdict(list)
        for subnet_id, things in standing.items():
            if subnet_id.startswith("/subscriptions/"):
                network, _, name = subnet_id.partition(_SUBNET)
                made = tuple(map(self._thing, things))
                network = network.rpartition("/")[2]
                # Both are named after the stack; of the subnet, what is its own is enough.
                own = name.rpartition(f"{network.partition('-')[2]}-")[2]
                there[network].append(Room(own, "", "", made, _side(name, things), subnet_id))
        places += [Place(name, "", _in_order(found), stands=True) for name, found in there.items()]
        return tuple(places)

    def _room(self, subnet: Resource, things: Sequence[Resource]) -> Room:
        inputs = subnet.inputs
        guarded = "networkSecurityGroup" in inputs
        out = "natGateway" in inputs
        note = ("security group" if guarded else "no security group") + ("; out through NAT" if out else "")
        name = subnet.name.removeprefix("subnet-")
        prefix = inputs.get("addressPrefix") or ", ".join(inputs.get("addressPrefixes", ()))
        self.drawn |= {
            urn for urn in subnet.property_dependencies.get("networkSecurityGroup", ()) if urn in self.by_urn
        }
        return Room(name, str(prefix), note, tuple(map(self._thing, things)), _side(name, things), subnet.urn)

    def _services(self) -> Iterator[Thing]:
        for kind, what in SERVICES.items():
            for one in self.by_type[kind]:
                self.drawn.add(one.urn)
                yield Thing(one.urn, what, own_name_of(one), self._service_note(kind, one))
        zones = self.by_type["privatedns:PrivateZone"]
        if zones:
            self.drawn |= {one.urn for one in zones}
            names = [str(one.inputs.get("privateZoneName", one.name)) for one in zones]
            yield Thing("dns", "Private DNS", count(len(zones), "zone"), " ".join(names))
        budgets = self.by_type["consumption:Budget"]
        if budgets:
            self.drawn |= {one.urn for one in budgets}
            yield Thing(
                "money",
                "Budget",
                "warns, and stops nothing",
                f"£{float(budgets[0].inputs.get('amount', 0)):,.0f} a month",
            )

    def _service_note(self, kind: str, one: Resource) -> str:
        if kind == "operationalinsights:Workspace":
            sources = count(len(self.by_type["monitor:DiagnosticSetting"]), "source")
            return f"logs of {sources}, {one.inputs.get('retentionInDays')} days"
        if kind == "recoveryservices:Vault":
            kept = [item.name.removeprefix("backup-") for item in self.by_type["recoveryservices:ProtectedItem"]]
            return f"backs up {some(kept, 3)}" if kept else "backs up nothing"
        access = one.inputs.get("publicNetworkAccess") or one.inputs.get("properties", {}).get(
            "publicNetworkAccess"
        )
        note = "no public access" if str(access).lower() == "disabled" else "public access not turned off"
        logs = self.by_type["network:FlowLog"]
        return f"{note}; flow logs" if kind == "storage:StorageAccount" and logs else note

    def _outside(self) -> tuple[tuple[Thing, ...], list[Join]]:
        outside: list[Thing] = []
        joins: list[Join] = []
        for bastion in self.by_type["network:BastionHost"]:
            who = "People by name" if KINDS[self.preview.kind].named_people else "Administrators"
            outside.append(Thing("people", who, "by Entra sign-in", "HTTPS 443 to Bastion alone"))
            joins.append(Join("people", bastion.urn, "443"))
        gateways = self.by_type["network:VirtualNetworkGateway"]
        either = KINDS[self.preview.kind].into_server_room
        for room in self.by_type["network:LocalNetworkGateway"]:
            ranges = room.inputs.get("localNetworkAddressSpace", {}).get("addressPrefixes", ())
            self.drawn.add(room.urn)
            outside.append(
                Thing(room.urn, "Server room", "the council's own network", ", ".join(map(str, ranges)))
            )
            joins += [Join(room.urn, one.urn, "VPN", either) for one in gateways]
        for peering in self.by_type["network:VirtualNetworkPeering"]:
            self.drawn.add(peering.urn)
            remote = peering.inputs.get("remoteVirtualNetwork", {}).get("id", UNKNOWN)
            name = str(remote).rpartition("/")[2] if remote != UNKNOWN else peering.name
            outside.append(Thing(peering.urn, name, "peered network", ""))
            ours = peering.property_dependencies.get("virtualNetworkName", ())
            joins += [Join(peering.urn, one, "peering", either=True) for one in ours]
        return tuple(outside), joins

    def _endpoints(self) -> list[Join]:
        return [
            Join(one.urn, end, "private")
            for one in self.by_type["network:PrivateEndpoint"]
            for urn in one.property_dependencies.get("privateLinkServiceConnections", ())
            for end in self._behind(urn)
        ]

    def _behind(self, urn: str) -> list[str]:
        """What a private endpoint leads to: of Azure Monitor's private link, the workspace whose logs go by it."""
        one = self.by_urn.get(urn)
        if one is not None and one.type == f"{_AZURE}monitor:PrivateLinkScope":
            return [workspace.urn for workspace in self.by_type["operationalinsights:Workspace"]]
        return [urn]

    def _thing(self, one: Resource) -> Thing:
        what, note = note_of(one.type.removeprefix(_AZURE), one)
        data = f"{one.name.replace('vm-', 'disk-', 1)}-{MARIADB_DISK}"
        if any(disk.name == data for disk in self.by_type["compute:Disk"]):
            what = "machine with MariaDB"
        return Thing(one.urn, name_of(one), what, note)

    def _ways_out(self, nat: bool) -> tuple[str, ...]:
        """Where the security groups let machines go outside, as far as there is a gateway to go through."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for group in self.by_type["network:NetworkSecurityGroup"]:
            subnet = group.name.removeprefix("nsg-")
            if not nat or not self._uses_nat(group):
                continue
            for rule in group.inputs.get("securityRules", ()):
                if rule.get("direction") != "Outbound" or rule.get("access") != "Allow":
                    continue
                for place in _of(rule, "destinationAddressPrefix"):
                    if _is_outside(place):
                        found[place, ", ".join(_of(rule, "destinationPortRange"))].append(subnet)
        return tuple(
            f"{'anywhere' if place in ('Internet', '*') else place}, port {ports}: from {', '.join(dict.fromkeys(who))}"
            for (place, ports), who in found.items()
        )

    def _uses_nat(self, group: Resource) -> bool:
        return any(
            group.urn in one.property_dependencies.get("networkSecurityGroup", ()) and "natGateway" in one.inputs
            for one in self.by_type["network:Subnet"]
        )


def _worth(preview: Preview) -> str:
    """What the estimate rests on."""
    estimate = preview.estimate
    guessed = share(estimate.guessed_gbp, estimate.monthly_gbp)
    found = f"{guessed} of it by guessed prices; the oldest price is of {day(estimate.priced_at)}."
    return f"Still the template's example. {found}" if preview.example else found


def _side(name: str, things: Sequence[Resource]) -> Side:
    kinds = Counter(one.type.removeprefix(_AZURE) for one in things)
    if kinds["network:PrivateEndpoint"]:
        return "endpoints"
    edge = ("network:BastionHost", "network:VirtualNetworkGateway")
    dns = any(kind.startswith("dnsresolver:") for kind in kinds)
    return "edge" if dns or any(kinds[one] for one in edge) or name.startswith(("Azure", "Gateway")) else "middle"


def _in_order(rooms: Sequence[Room]) -> tuple[Room, ...]:
    """By address, as the address plan has them; empty ones last."""
    return tuple(sorted(rooms, key=lambda one: (not one.things, _first_address(one.range), one.name)))


def _first_address(ranges: str) -> int:
    try:
        return int(ip_network(ranges.partition(",")[0]).network_address)
    except ValueError:
        return 0


def _of(rule: Mapping[str, Any], key: str) -> list[str]:
    many = rule.get(f"{key}es" if key.endswith("Prefix") else f"{key}s")
    return [str(one) for one in many] if many else [str(rule.get(key, "*"))]


def _is_outside(place: str) -> bool:
    """Whether a rule's destination lies outside: anything but the network itself and private addresses (RFC 1918)."""
    if place in _INSIDE:
        return False
    try:
        return not any(IPv4Network(place).subnet_of(one) for one in _PRIVATE)
    except ValueError:
        return True  # a service of Azure, the internet, or addresses of version 6


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
