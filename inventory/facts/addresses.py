"""Fact `addresses`: network addresses, routes, resolvers, the hosts table."""

import ipaddress
from collections.abc import Iterator, Sequence

from estate.records.facts.addresses import Address, Addresses, Route
from inventory.facts.base import Fact, Reading, Section, failed, known, lines_of

_LOCAL_OR_REJECTED = 0x80000000 | 0x0200

SNIPPET = r"""
command -v ip >/dev/null || exit 127
ip -o addr show 2>&1
"""


def parse(section: Section) -> Reading:
    """Read ip's one line for each address, the kernel's routes, and the files of resolver and hosts."""
    if section.status != 0:
        return failed("ip could not list the addresses")
    pairs = section.pairs
    resolvers: list[str] = []
    search: list[str] = []
    for words in map(str.split, lines_of(pairs, "/etc/resolv.conf")):
        if words[0] == "nameserver":
            resolvers.extend(words[1:2])
        elif words[0] in ("search", "domain"):
            search.extend(words[1:])
    hosts: dict[str, str] = {}
    for line in lines_of(pairs, "/etc/hosts"):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            where = ipaddress.ip_address(words[0].partition("%")[0])
        except ValueError:
            # The resolver passes over it as well.
            continue
        if not (where.is_loopback or where.is_multicast or where.is_link_local):
            hosts |= dict.fromkeys(words[1:], str(where))
    addresses = tuple(found for found in map(_address, section.lines) if found is not None)
    if not addresses:
        return failed("ip listed no address")
    routes = tuple(
        sorted(
            [*_routes(lines_of(pairs, "/proc/net/route")), *_routes_6(lines_of(pairs, "/proc/net/ipv6_route"))],
            key=lambda route: (":" in route.destination, route.metric),
        )
    )
    return known(
        Addresses(
            addresses=addresses,
            default_gateway=next((route.gateway for route in routes if route.destination == "0.0.0.0/0"), None),
            routes=routes,
            resolvers=tuple(resolvers),
            search=tuple(search),
            hosts=hosts,
        )
    )


def _routes(lines: Sequence[str]) -> Iterator[Route]:
    """/proc/net/route: interface, destination, gateway, flags, …, metric, mask; addresses are little-endian."""
    for words in map(str.split, lines):
        if words[0] == "Iface":
            continue
        destination, gateway, mask = (
            ipaddress.IPv4Address(bytes.fromhex(word)[::-1]) for word in (words[1], words[2], words[7])
        )
        yield Route(
            destination=str(ipaddress.IPv4Network(f"{destination}/{mask}", strict=False)),
            gateway=None if gateway == ipaddress.IPv4Address(0) else str(gateway),
            interface=words[0],
            metric=int(words[6]),
        )


def _routes_6(lines: Sequence[str]) -> Iterator[Route]:
    """/proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, …, flags, interface."""
    for words in map(str.split, lines):
        flags, metric = int(words[8], 16), int(words[5], 16)
        destination = ipaddress.IPv6Address(bytes.fromhex(words[0]))
        local = flags & _LOCAL_OR_REJECTED or words[9] == "lo"
        if local or destination.is_link_local or destination.is_multicast:
            continue
        gateway = ipaddress.IPv6Address(bytes.fromhex(words[4]))
        yield Route(
            destination=f"{destination}/{int(words[1], 16)}",
            gateway=None if gateway.is_unspecified else str(gateway),
            interface=words[9],
            metric=metric,
        )


def _address(line: str) -> Address | None:
    """`2: eth0    inet 10.99.1.11/16 scope global eth0 …`."""
    words = line.split()
    if len(words) < 4 or not words[0].endswith(":"):
        raise ValueError(f"ip printed {line[:40]!r}")
    if words[2] not in ("inet", "inet6"):
        return None
    address = ipaddress.ip_interface(words[3])
    scope = words[words.index("scope") + 1] if "scope" in words[:-1] else ""
    return Address(
        interface=words[1].partition("@")[0],
        address=str(address.ip),
        prefix=address.network.prefixlen,
        scope=scope,
    )


FACT = Fact(
    id="addresses",
    reads="ip addr, /proc/net/route and ipv6_route, /etc/resolv.conf, /etc/hosts. Any account.",
    tool="ip",
    snippet=SNIPPET,
    files=("/proc/net/route", "/proc/net/ipv6_route", "/etc/resolv.conf", "/etc/hosts"),
    parser=parse,
)
