"""How ss and the kernel write sockets."""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from inventory.facts.base import Section

# Both tables by one ss, which looks through every process for the owners of sockets.
SNIPPET = r"""
printf 'own %s\n' "$own"
if command -v ss >/dev/null; then
  ss -ntup state listening state established state unconnected 2>&1
else
  [ -r /proc/net/tcp ] || exit 127
  grep -aHs '' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6
  [ $? -le 2 ] || exit 127
fi
"""

_OWNER = re.compile(r'users:\(\("((?:[^"\\]|\\.)*)",pid=(\d+)')
# ss's words, and the kernel's numbers.
_STATES: dict[tuple[str, str], Literal["listening", "established"]] = {
    ("tcp", "LISTEN"): "listening",
    ("udp", "UNCONN"): "listening",
    ("tcp", "ESTAB"): "established",
    ("tcp", "0A"): "listening",
    ("udp", "07"): "listening",
    ("tcp", "01"): "established",
}


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
class Socket:
    """One line of ss, or of the kernel's tables. A UDP socket that is connected to nobody listens."""

    protocol: Literal["tcp", "udp"]
    state: Literal["listening", "established"]
    local: str
    local_port: int
    peer: str
    peer_port: int
    process: str | None = None
    pid: int | None = None


@dataclass(frozen=True)
class Sockets:
    """What both facts read."""

    sockets: tuple[Socket, ...]
    own: tuple[str, str] | None
    """The address that Decant came from, and the port it came to."""
    poor: bool
    """Whether the processes are missing, because there is no ss."""


def sockets(section: Section) -> Sockets:
    """Read ss's table, or the kernel's own where there is no ss. Raises `ValueError` for what is neither."""
    lines = section.lines
    if not lines or not lines[0].startswith("own"):
        raise ValueError("the first line is missing")
    words = lines[0].split()[1:]
    own = (words[0], words[3]) if len(words) == 4 else None
    if len(lines) > 1 and lines[1].startswith("/proc/net/"):
        return Sockets(tuple(_kernel_table(lines[1:])), own, poor=True)
    if section.status != 0 or len(lines) < 2 or not lines[1].startswith("Netid"):
        raise ValueError(f"ss ended with status {section.status}")
    return Sockets(tuple(one for one in map(_socket, lines[2:]) if one), own, poor=False)


def _socket(line: str) -> Socket | None:
    """`tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))`."""
    words = line.split(None, 6)
    if words[0] not in ("tcp", "udp") or len(words) < 6:
        raise ValueError(f"ss printed {line[:40]!r}")
    state = _STATES.get((words[0], words[1]))
    if state is None:
        return None
    local, local_port = split_address(words[4])
    peer, peer_port = split_address(words[5]) if state == "established" else ("*", 0)
    process, pid = owner(words[6] if len(words) > 6 else "")
    protocol: Literal["tcp", "udp"] = "tcp" if words[0] == "tcp" else "udp"
    return Socket(protocol, state, local, local_port, peer, peer_port, process, pid)


def _kernel_table(lines: Iterable[str]) -> Iterator[Socket]:
    """The rows of /proc/net/{tcp,udp}[6], each behind the name of its file."""
    for line in lines:
        file, _, rest = line.partition(":")
        words = rest.split()
        if words[:1] == ["sl"]:
            continue
        protocol: Literal["tcp", "udp"] = "tcp" if "/tcp" in file else "udp"
        state = _STATES.get((protocol, words[3]))
        if state is not None:
            yield Socket(protocol, state, *_hex(words[1]), *_hex(words[2]))


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
