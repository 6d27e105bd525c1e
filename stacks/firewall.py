"""The rules of each subnet's network security group, as data: what may come in and go out, and why.

Everything else is denied. Each group ends in a rule that denies all that comes in. Where machines fetch updates,
another denies what else goes out to the internet and to the server room; in an isolated stack it denies all that
goes out, within its own network as well, beyond what the parts of a system need of each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

from stacks.addresses import BASTION, GATEWAY, RESOLVER_IN, RESOLVER_OUT
from stacks.settings.whole import StackSettings

WITH_MACHINES = ("app", "data", "management")
"""Subnets whose machines may have a way out; the others never start a connection to the internet."""
BARE = (GATEWAY,)
"""Subnets that take no security group: Azure's own gateways stand there."""
_SHELL = "22"
_WEB = ("80", "443")
_POSTGRESQL = ("5432", "6432")
_MYSQL = ("3306",)
_DNS = "53"
_NEEDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "app": {"app": _WEB, "data": ("445", "3306", "5432"), "databases": _POSTGRESQL, "mysql": _MYSQL,
            "endpoints": ("443",)},
    "data": {"app": _WEB, "databases": _POSTGRESQL, "mysql": _MYSQL, "endpoints": ("443",)},
    "databases": {"databases": _POSTGRESQL},
    "mysql": {"mysql": _MYSQL},
    "management": {"app": (*_WEB, _SHELL), "data": (_SHELL,), "databases": _POSTGRESQL, "mysql": _MYSQL,
                   "endpoints": ("443",)},
}  # fmt: skip
"""What the parts of a system need of each other: the ports of a subnet that another may reach."""

Way = Literal["Inbound", "Outbound"]


@dataclass(frozen=True)
class FirewallRule:
    """One rule. `ports` are Azure port ranges; addresses are ranges or Azure service tags."""

    name: str
    description: str
    direction: Way
    access: Literal["Allow", "Deny"]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]
    protocol: Literal["Tcp", "*"] = "Tcp"


def _allow_in(name: str, why: str, sources: tuple[str, ...], to: str, *ports: str) -> FirewallRule:
    return FirewallRule(name, why, "Inbound", "Allow", sources, (to,), ports)


def _allow_out(name: str, why: str, to: str | tuple[str, ...], *ports: str) -> FirewallRule:
    places = (to,) if isinstance(to, str) else to
    return FirewallRule(name, why, "Outbound", "Allow", ("VirtualNetwork",), places, ports)


def _deny(name: str, why: str, way: Way, *places: str) -> FirewallRule:
    return FirewallRule(name, why, way, "Deny", ("*",), places, ("*",), protocol="*")


_DENY_IN = _deny("deny-in", "Nothing else comes in.", "Inbound", "*")
_DENY_OUT = _deny("deny-out-internet", "Nothing else goes out to the internet.", "Outbound", "Internet")
_DENY_ALL_OUT = _deny("deny-out", "Nothing else goes out, to this network's own parts neither.", "Outbound", "*")
_UPDATES = _allow_out("allow-out-web", "Updates and Azure services, through the NAT gateway.", "Internet", *_WEB)
_TIME = FirewallRule(
    "allow-out-time", "Time from public time servers.", "Outbound", "Allow", ("VirtualNetwork",), ("Internet",),
    ("123",), protocol="*",
)  # fmt: skip


def rules(
    subnet: str,
    plan: Mapping[str, IPv4Network],
    settings: StackSettings,
    moves: Mapping[str, tuple[str, ...]],
) -> tuple[FirewallRule, ...]:
    """The rules of one subnet, in order of priority. `moves`: by subnet, the ports that moves need now."""
    room = settings.server_room
    places = tuple(str(one) for one in room.ranges) if room else ()
    if subnet == BASTION:
        # First, because Azure counts the server room as part of the network that Bastion must reach.
        kept_in = [_deny("deny-out-server-room", "Bastion reaches this network's machines alone.", "Outbound",
                         *places)] if places else []  # fmt: skip
        return (*kept_in, *_bastion_rules(), _DENY_IN)
    ranges = {name: str(network) for name, network in plan.items()}
    about = settings.about
    allowed = [*_inside(subnet, ranges, str(settings.network.address_space))]
    if subnet in moves:
        allowed.append(
            _allow_in("allow-moves", "Moves from the server room, while they run.", places, ranges[subnet],
                      *moves[subnet])
        )  # fmt: skip
    if room and subnet == "app" and about.users:
        allowed.append(
            _allow_in("allow-web-server-room", "Users of the systems, in the server room's network.", places,
                      ranges["app"], *_WEB)
        )  # fmt: skip
    if room and subnet == RESOLVER_IN:
        allowed.append(
            FirewallRule("allow-dns", "The server room asks for names that live here.", "Inbound", "Allow", places,
                         (ranges[subnet],), (_DNS,), protocol="*")
        )  # fmt: skip
    allowed += _azure_services(subnet, settings)
    if about.updates:
        return (*allowed, *_open_out(subnet, settings, places, moves), _DENY_IN, *_denied_out(places))
    return (*allowed, *_isolated_out(subnet, ranges, settings), _DENY_IN, _DENY_ALL_OUT)


def _inside(subnet: str, ranges: Mapping[str, str], space: str) -> Iterator[FirewallRule]:
    """What comes in from this network itself."""
    here = ranges[subnet]
    shell = _allow_in(
        "allow-ssh", "Administration, from Bastion and the management subnet.",
        (ranges[BASTION], ranges["management"]), here, _SHELL,
    )  # fmt: skip
    clients = tuple(ranges[name] for name in WITH_MACHINES)
    match subnet:
        case "app":
            yield _allow_in("allow-web", "Users of the systems, inside this network.", (space,), here, *_WEB)
            yield shell
        case "data":
            yield _allow_in("allow-data", "Applications to databases and shares.", (ranges["app"],), here,
                            "445", "3306", "5432")  # fmt: skip
            yield shell
        case "databases":
            yield _allow_in("allow-postgresql", "Applications, data servers and administration to PostgreSQL.",
                            clients, here, *_POSTGRESQL)  # fmt: skip
            yield _allow_in("allow-postgresql-within", "PostgreSQL's own replication between its zones.", (here,),
                            here, *_POSTGRESQL)  # fmt: skip
        case "mysql":
            yield _allow_in("allow-mysql", "Applications, data servers and administration to MySQL.", clients,
                            here, *_MYSQL)  # fmt: skip
            yield _allow_in("allow-mysql-within", "MySQL's own replication between its zones.", (here,), here,
                            *_MYSQL)  # fmt: skip
        case "endpoints":
            yield _allow_in(
                "allow-endpoints", "Vault and storage, from inside this network.", (space,), here, "443"
            )
        case "management":
            yield _allow_in("allow-ssh", "Administration, from Bastion.", (ranges[BASTION],), here, _SHELL)


def _azure_services(subnet: str, settings: StackSettings) -> Iterator[FirewallRule]:
    """What Azure's own database services need of Azure, which no machine of the council's can use."""
    if subnet not in ("databases", "mysql"):
        return
    region = {"uksouth": "UKSouth", "ukwest": "UKWest"}[settings.region]
    storage = "Storage" if settings.about.updates else f"Storage.{region}"
    yield _allow_out("allow-out-storage", "Logs of changes, which the service keeps.", storage, "443")
    yield _allow_out("allow-out-entra", "Sign-in with Entra.", "AzureActiveDirectory", "443")


def _open_out(
    subnet: str, settings: StackSettings, places: tuple[str, ...], moves: Mapping[str, tuple[str, ...]]
) -> Iterator[FirewallRule]:
    """What goes out of a stack whose machines fetch updates."""
    if subnet in WITH_MACHINES:
        yield _UPDATES
        yield _TIME
    room = settings.server_room
    if room and subnet == RESOLVER_OUT:
        servers = tuple(f"{server}/32" for server in room.dns_servers)
        yield FirewallRule("allow-out-dns", "The server room's own DNS, for its domains.", "Outbound", "Allow",
                           ("VirtualNetwork",), servers, (_DNS,), protocol="*")  # fmt: skip
    if room and settings.about.into_server_room and subnet in moves:
        yield _allow_out("allow-out-moves", "Targets follow their sources, while moves run.", places,
                         *moves[subnet])  # fmt: skip


def _denied_out(places: tuple[str, ...]) -> Iterator[FirewallRule]:
    if places:
        yield _deny("deny-out-server-room", "Nothing else goes to the server room.", "Outbound", *places)
    yield _DENY_OUT


def _isolated_out(subnet: str, ranges: Mapping[str, str], settings: StackSettings) -> Iterator[FirewallRule]:
    """What goes out of an isolated stack: to its own parts, and to what is named."""
    for other, ports in _NEEDS.get(subnet, {}).items():
        yield _allow_out(f"allow-out-{other}", f"What this part needs of {other}.", ranges[other], *ports)
    if subnet in WITH_MACHINES:
        for way in settings.way_out:
            yield _allow_out(f"way-out-{way.name}", way.why, str(way.to), *way.ports)


def _bastion_rules() -> tuple[FirewallRule, ...]:
    """What Azure Bastion requires of its subnet's group, from Microsoft's documentation of it."""

    def rule(name: str, why: str, way: Way, source: str, to: str, *ports: str) -> FirewallRule:
        return FirewallRule(name, why, way, "Allow", (source,), (to,), ports)

    mesh, inside = ("8080", "5701"), "VirtualNetwork"
    return (
        rule("allow-https", "Administrators reach Bastion, which signs them in with Entra.", "Inbound",
             "Internet", "*", "443"),
        rule("allow-control", "Azure's control plane of Bastion.", "Inbound", "GatewayManager", "*", "443"),
        rule("allow-probe", "Azure's health probes of Bastion.", "Inbound", "AzureLoadBalancer", "*", "443"),
        rule("allow-mesh-in", "Bastion's hosts among themselves.", "Inbound", inside, inside, *mesh),
        rule("allow-shell-out", "From Bastion to the VMs.", "Outbound", "*", "VirtualNetwork", "22"),
        rule("allow-azure-out", "Bastion's logs and health to Azure.", "Outbound", "*", "AzureCloud", "443"),
        rule("allow-mesh-out", "Bastion's hosts among themselves.", "Outbound", inside, inside, *mesh),
        rule("allow-session-out", "Certificate checks and sessions.", "Outbound", "*", "Internet", "80"),
    )  # fmt: skip
