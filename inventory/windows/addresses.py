"""Fact `addresses` of Windows: addresses, routes, resolvers, and the hosts file."""

import ipaddress

from estate.records.facts.addresses import Address, Addresses, Route
from inventory.facts.base import Reading
from inventory.windows.base import Row, Rows, fact

SNIPPET = r"""
cim Win32_NetworkAdapterConfiguration 'root/cimv2' 'IPEnabled=True' | ForEach-Object {
  @{ kind = 'card'; name = $_.Description; index = $_.InterfaceIndex; addresses = @($_.IPAddress)
     masks = @($_.IPSubnet); gateways = @($_.DefaultIPGateway); resolvers = @($_.DNSServerSearchOrder)
     domain = $_.DNSDomain; search = @($_.DNSDomainSuffixSearchOrder) } }
part 'routes' { cim MSFT_NetRoute 'root/StandardCimv2' | ForEach-Object {
  @{ kind = 'route'; to = $_.DestinationPrefix; gateway = $_.NextHop; card = $_.InterfaceAlias
     metric = $_.RouteMetric } } }
part 'the hosts file' {
  [IO.File]::ReadAllLines("$env:SystemRoot\System32\drivers\etc\hosts") |
    Where-Object { $_ -match '^\s*[0-9a-fA-F:.]+\s' } | Select-Object -First 2000 |
    ForEach-Object { @{ kind = 'host'; line = ($_ -replace '#.*', '') } } }
"""

_NOBODY = ("0.0.0.0", "::")  # noqa: S104 - how Windows writes that a route has no gateway


def parse(rows: Rows) -> Reading:
    """Read the cards that have an address; routes to the host itself and to groups are left out."""
    cards = rows.of("card")
    if not cards:
        raise ValueError("it did not say its addresses")
    addresses = [one for card in cards for one in _addresses(card)]
    routes = {
        (route.destination, route.gateway, route.interface): route
        for row in rows.of("route")
        if (route := _route(row)) is not None
    }
    gateways = [gateway for card in cards for gateway in card.texts("gateways")]
    searched = [name for card in cards for name in (card.text("domain"), *card.texts("search")) if name]
    return rows.known(
        Addresses(
            addresses=tuple(addresses),
            default_gateway=next(iter(gateways), None),
            routes=tuple(routes.values()),
            resolvers=tuple(dict.fromkeys(one for card in cards for one in card.texts("resolvers"))),
            search=tuple(dict.fromkeys(searched)),
            hosts=dict(pair for row in rows.of("host") for pair in _hosts(row.text("line"))),
        )
    )


def _addresses(card: Row) -> list[Address]:
    """Windows writes the mask of an IPv4 address, and of an IPv6 one the length."""
    found = []
    for text, mask in zip(card.texts("addresses"), card.texts("masks"), strict=True):
        whole = ipaddress.ip_interface(f"{text.partition('%')[0]}/{mask}")
        found.append(
            Address(
                interface=card.text("name"),
                address=str(whole.ip),
                prefix=whole.network.prefixlen,
                scope="link" if whole.ip.is_link_local else "global",
            )
        )
    return found


def _route(row: Row) -> Route | None:
    to = ipaddress.ip_network(row.text("to"), strict=False)
    if to.is_multicast or to.is_loopback or (to.prefixlen == to.max_prefixlen):
        return None
    gateway = row.text("gateway")
    return Route(
        destination=str(to),
        gateway=None if gateway in _NOBODY else gateway or None,
        interface=row.text("card"),
        metric=row.number("metric") or 0,
    )


def _hosts(line: str) -> list[tuple[str, str]]:
    address, *names = line.split()
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        return []
    return [] if loopback else [(name, address) for name in names]


FACT = fact(
    "addresses",
    "Win32_NetworkAdapterConfiguration, MSFT_NetRoute and the hosts file. Any account.",
    "the WMI class Win32_NetworkAdapterConfiguration",
    SNIPPET,
    parse,
)
