"""Reckons all costs of an estate, kind by kind, and what they come to."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from operator import add

import migration.costing.kinds
from estate import registry
from estate.catalogue.price_lists import Prices
from estate.documents.words import count
from estate.records.assessment import Assessment
from estate.records.cost import NOTHING, Amount, CostLine, Costs, NotPriced
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration.costing.assumptions import Assumptions
from migration.costing.base import Case, Kind, Subject
from migration.costing.carbon import carbon
from migration.costing.kinds.licences import left_out

COSTS_ID = "current"
"""The id under which the newest costs are stored."""


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of cost by its id."""
    return registry.load(migration.costing.kinds, "KIND", Kind, lambda kind: kind.id)


def costs(
    servers: Iterable[ServerFacts],
    assessments: Iterable[Assessment],
    workloads: Iterable[Workload],
    prices: Prices,
    assumptions: Assumptions,
    today: date,
    at: datetime,
) -> Costs:
    """What these servers cost today, would cost in Azure, and cost to move; targets are passed over.

    What has no price is listed and adds nothing. Each total is the sum of its lines (`totals`).
    """
    judged = {one.server: one for one in assessments}
    held: dict[str, list[Workload]] = {}
    for one in workloads:
        if not one.os_owned:
            held.setdefault(one.server, []).append(one)
    subjects = tuple(
        Subject(one, judged.get(one.server.id), tuple(held.get(one.server.id, ())))
        for one in sorted(servers, key=lambda each: each.server.id)
        if one.server.role == "legacy"
    )
    case = Case(subjects, _at_rate(prices, assumptions), assumptions)
    lines: list[CostLine] = []
    unpriced: list[NotPriced] = []
    for kind in sorted(kinds().values(), key=lambda one: (one.rank, one.id)):
        for found in list(kind.reckon(case, tuple(lines))):
            if isinstance(found, CostLine):
                lines.append(found)
            else:
                unpriced.append(found)
    return Costs(
        id=COSTS_ID,
        lines=tuple(sorted(lines, key=lambda one: one.id)),
        unpriced=tuple(sorted(unpriced, key=lambda one: (one.subject, one.what))),
        carbon=tuple(carbon(case)),
        staying=tuple(one.id for one in subjects if one.stays),
        assumptions=assumptions.texts(),
        sources=case.prices.sentences(today),
        cautions=(*_unused(case), *left_out(case)),
        at=at,
    )


def _unused(case: Case) -> Iterator[str]:
    """Rates of the council's own that nothing was reckoned with: a slip, or something that is not there (any more)."""
    unused = sorted(case.prices.rates.rates.keys() - case.asked)
    if unused:
        yield f"no figure rests on {count(len(unused), 'price')} of rates.toml: {', '.join(unused)}"


def _at_rate(prices: Prices, assumptions: Assumptions) -> Prices:
    """The lists with the council's own exchange rate, where it gave one."""
    rate = assumptions.number("usd_per_gbp").amount.likely
    given = prices.book.usd_per_gbp
    if rate == given.rate:
        return prices
    book = prices.book.model_copy(update={"usd_per_gbp": given.model_copy(update={"rate": rate})})
    return Prices(prices.rates, prices.retail, book)


@dataclass(frozen=True)
class Totals:
    """What the lines come to, in pounds: a year, and once."""

    today: Amount
    """On-premises, a year, before anything moves."""
    azure: Amount
    """In Azure, a year, once everything has moved."""
    stays: Amount
    """On-premises, a year, of what stays there."""
    once: Amount
    """For moving."""


def totals(found: Costs) -> Totals:
    """What the lines come to: sums of lines, and of nothing else."""
    staying = set(found.staying)
    return Totals(
        today=total(found.lines, lambda one: one.side == "on-premises"),
        azure=total(found.lines, lambda one: one.side == "azure"),
        stays=total(found.lines, lambda one: one.side == "on-premises" and one.subject in staying),
        once=total(found.lines, lambda one: one.side == "move"),
    )


def total(lines: Sequence[CostLine], which: Callable[[CostLine], bool] = lambda _: True) -> Amount:
    """The sum of the lines of which `which` holds, to the penny."""
    found = reduce(add, (one.amount for one in lines if which(one)), NOTHING)
    return Amount(low=round(found.low, 2), likely=round(found.likely, 2), high=round(found.high, 2))
