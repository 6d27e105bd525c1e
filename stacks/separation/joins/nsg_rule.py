"""Rule of a security group: one that lets in, or out to, addresses of the other; and address ranges in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from estate.records.preview import SECRET, UNKNOWN, Resource
from stacks.separation.base import Found, Join, Step, pairs
from stacks.separation.side import Side, label, overlap, range_of

_GROUP = "azure-native:network:NetworkSecurityGroup"
_RULE = "azure-native:network:SecurityRule"
_EVERYTHING = ("*", "virtualnetwork", "any")
_FAR_END = {"inbound": "source", "outbound": "destination"}


def _rules(side: Side) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    for one in side.of_type(_GROUP):
        rules = one.inputs.get("securityRules") or ()
        yield from ((one, rule) for rule in rules if isinstance(rule, Mapping))
    yield from ((one, one.inputs) for one in side.of_type(_RULE))


def places(rule: Mapping[str, Any]) -> list[str]:
    """The far ends that a rule allows: ranges, tags or `*`; none where it denies."""
    end = _FAR_END.get(str(rule.get("direction", "")).lower())
    if end is None or str(rule.get("access", "")).lower() != "allow":
        return []
    many = rule.get(f"{end}AddressPrefixes") or ()
    one = rule.get(f"{end}AddressPrefix")
    told = [str(place) for place in ([one] if one else []) + list(many)]
    return [part.strip() for place in told for part in place.split(",")]


def _find(a: Side, b: Side) -> Found:
    found = Found()
    for side, other in pairs(a, b):
        for one, rule in _rules(side):
            for place in places(rule):
                found_range = range_of(place)
                if place in (UNKNOWN, SECRET):
                    found.unjudged.append(f"{label(one)} of {side.name} allows addresses that are not known")
                if found_range is None or not found_range.prefixlen:
                    continue  # a tag or everything lets packets in only where another join brings them
                met = next((mine for mine in other.ranges if overlap(mine, found_range)), None)
                if met is not None:
                    name = rule.get("name") or one.name
                    to = "from" if str(rule["direction"]).lower() == "inbound" else "to"
                    how = f"the rule {name} allows packets {to} {place}, among"
                    found.ways.append((Step(side.name, label(one), how), Step(other.name, f"addresses {met}")))
    for mine in a.ranges:
        for theirs in b.ranges:
            if overlap(mine, theirs):
                how = "rules for it hold for these addresses as well:"
                found.ways.append((Step(a.name, f"addresses {mine}", how), Step(b.name, f"addresses {theirs}")))
    return found


def widened(a: Side, b: Side) -> Iterator[tuple[Step, ...]]:
    """Rules for all of a network or for everything: they let the other in where there is a path for packets."""
    for side, other in pairs(a, b):
        for one, rule in _rules(side):
            for place in places(rule):
                whole = range_of(place)
                if place.lower() not in _EVERYTHING and (whole is None or whole.prefixlen):
                    continue
                how = f"the rule {rule.get('name') or one.name} allows packets, of {place}; where they find a way, with"
                yield (Step(side.name, label(one), how), Step(other.name, "its networks"))


JOIN = Join(id="nsg-rule", title="rule of a security group", find=_find)
