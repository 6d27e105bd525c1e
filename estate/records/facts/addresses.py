"""Network addresses, routes and resolvers."""

from pydantic import Field

from estate.records.base import Record


class Address(Record):
    """One address of one interface."""

    interface: str
    address: str
    prefix: int
    scope: str = ""


class Route(Record):
    """One route of the kernel's main table; what leads to the host itself is left out."""

    destination: str
    """As a network: `10.0.0.0/8`; `0.0.0.0/0` and `::/0` for what no other route takes."""
    gateway: str | None = None
    interface: str
    metric: int = 0


class Addresses(Record):
    """Fact `addresses`."""

    addresses: tuple[Address, ...]
    default_gateway: str | None = None
    routes: tuple[Route, ...] = ()
    resolvers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    hosts: dict[str, str] = Field(default_factory=dict)
    """Names that `/etc/hosts` gives an address, loopback ones left out."""
