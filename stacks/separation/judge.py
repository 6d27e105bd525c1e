"""Whether two environments are apart: every join is looked for, by all that both refer to and by what each adds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from estate import registry
from estate.records.preview import UNKNOWN, Resource
from stacks.arm.ids import folded
from stacks.arm.types import TYPES
from stacks.separation import joins
from stacks.separation.base import Found, Join, Step, Way, pairs
from stacks.separation.joins.nsg_rule import widened
from stacks.separation.side import OWN_ID, Reference, Side, label, placeholder, texts

OTHER = Join(id="reference", title="another reference")
"""For references that no join claims: they join all the same."""
ALWAYS = (
    "what people changed in Azure by hand, and what stands there that no preview holds",
    "what is built now: a preview says what would be built, and its program may have changed since",
    "what programs on the machines send to each other over the internet, and what people carry",
    "who may sign in to Azure, and with what roles, outside these stacks; the identities that build them",
    "values that are secret: they are not opened",
)
_ORDER = ("peering", "private-endpoint", "dns-link", "identity", "gateway", "store", "subnet")


@dataclass(frozen=True)
class Separation:
    """What was found between two environments."""

    stacks: tuple[str, str]
    ways: tuple[Way, ...]
    said: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def apart(self) -> bool:
        """Whether no path was found."""
        return not self.ways


@cache
def all_joins() -> Mapping[str, Join]:
    """Every join, by id."""
    return registry.load(joins, "JOIN", Join, lambda join: join.id)


def separation(a: Side, b: Side) -> Separation:
    """Every path between two sides. It is the same whichever is first."""
    a, b = sorted((a, b), key=lambda side: side.name)
    ways: list[Way] = []
    found = Found()
    for join, steps in _by_reference(a, b, found):
        ways.append(Way(join.id, join.title, steps))
    for join in all_joins().values():
        more = join.find(a, b)
        ways += [Way(join.id, join.title, steps) for steps in more.ways]
        found.unjudged += more.unjudged
        found.said += more.said
    if any(way.join != OTHER.id and all_joins()[way.join].packets for way in ways):
        rule = all_joins()["nsg-rule"]
        ways += [Way(rule.id, rule.title, steps) for steps in widened(a, b)]
    found.unjudged += [sentence for side in (a, b) for sentence in _not_known(side)]
    return Separation(
        (a.name, b.name),
        tuple(sorted(dict.fromkeys(ways), key=lambda way: (way.join, [str(step) for step in way.steps]))),
        tuple(dict.fromkeys(found.said)),
        (*dict.fromkeys(found.unjudged), *ALWAYS),
    )


def _join_of(reference: Reference) -> Join:
    known = all_joins()
    return next((known[name] for name in _ORDER if known[name].claims(reference)), OTHER)


def _by_reference(a: Side, b: Side, found: Found) -> Iterator[tuple[Join, tuple[Step, ...]]]:
    for side, other in pairs(a, b):
        for one in side.references:
            theirs = other.owns(one.to)
            if theirs is None or (one.key == OWN_ID and _only_subscription(theirs)):
                continue
            own = side.owns(one.to)
            if own is not None and (_only_subscription(theirs) or placeholder(one.to)):
                continue  # the subscription itself is another join's to judge
            how = "is built in" if one.key == OWN_ID else f"refers by {one.key} to"
            yield _join_of(one), (Step(side.name, label(one.by), how), Step(other.name, theirs))
    mine, theirs_by_id = _third(a, b), _third(b, a)
    for place in sorted(mine.keys() & theirs_by_id.keys()):
        one, other_one = mine[place], theirs_by_id[place]
        if placeholder(place):
            found.unjudged.append(f"both refer to {one.to}, whose subscription is not filled in")
            continue
        between = Step("third place", one.to, "is used by")
        join = _join_of(one)
        yield join, (Step(a.name, label(one.by), "uses"), between, Step(b.name, label(other_one.by)))
    for side, places in ((a, mine), (b, theirs_by_id)):
        for place, one in sorted(places.items()):
            if not (place in mine and place in theirs_by_id):
                found.unjudged.append(
                    f"{label(one.by)} of {side.name} refers to {one.to}: what that place is joined to"
                )


def _only_subscription(words: str) -> bool:
    return words.startswith("its subscription ")


def _third(side: Side, other: Side) -> Mapping[str, Reference]:
    """References to what neither side holds: by the first two parts of their type, so that subnets of a network meet."""
    found: dict[str, Reference] = {}
    for one in side.references:
        if one.key == OWN_ID or side.owns(one.to) or other.owns(one.to) or "/providers/" not in one.to.lower():
            continue
        base, _, rest = folded(one.to).partition("/providers/")
        found.setdefault(f"{base}/providers/{'/'.join(rest.split('/')[:3])}", one)
    return found


def _not_known(side: Side) -> Iterator[str]:
    """Inputs whose value is not known, and that depend on nothing whose value Decant can follow."""
    for one in side.built:
        if one.type not in TYPES:
            yield f"{label(one)} of {side.name} is of a type that Decant does not know ({one.type})"
        for key, value in one.inputs.items():
            if any(text == UNKNOWN for _, text in texts(value)) and not _followed(side, one, key):
                yield f"{key} of {label(one)} of {side.name} is not known before it is built"


def _followed(side: Side, one: Resource, key: str) -> bool:
    depended = one.property_dependencies.get(key, ())
    own = {other.urn for other in side.built}
    return bool(depended) and set(depended) <= own


def names(found: Iterable[Way]) -> tuple[str, ...]:
    """The joins that ways were found by, each once."""
    return tuple(dict.fromkeys(way.join for way in found))
