"""Prices a preview: resource by resource, and nothing is left out."""

from collections.abc import Iterable
from datetime import date

from estate.catalogue.prices import PriceList, book
from estate.records.preview import Estimate, EstimateLine, Resource, Unpriced
from stacks.estimate.charges import CHARGES, Charge, Stack
from stacks.estimate.free import FREE
from stacks.settings.whole import StackSettings


def reckon(
    resources: Iterable[Resource], settings: StackSettings, today: date, prices: PriceList | None = None
) -> Estimate:
    """What the resources cost a month in pounds, without VAT.

    Each custom resource is in `lines`, free for a reason in `free.py`, or in `unpriced`; a kind that is in no
    table is unpriced. `monthly_gbp` is the sum of the lines, each rounded to the penny.
    """
    prices = prices or book()
    stack = Stack({resource.urn: resource for resource in resources}, settings)
    lines: list[EstimateLine] = []
    unpriced: list[Unpriced] = []
    for resource in stack.resources.values():
        if not resource.custom or resource.type in FREE:
            continue
        charges = CHARGES.get(resource.type)
        if charges is None:
            unpriced.append(_unpriced(resource, "Decant does not know what this kind of resource is charged for"))
            continue
        try:
            due = list(charges(resource, stack))
        except (KeyError, IndexError, TypeError, ValueError):
            unpriced.append(_unpriced(resource, "its size is not known before it is built"))
            continue
        for charge in due:
            line = _line(resource, charge, prices)
            if line is None:
                why = f"the price book has no {charge.meter} ({charge.supposes})"
                unpriced.append(_unpriced(resource, why))
            else:
                lines.append(line)
    return Estimate(
        monthly_gbp=round(sum(line.monthly_gbp for line in lines), 2),
        priced_at=prices.oldest,
        source=prices.caution(today),
        lines=tuple(sorted(lines, key=lambda line: (-line.monthly_gbp, line.resource, line.meter))),
        unpriced=tuple(sorted(unpriced, key=lambda entry: (entry.resource, entry.why))),
    )


def _line(resource: Resource, charge: Charge, prices: PriceList) -> EstimateLine | None:
    price = prices.price(charge.meter)
    if price is None:
        return None
    return EstimateLine(
        resource=resource.name,
        type=resource.type,
        meter=charge.meter,
        quantity=round(charge.quantity, 4),
        unit=price.unit,
        unit_gbp=round(price.gbp, 6),
        monthly_gbp=round(charge.quantity * price.gbp, 2),
        basis=price.basis,
        assumption=charge.supposes,
        dated=price.dated,
        source=price.source,
    )


def _unpriced(resource: Resource, why: str) -> Unpriced:
    return Unpriced(resource=resource.name, type=resource.type, why=why)
