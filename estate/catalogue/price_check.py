"""Whether a list of prices that was fetched can be one: held against what was asked for, the list before it and the book.

A service that answers half, or with figures that no cloud charges, would else put a wrong list in the place of a right
one, and every sum after it would be wrong without a word. The limits are our judgement: wide enough for a change of
prices, of the pound, or for a size that is withdrawn.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from estate.catalogue import disks
from estate.catalogue.prices import PriceBook
from estate.catalogue.retail import Listed
from estate.catalogue.sizes import sizes
from estate.documents.words import count, some

OF_WHAT_WAS_ASKED = 0.75
"""Of the sizes of each series, and of the size classes of Premium SSD, so large a part has to have a price."""
OF_WHAT_WAS_THERE = 0.9
"""Of the prices fetched before, so large a part has to be there again."""
FACTOR = 3.0
"""A price may be so many times as high or as low as the one before it, or as the book's."""
HOURS = 8760
_SHOWN = 3


def doubts(found: Mapping[str, Listed], before: Mapping[str, Listed] | None, book: PriceBook) -> tuple[str, ...]:
    """Why these prices cannot be Microsoft's list as it is asked for: a sentence each, none where they can be."""
    strange = [each for meter, one in found.items() if (each := _strange(meter, one, found, before or {}, book))]
    return (*_few(found, before or {}), *_gone(found, before or {}), *_at_most(strange))


def _few(found: Collection[str], before: Collection[str]) -> Iterator[str]:
    asked: dict[str, list[str]] = {}
    for sku, size in sizes().items():
        asked.setdefault(f"sizes of the series {size.series}", []).append(f"vm/{sku}")
    asked["size classes of Premium SSD"] = [f"disk/Premium_LRS/{one.tier}" for one in disks.tiers("Premium_LRS")]
    for what, meters in asked.items():
        there = sum(meter in found for meter in meters)
        # A series that is no longer sold was accepted once, and is not asked about for ever.
        accepted = bool(before) and there >= sum(meter in before for meter in meters)
        if there < OF_WHAT_WAS_ASKED * len(meters) and not accepted:
            yield f"of {len(meters)} {what}, {there} have a price"


def _gone(found: Collection[str], before: Collection[str]) -> Iterator[str]:
    gone = [meter for meter in before if meter not in found]
    if len(gone) > (1 - OF_WHAT_WAS_THERE) * len(before):
        yield f"of {count(len(before), 'price')} fetched before, {len(gone)} are missing ({some(gone, _SHOWN)})"


def _strange(
    meter: str, one: Listed, found: Mapping[str, Listed], before: Mapping[str, Listed], book: PriceBook
) -> str:
    """What is wrong with a price; empty where nothing is."""
    earlier, known = before.get(meter), book.price(meter)
    held = {
        where: price.gbp
        for where, price in (("the list before", earlier), ("the price book", known))
        if price is not None and price.gbp > 0
    }
    if held:
        if any(gbp / FACTOR <= one.gbp <= gbp * FACTOR for gbp in held.values()):
            return ""
        against = ", ".join(f"{where} has {_pounds(gbp)}" for where, gbp in held.items())
        return f"{meter} costs {_pounds(one.gbp)}; {against}"
    machine = found.get("/".join(meter.split("/")[:2]))
    # What Windows adds, and a reservation, by the hour: neither costs far more than the machine itself.
    hour = one.gbp / HOURS if one.unit == "year" else one.gbp
    if machine is None or machine is one or hour <= machine.gbp * FACTOR:
        return ""
    return f"{meter} costs {_pounds(hour)} an hour; its machine costs {_pounds(machine.gbp)}"


def _at_most(strange: Iterable[str]) -> Iterator[str]:
    all_of_them = list(strange)
    yield from all_of_them[:_SHOWN]
    if len(all_of_them) > _SHOWN:
        yield f"and {count(len(all_of_them) - _SHOWN, 'more price')} of that sort"


def _pounds(gbp: float) -> str:
    return f"£{gbp:,.2f}" if gbp >= 1 else f"£{gbp:.4f}"
