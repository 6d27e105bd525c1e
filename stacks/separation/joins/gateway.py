"""Gateway: both sides joined to one server room or one gateway. What is routed there, no preview says."""

from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import Range, Reference, Side, label, overlap, range_of
from stacks.settings.network import NOWHERE

_ROOM = "azure-native:network:LocalNetworkGateway"
_GATEWAYS = (
    "microsoft.network/virtualnetworkgateways",
    "microsoft.network/localnetworkgateways",
    "microsoft.network/connections",
    "microsoft.network/expressroute",
    "microsoft.network/virtualhubs",
    "microsoft.network/vpn",
    "microsoft.network/virtualwans",
    "microsoft.network/azurefirewalls",
)


def _claims(one: Reference) -> bool:
    return one.kind.startswith(_GATEWAYS)


def _rooms(side: Side) -> list[tuple[str, set[str], list[Range]]]:
    """Each place outside: its label, the addresses and names of its device, and its ranges."""
    found = []
    for one in side.of_type(_ROOM):
        device = {str(one.inputs[key]).lower() for key in ("gatewayIpAddress", "fqdn") if one.inputs.get(key)}
        prefixes = (one.inputs.get("localNetworkAddressSpace") or {}).get("addressPrefixes") or ()
        found.append((label(one), device, [r for text in prefixes if (r := range_of(text)) is not None]))
    return found


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for side, other in pairs(a, b):
        for name, _, ranges in _rooms(side):
            if any(overlap(one, mine) for one in ranges for mine in other.ranges):
                how = "sends through the VPN what is meant for"
                met = next(mine for mine in other.ranges if any(overlap(one, mine) for one in ranges))
                found.ways.append((Step(side.name, name, how), Step(other.name, f"addresses {met}")))
    for name, device, ranges in _rooms(a):
        for theirs, their_device, their_ranges in _rooms(b):
            _two_rooms(found, (a.name, name, device, ranges), (b.name, theirs, their_device, their_ranges))
    return found


def _two_rooms(
    found: Found,
    one: tuple[str, str, set[str], list[Range]],
    other: tuple[str, str, set[str], list[Range]],
) -> None:
    known = device_known(one[2]) and device_known(other[2])
    shared = sorted(one[2] & other[2]) or [
        str(mine) for mine in one[3] if any(overlap(mine, theirs) for theirs in other[3])
    ]
    if known and shared:
        middle = Step("server room", shared[0], "may route to; what it routes cannot be judged")
        found.ways.append((Step(one[0], one[1], "is a VPN to"), middle, Step(other[0], other[1])))
        return
    why = "are not all filled in or known" if not known else "may be joined there"
    found.unjudged.append(
        f"both have a VPN, {one[1]} of {one[0]} and {other[1]} of {other[0]}: their far ends {why}"
    )


def device_known(device: set[str]) -> bool:
    """Whether the address of a VPN's far end is filled in and known."""
    return bool(device) and not device & {str(NOWHERE), "[unknown]", "[secret]"}


JOIN = Join(id="gateway", title="gateway or VPN", claims=_claims, find=_find, packets=True)
