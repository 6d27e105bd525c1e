"""Addresses as people write them: of a host, or of a server that is asked."""

import ipaddress
import re

_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*"
)


def is_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address or a host's name, and nothing besides (no user, port or URL)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        # Four numbers that are no address ("10.0.0.300") are a slip, and not a name.
        last = text.rpartition(".")[2]
        return bool(_NAME.fullmatch(text)) and not last.isdigit()
    return True


def is_public(text: str) -> bool:
    """Whether it is an IP address of the public internet."""
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False
