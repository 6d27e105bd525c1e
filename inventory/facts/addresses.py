"""Fact `addresses`: network addresses, default gateway, resolvers, the hosts table."""

import ipaddress

from estate.records.facts.addresses import Address, Addresses
from inventory.facts.base import Fact, Reading, Section, failed, known

SNIPPET = r"""
command -v ip >/dev/null || exit 127
$t ip -o addr show 2>&1 || exit 1
while read -r i d g f _; do
  [ "$d" = 00000000 ] && printf 'gateway %s\n' "$g"
done </proc/net/route
grep -aHE '^[[:space:]]*(nameserver|search|domain|[0-9a-fA-F:.]+)[[:space:]]' \
  /etc/resolv.conf /etc/hosts 2>/dev/null
exit 0
"""


def parse(section: Section) -> Reading:
    """Read ip's one line for each address, the kernel's routes (little-endian), and the two files."""
    if section.status != 0:
        return failed("ip could not list the addresses")
    addresses: list[Address] = []
    gateway: str | None = None
    resolvers: list[str] = []
    search: list[str] = []
    hosts: dict[str, str] = {}
    for line in section.lines:
        if line.startswith("gateway "):
            gateway = str(ipaddress.IPv4Address(bytes.fromhex(line.split()[1])[::-1]))
        elif line.startswith("/etc/resolv.conf:"):
            words = line.partition(":")[2].split()
            (resolvers if words[0] == "nameserver" else search).extend(words[1:])
        elif line.startswith("/etc/hosts:"):
            words = line.partition(":")[2].partition("#")[0].split()
            where = ipaddress.ip_address(words[0].partition("%")[0])
            if not (where.is_loopback or where.is_multicast or where.is_link_local):
                hosts |= dict.fromkeys(words[1:], str(where))
        else:
            found = _address(line)
            if found is not None:
                addresses.append(found)
    if not addresses:
        return failed("ip listed no address")
    return known(
        Addresses(
            addresses=tuple(addresses),
            default_gateway=gateway,
            resolvers=tuple(resolvers),
            search=tuple(search),
            hosts=hosts,
        )
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
    reads="ip addr, /proc/net/route, /etc/resolv.conf, /etc/hosts. Any account.",
    tool="ip",
    snippet=SNIPPET,
    parser=parse,
    limit=1 << 20,
)
