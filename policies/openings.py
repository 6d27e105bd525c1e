"""What a network security group lets in: its inbound allow rules, with sources and ports spelled out.

A deny rule of higher precedence is not reckoned with: what is opened in one place and closed in another is
still to be mended.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from estate.errors import UndecidedError
from estate.records.preview import Resource
from policies import reading

TYPES = ("azure-native:network:NetworkSecurityGroup", "azure-native:network:SecurityRule")
_EVERYWHERE = frozenset({"*", "any", "internet", "0.0.0.0/0", "::/0"})
_WIDE = {4: 8, 6: 16}
"""A source prefix shorter than this is as good as the internet."""
_ALL_PORTS = (0, 65535)


@dataclass(frozen=True)
class Opening:
    """One inbound allow rule."""

    name: str
    protocol: str
    sources: tuple[str, ...]
    ports: tuple[tuple[int, int], ...]
    description: str

    @property
    def from_internet(self) -> bool:
        """Whether any address of the internet may come in by it."""
        return any(_is_internet(source) for source in self.sources)

    def lets_in(self, port: int) -> bool:
        """Whether `port` is among its ports."""
        return any(low <= port <= high for low, high in self.ports)

    @property
    def any_port(self) -> bool:
        """Whether it names no port at all."""
        return _ALL_PORTS in self.ports

    def __str__(self) -> str:
        ports = ", ".join(
            "*" if p == _ALL_PORTS else str(p[0]) if p[0] == p[1] else f"{p[0]}-{p[1]}" for p in self.ports
        )
        return f"{self.name}: {self.protocol} {ports} from {', '.join(self.sources)}"


def openings(resource: Resource) -> Iterator[Opening]:
    """Every inbound allow rule of a network security group, or of a rule registered by itself.

    Raises `UndecidedError` where a rule cannot be read.
    """
    if resource.type.endswith(":SecurityRule"):
        rules: tuple[reading.Inputs, ...] = (resource.inputs,)
    else:
        rules = reading.groups(resource.inputs, "securityRules")
    for rule in rules:
        if _said(rule, "access") == "allow" and _said(rule, "direction") == "inbound":
            yield Opening(
                name=reading.text(rule, "name") or resource.name,
                protocol=_said(rule, "protocol"),
                sources=_sources(rule),
                ports=_ports(rule),
                description=reading.text(rule, "description") or "",
            )


def _said(rule: reading.Inputs, path: str) -> str:
    found = reading.text(rule, path)
    if found is None:
        raise UndecidedError(f"a security rule says no {path}", "set it in the program")
    return found.lower()


def _sources(rule: reading.Inputs) -> tuple[str, ...]:
    one = reading.text(rule, "sourceAddressPrefix")
    several = reading.texts(rule, "sourceAddressPrefixes")
    found = (*((one,) if one else ()), *several)
    if not found and reading.items(rule, "sourceApplicationSecurityGroups"):
        return ("application security groups",)
    if not found:
        raise UndecidedError("a security rule says no source", "set sourceAddressPrefix in the program")
    return found


def _ports(rule: reading.Inputs) -> tuple[tuple[int, int], ...]:
    one = reading.text(rule, "destinationPortRange")
    several = reading.texts(rule, "destinationPortRanges")
    written = [part.strip() for said in (*((one,) if one else ()), *several) for part in said.split(",")]
    if not written:
        raise UndecidedError("a security rule says no port", "set destinationPortRange in the program")
    return tuple(_port(part) for part in written)


def _port(written: str) -> tuple[int, int]:
    if written == "*":
        return _ALL_PORTS
    low, dash, high = written.partition("-")
    ends = (low, high if dash else low)
    if not all(end.isascii() and end.isdigit() and len(end) <= 5 for end in ends):
        raise UndecidedError("a security rule's port is no number or range", "mend it in the program")
    return int(ends[0]), int(ends[1])


def _is_internet(source: str) -> bool:
    if source.lower() in _EVERYWHERE:
        return True
    try:
        network = ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _WIDE[network.version] and not network.is_private
