"""Subnet: something of one side that stands in the other's network, or both in a third network."""

from stacks.separation.base import Join
from stacks.separation.side import OWN_ID, Reference


def _claims(one: Reference) -> bool:
    return one.key != OWN_ID and one.kind.startswith("microsoft.network/virtualnetworks")


JOIN = Join(id="subnet", title="place in the other's network", claims=_claims, packets=True)
