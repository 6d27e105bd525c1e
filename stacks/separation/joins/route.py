"""Route: traffic of one side that is sent to addresses of the other."""

from collections.abc import Iterator, Mapping
from typing import Any

from estate.records.preview import UNKNOWN, Resource
from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import Side, label, overlap, range_of

_TABLE = "azure-native:network:RouteTable"
_ROUTE = "azure-native:network:Route"
_NOWHERE = ("none", "internet")


def _routes(side: Side) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    for one in side.of_type(_TABLE):
        routes = one.inputs.get("routes") or ()
        yield from ((one, route) for route in routes if isinstance(route, Mapping))
    yield from ((one, one.inputs) for one in side.of_type(_ROUTE))


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for side, other in pairs(a, b):
        for one, route in _routes(side):
            to, hop = str(route.get("addressPrefix", UNKNOWN)), route.get("nextHopIpAddress")
            target, through = range_of(to), range_of(hop) if hop else None
            if UNKNOWN in {to, hop} or (target is None and through is None):
                found.unjudged.append(f"{label(one)} of {side.name} has a route to {to} that is not known")
                continue
            if str(route.get("nextHopType", "")).lower() in _NOWHERE:
                continue
            into = next((mine for mine in other.ranges if through is not None and overlap(mine, through)), None)
            meant = next(
                (mine for mine in other.ranges if target and target.prefixlen and overlap(mine, target)), None
            )
            if into is not None or meant is not None:
                how = f"sends {to} to {hop or route.get('nextHopType')}, among"
                found.ways.append(
                    (Step(side.name, label(one), how), Step(other.name, f"addresses {into or meant}"))
                )
            elif target is not None and not target.prefixlen:
                found.unjudged.append(
                    f"{label(one)} of {side.name} sends everything to {hop or route.get('nextHopType')}, and what is "
                    "behind that is not known"
                )
    return found


JOIN = Join(id="route", title="route", find=_find, packets=True)
