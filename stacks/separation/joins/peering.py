"""Peering: networks joined to each other, or both to a third (a hub, from which traffic may be passed on)."""

from collections import deque
from collections.abc import Iterator

from estate.records.preview import Resource
from stacks.arm.ids import folded
from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import NETWORK, OWN_ID, Reference, Side, label, texts

PEERING = "azure-native:network:VirtualNetworkPeering"
_THROUGH_ONE = 5
"""Steps of a way from network to network through one third network."""
_HUB = "azure-native:network:HubVirtualNetworkConnection"
_PLACES = ("microsoft.network/virtualnetworks", "microsoft.network/virtualhubs", "microsoft.network/virtualwans")


def _claims(one: Reference) -> bool:
    if one.by.type in (PEERING, _HUB):
        return True
    return one.by.type == NETWORK and one.key.startswith("virtualNetworkPeerings")


def _edges(side: Side) -> Iterator[tuple[str, str, Resource]]:
    """Each peering as the ids of the two networks that it joins."""
    for one in side.of_type(PEERING, _HUB):
        own = side.ids.of(one.urn)
        from_ = folded(own).rpartition("/")[0].rpartition("/")[0] if own else ""
        ends = [text for key, text in texts(one.inputs) if key.endswith("irtualNetwork.id")]
        if from_ and ends:
            yield from_, folded(ends[0]), one
    for reference in side.references:
        if reference.by.type == NETWORK and reference.key != OWN_ID and reference.kind in _PLACES:
            yield folded(side.ids.of(reference.by.urn) or ""), folded(reference.to), reference.by


def _find(a: Side, b: Side) -> Found:
    """Ways through more than one third network; what is direct, or through one, references show."""
    found = Found()
    joined: dict[str, list[tuple[str, Side, Resource]]] = {}
    for side, _ in pairs(a, b):
        for one, other, by in _edges(side):
            joined.setdefault(one, []).append((other, side, by))
            joined.setdefault(other, []).append((one, side, by))
    starts = [net for one in a.of_type(NETWORK) if (net := folded(a.ids.of(one.urn) or ""))]
    ends = {net for one in b.of_type(NETWORK) if (net := folded(b.ids.of(one.urn) or ""))}
    for start in starts:
        way = _way(start, ends, joined)
        if way is not None and len(way) > _THROUGH_ONE:
            found.ways.append(tuple(way))
    return found


def _way(start: str, ends: set[str], joined: dict[str, list[tuple[str, Side, Resource]]]) -> list[Step] | None:
    """The shortest way, one step for each peering and each network between two."""
    waiting = deque([(start, [Step("", f"network {start.rpartition('/')[2]}")])])
    seen = {start}
    while waiting:
        at, steps = waiting.popleft()
        for to, side, by in joined.get(at, ()):
            if to in seen:
                continue
            seen.add(to)
            on = [*steps, Step(side.name, label(by), "peers with"), Step("", f"network {to.rpartition('/')[2]}")]
            if to in ends:
                return on
            waiting.append((to, on))
    return None


JOIN = Join(id="peering", title="peering of networks", claims=_claims, find=_find, packets=True)
