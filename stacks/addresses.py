"""The address plan: which subnet has which part of a stack's address space. The same space, the same plan."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from itertools import combinations

from estate.errors import UsageError

BASTION = "AzureBastionSubnet"
"""Azure wants this very name."""
SUBNETS = ("app", "data", "databases", "endpoints", "management", BASTION)
"""In this order, each has an eighth of the space; two eighths stay free."""


def plan(space: IPv4Network) -> Mapping[str, IPv4Network]:
    """Each subnet's range: an eighth of `space`, Bastion's cut down to a /26, which is all it may want."""
    eighths = list(space.subnets(prefixlen_diff=3))
    ranges = dict(zip(SUBNETS, eighths, strict=False))
    return ranges | {BASTION: next(ranges[BASTION].subnets(new_prefix=max(26, ranges[BASTION].prefixlen)))}


def refuse_overlap(spaces: Mapping[str, IPv4Network]) -> None:
    """Raises `UsageError` where two stacks' address spaces overlap: they could never be told apart."""
    for (one, first), (other, second) in combinations(spaces.items(), 2):
        if first.overlaps(second):
            raise UsageError(
                f"the stacks {one} ({first}) and {other} ({second}) have addresses in common",
                "give network.address_space of one of them a range of its own",
            )
