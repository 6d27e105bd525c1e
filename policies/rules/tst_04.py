"""TST-04: nothing that is not production is joined to another network."""

from collections.abc import Sequence

from estate.records.preview import Resource
from policies.rules.base import (
    Context,
    StackRule,
    Verdict,
    cyber_essentials,
    failed,
    ncsc,
    passed,
    plain_type,
    resource,
)

_PEERING = "azure-native:network:VirtualNetworkPeering"
_NETWORK = "azure-native:network:VirtualNetwork"


def _check(resources: Sequence[Resource], context: Context) -> Verdict:
    del context
    own = {r.urn for r in resources if plain_type(r.type) == _NETWORK}
    out = sorted(
        r.name
        for r in resources
        if plain_type(r.type) == _PEERING
        and not own.intersection(r.property_dependencies.get("remoteVirtualNetwork", ()))
    )
    if out:
        return failed("a network of it is joined to one outside the stack", f"peerings: {', '.join(out)}")
    return passed("no peering leads out of the stack")


def _peering(*to: Resource) -> Resource:
    made = resource(
        "network:VirtualNetworkPeering", "peer", remoteVirtualNetwork={"id": "/virtualNetworks/remote"}
    )
    return made.model_copy(update={"property_dependencies": {"remoteVirtualNetwork": tuple(r.urn for r in to)}})


_OWN = resource("network:VirtualNetwork", "vnet")

RULE = StackRule(
    id="TST-04",
    title="Test is not joined to another network",
    severity="critical",
    enforcement="mandatory",
    rationale="A test environment that reaches production is a way into production.",
    remedy="Take the peering out; bring in what test needs as data.",
    controls=(*ncsc("3", "11"), *cyber_essentials("CE-FW-04")),
    kinds=frozenset({"test", "incident", "rehearsal"}),
    types=(_PEERING, _NETWORK),
    check=_check,
    passing=((), (_OWN, _peering(_OWN))),
    failing=((_OWN, _peering()), (_peering(_OWN),)),
)
