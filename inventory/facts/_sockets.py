"""How ss and the kernel write sockets."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

_OWNER = re.compile(r'users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)')
_ESTABLISHED, _CLOSED, _LISTEN = "01", "07", "0A"


def split_address(text: str) -> tuple[str, int]:
    """`[::ffff:10.0.0.1]:22`, `10.0.0.1%eth0:68` or `*:80` as address and port; mapped IPv4 as IPv4."""
    address, colon, port = text.rpartition(":")
    if not colon:
        raise ValueError(f"{text[:40]!r} is no address and port")
    address = address.strip("[]").partition("%")[0].strip("[]")
    if address != "*":
        parsed = ipaddress.ip_address(address)
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        address = str(mapped or parsed)
    return address, _port(int(port))


def owner(text: str) -> tuple[str | None, int | None]:
    """The first process and its id in ss's `users:(("nginx",pid=12,fd=3),…)`; None where ss does not say."""
    found = _OWNER.search(text)
    return (found[1], int(found[2])) if found else (None, None)


@dataclass(frozen=True)
class Row:
    """One line of /proc/net/tcp and its like."""

    protocol: Literal["tcp", "udp"]
    local: str
    local_port: int
    peer: str
    peer_port: int
    state: str

    @property
    def listens(self) -> bool:
        """A TCP socket that listens, or a UDP one that is not connected."""
        return self.state == (_LISTEN if self.protocol == "tcp" else _CLOSED)

    @property
    def established(self) -> bool:
        """An open TCP connection."""
        return self.protocol == "tcp" and self.state == _ESTABLISHED


def kernel_table(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of /proc/net/{tcp,udp}[6], each behind the name of its file."""
    for line in lines:
        file, _, rest = line.partition(":")
        words = rest.split()
        if words[:1] == ["sl"]:
            continue
        protocol: Literal["tcp", "udp"] = "tcp" if "/tcp" in file else "udp"
        local, local_port = _hex(words[1])
        peer, peer_port = _hex(words[2])
        yield Row(protocol, local, local_port, peer, peer_port, words[3])


def _hex(text: str) -> tuple[str, int]:
    """`0B01630A:1F90`: each group of four bytes is little-endian."""
    address, _, port = text.partition(":")
    raw = bytes.fromhex(address)
    turned = b"".join(raw[start : start + 4][::-1] for start in range(0, len(raw), 4))
    parsed = ipaddress.ip_address(turned)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed), _port(int(port, 16))


def _port(number: int) -> int:
    if not 0 <= number <= 65535:
        raise ValueError(f"{number} is no port")
    return number
