"""Where a stack's addresses lie, and what it is joined to."""

import re
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from stacks.addresses import plan
from stacks.settings.base import Name, Reference, Section

NOWHERE = IPv4Address("192.0.2.1")
"""Stands in a new settings file for the address of the server room's VPN device. Nobody has it: RFC 5737."""
NOBODYS_DOMAIN = "anytown.local"
"""Stands in a new settings file for the domain that the server room answers for."""
VPN_SHARED_KEY = "vpnSharedKey"
"""Under this key of `decant:` the program finds the VPN's shared key, as a secret."""

_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""What Azure's networks and a council's may have: RFC 1918, and the range of RFC 6598."""
_AZURES = "privatelink."
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
HIGHEST_PORT = 65535


def _domain(value: str) -> str:
    plain = value.lower().rstrip(".")
    if not _DOMAIN.fullmatch(plain):
        raise ValueError(f"{value!r} is not a domain such as anytown.local")
    return plain


def _port(value: str) -> str:
    found = _PORTS.fullmatch(value)
    if found is None or not 0 < int(found[1]) <= int(found[2] or found[1]) <= HIGHEST_PORT:
        raise ValueError(f"{value!r} is not a port such as 443, or a range such as 8000-8010")
    return value


def _private(value: IPv4Network) -> IPv4Network:
    if not any(value.subnet_of(one) for one in _PRIVATE):
        raise ValueError(
            f"{value} is not in a private range (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10)"
        )
    return value


def _public(value: IPv4Address) -> IPv4Address:
    if not value.is_global and value != NOWHERE:
        raise ValueError(f"{value} is no public address")
    return value


Domain = Annotated[str, AfterValidator(_domain)]
Ports = Annotated[str, AfterValidator(_port)]
PublicAddress = Annotated[IPv4Address, AfterValidator(_public)]
PrivateRange = Annotated[IPv4Network, AfterValidator(_private)]


class Network(Section):
    """Where the stack's addresses lie. The subnets follow from the space (`stacks/addresses.py`)."""

    address_space: PrivateRange = Field(description="Private range of its own, /16 to /22; no other stack's.")
    private_domain: Domain | Literal[""] = Field(
        default="", description="Private DNS zone for the services, as council.internal; none when empty."
    )
    watcher: str = Field(default="", description="The region's Network Watcher; default: Azure's own name.")
    watcher_group: str = Field(default="NetworkWatcherRG", description="The group the watcher is in.")

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if not 16 <= self.address_space.prefixlen <= 22:
            try:
                plan(self.address_space)
            except ValueError as small:
                raise ValueError(f"address_space must be a /16 to a /22: {small}") from None
            raise ValueError(f"address_space {self.address_space} must be a /16 to a /22")
        if self.private_domain.startswith(_AZURES):
            raise ValueError(
                f"private_domain {self.private_domain} is Azure's own: take a domain of the council's"
            )
        return self


class ServerRoom(Section):
    """The council's server room, and the VPN to it."""

    gateway: PublicAddress = Field(description="Public address of the council's own VPN device.")
    ranges: tuple[PrivateRange, ...] = Field(min_length=1, description="Ranges of addresses in the server room.")
    shared_key: Reference = Field(
        min_length=1,
        description="Reference to the VPN's shared key, never the key: env:NAME, file:PATH and so on.",
    )
    dns_servers: tuple[IPv4Address, ...] = Field(
        default=(), description="The server room's own DNS servers, asked for `domains`."
    )
    domains: tuple[Domain, ...] = Field(
        default=(), description="Domains that the server room's DNS answers for, as anytown.local."
    )
    moving: tuple[Name, ...] = Field(
        default=(),
        description="Targets that moves go to now: the ports they need are open from here to there and back.",
    )

    @model_validator(mode="after")
    def _asked(self) -> Self:
        for number, one in enumerate(self.ranges):
            for other in self.ranges[:number]:
                if one.overlaps(other):
                    raise ValueError(f"the ranges {other} and {one} have addresses in common: keep the wider one")
        if bool(self.domains) != bool(self.dns_servers):
            raise ValueError("dns_servers and domains belong together: who is asked, and for what")
        for server in self.dns_servers:
            if not any(server in one for one in self.ranges):
                raise ValueError(f"the DNS server {server} is in none of the server room's ranges")
        return self


class WayOut(Section):
    """A place outside that the machines of an isolated stack may reach, and why."""

    name: Name = Field(description="Short name of the rule.")
    why: str = Field(min_length=10, max_length=140, description="Why it is needed, for whoever reviews it.")
    to: IPv4Network = Field(description="The range of addresses, as 203.0.113.7/32.")
    ports: tuple[Ports, ...] = Field(min_length=1, description="Ports, or ranges of them, over TCP.")

    @model_validator(mode="after")
    def _narrow(self) -> Self:
        if self.to.prefixlen < 24:
            raise ValueError(f"the way out to {self.to} is wider than a /24: name what is needed, and no more")
        return self
