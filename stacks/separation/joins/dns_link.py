"""Private DNS: a network that is linked to the other's zone or ruleset, or a name that is written into it."""

from stacks.separation.base import Join
from stacks.separation.side import Reference

_ZONES = (
    "microsoft.network/privatednszones",
    "microsoft.network/dnsforwardingrulesets",
    "microsoft.network/dnsresolvers",
)
_LINKS = (
    "azure-native:privatedns:VirtualNetworkLink",
    "azure-native:dnsresolver:PrivateResolverVirtualNetworkLink",
)


def _claims(one: Reference) -> bool:
    return one.by.type in _LINKS or one.kind.startswith(_ZONES)


JOIN = Join(id="dns-link", title="private DNS zone link", claims=_claims)
