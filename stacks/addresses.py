"""The address plan: which subnet has which part of a stack's address space. The same space, the same plan."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from itertools import chain, combinations

from estate.errors import UsageError

_PRIVATE = IPv4Network("10.0.0.0/8")
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


def free_space(wanted: IPv4Network, taken: Iterable[IPv4Network]) -> IPv4Network:
    """`wanted` where nobody has any of it, else the next range of that size in 10.0.0.0/8, from there on and round.

    Raises `UsageError` where none is free.
    """
    held = list(taken)
    step = wanted.num_addresses
    first = int(_PRIVATE.network_address)
    number = (int(wanted.network_address) - first) // step if wanted.subnet_of(_PRIVATE) else 0
    rounds = _PRIVATE.num_addresses // step
    ahead = (IPv4Network((first + (number + n) % rounds * step, wanted.prefixlen)) for n in range(rounds))
    for space in chain((wanted,), ahead):
        if not any(space.overlaps(one) for one in held):
            return space
    raise UsageError(
        f"no /{wanted.prefixlen} of {_PRIVATE} is free for another stack", "give stacks smaller address spaces"
    )
