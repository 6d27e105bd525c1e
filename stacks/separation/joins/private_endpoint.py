"""Private endpoint: an address in one network that is a service of the other, or of a place that both use."""

from stacks.separation.base import Join
from stacks.separation.side import Reference


def _claims(one: Reference) -> bool:
    return one.by.type == "azure-native:network:PrivateEndpoint" and "ervice" in one.key


JOIN = Join(id="private-endpoint", title="private endpoint", claims=_claims, packets=True)
