"""Compare what must be there with what is live now. Pure."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from estate.records.base import Record
from practice.load.expected import Item

Observed = Mapping[str, Sequence[str]]
"""Each item's values as they were read: one where all is well, several where it is there more than once."""


class Kind(StrEnum):
    """What is wrong with an item."""

    MISSING = "missing"
    """Acknowledged, and not there."""
    STALE = "stale"
    """There with an older value than the one acknowledged."""
    ALTERED = "altered"
    """There with a value that was never acknowledged."""
    DUPLICATED = "duplicated"
    """There more than once."""
    RESURRECTED = "resurrected"
    """Its deletion was acknowledged, and it is there."""
    UNEXPECTED = "unexpected"
    """There, though nothing that made it was ever acknowledged or in doubt."""


LOSSES = frozenset({Kind.MISSING, Kind.STALE, Kind.ALTERED, Kind.RESURRECTED})
"""What means that an acknowledged write was lost. The others are wrong too, but lose nothing."""


class Fault(Record):
    """One item that is not as it must be."""

    item: str
    kind: Kind
    expected: str | None
    found: tuple[str, ...]
    acknowledged_by: str = ""
    wrong_side: str = ""
    """Address of another server on which the acknowledged state was found, where it was."""


def fits(item: Item, values: Sequence[str], whole: bool) -> bool:
    """Whether `values` is what may be there.

    `whole` says that an operation takes effect whole or not at all; where it does not (a file being
    written), an operation in doubt may have left the beginning of its value.
    """
    if len(values) > 1:
        return False
    found = values[0] if values else None
    if found == item.value:
        return True
    if not item.doubtful:
        return False
    torn = not whole and found is not None and item.maybe is not None and item.maybe.startswith(found)
    return found == item.maybe or torn


def judge(
    items: Mapping[str, Item],
    live: Observed,
    others: Mapping[str, Observed],
    whole: bool,
    moving: Collection[str] = (),
) -> list[Fault]:
    """Everything that is wrong with what is live.

    `others` is what the other servers hold, by address; `moving` are items that changed while they were
    read, of which nothing is said.
    """
    faults = []
    for name in sorted({*items, *live} - set(moving)):
        item, values = items.get(name, Item()), live.get(name, ())
        if fits(item, values, whole):
            continue
        sides = [address for address, seen in others.items() if fits(item, seen.get(name, ()), whole)]
        kind = _kind(item, values)
        faults.append(
            Fault(
                item=name,
                kind=kind,
                expected=item.value,
                found=tuple(values),
                acknowledged_by=item.acknowledged_by,
                wrong_side=sides[0] if sides and kind in LOSSES else "",
            )
        )
    return faults


def _kind(item: Item, values: Sequence[str]) -> Kind:
    if not values:
        return Kind.MISSING
    if len(values) > 1:
        return Kind.DUPLICATED
    if item.value is None and not item.doubtful:
        return Kind.RESURRECTED if item.earlier else Kind.UNEXPECTED
    return Kind.STALE if values[0] in item.earlier else Kind.ALTERED
