"""The address plan: which subnet has which part of a stack's address space. The same space, the same plan."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network
from itertools import chain, combinations

from estate.errors import UsageError

_PRIVATE = IPv4Network("10.0.0.0/8")
BASTION = "AzureBastionSubnet"
GATEWAY = "GatewaySubnet"
"""Azure wants these very names."""
RESOLVER_IN, RESOLVER_OUT = "resolver-in", "resolver-out"
"""Where the DNS resolver is asked by the server room, and asks it."""
_EIGHTHS = ("app", "data", "databases", "endpoints", "management", BASTION, "mysql")
"""In this order, each has an eighth of the space."""
_IN_THE_LAST = {GATEWAY: 27, RESOLVER_IN: 28, RESOLVER_OUT: 28}
"""In this order, these share the last eighth, each with a range of this size."""
SUBNETS = (*_EIGHTHS, *_IN_THE_LAST)
SMALLEST: Mapping[str, int] = {
    "app": 29, "data": 29, "databases": 28, "endpoints": 29, "management": 29, "mysql": 28, BASTION: 26,
    GATEWAY: 27, RESOLVER_IN: 28, RESOLVER_OUT: 28,
}  # fmt: skip
"""The smallest range that Azure's documentation advises or takes for each."""


def plan(space: IPv4Network) -> Mapping[str, IPv4Network]:
    """Each subnet's range: an eighth of `space`, Bastion's cut down to a /26, which is all it may want.

    Raises `ValueError` that names the subnet where one would be smaller than Azure takes.
    """
    if space.prefixlen > min(SMALLEST.values()) - 3:
        raise ValueError(
            f"{space} is too small: an eighth of it is for {BASTION}, and Azure wants a /{SMALLEST[BASTION]} there"
        )
    eighths = list(space.subnets(prefixlen_diff=3))
    ranges = dict(zip(_EIGHTHS, eighths, strict=False))
    ranges[BASTION] = next(ranges[BASTION].subnets(new_prefix=SMALLEST[BASTION]))
    at = int(eighths[-1].network_address)
    for name, length in _IN_THE_LAST.items():
        ranges[name] = IPv4Network((at, length))
        at += ranges[name].num_addresses
    return ranges


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
