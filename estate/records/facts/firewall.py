"""The host's own packet filter."""

from typing import Literal

from estate.records.base import Record


class Firewall(Record):
    """Fact `firewall`."""

    tool: Literal["nft", "iptables", "ufw", "firewalld", "windows", "none"]
    """Which one speaks for the host; `none` where nothing that filters is installed."""
    active: bool
    """Whether it filters what comes in."""
    default_deny: bool | None = None
    """Whether what no rule allows in is dropped or rejected; None where it could not be told."""
    allowed: tuple[str, ...] = ()
    """Ports that are let in, as `tcp/443`, where the rules say so plainly."""
    rules: int = 0
    """How many rules there are."""
