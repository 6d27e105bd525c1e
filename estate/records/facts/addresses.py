"""Network addresses, routes and resolvers."""

from pydantic import Field

from estate.records.base import Record


class Address(Record):
    """One address of one interface."""

    interface: str
    address: str
    prefix: int
    scope: str = ""


class Addresses(Record):
    """Fact `addresses`."""

    addresses: tuple[Address, ...]
    default_gateway: str | None = None
    resolvers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    hosts: dict[str, str] = Field(default_factory=dict)
    """Names that `/etc/hosts` gives an address, loopback ones left out."""
