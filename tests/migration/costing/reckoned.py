"""Reckons what servers cost, as `decant costs` does, without a workspace."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from estate.catalogue.price_lists import Prices
from estate.catalogue.prices import book
from estate.catalogue.rates import Rate, Rates
from estate.records.assessment import Assessment, Disposition
from estate.records.cost import CostLine, Costs
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration.costing import assumptions
from migration.costing.reckon import costs
from migration.sizing.machine import size_of
from tests.migration.sizing.known import AT

TODAY = date(2026, 11, 22)


def judged(known: ServerFacts, what: Disposition | None, *held: Workload) -> Assessment:
    moves = what not in (None, Disposition.RETAIN, Disposition.RETIRE, Disposition.REPURCHASE)
    size = size_of(known, held) if moves else None
    return Assessment(
        server=known.server.id, disposition=what, readiness="ready", reasons=("for the test",), size=size, at=AT
    )


def reckoned(
    *servers: tuple[ServerFacts, Disposition | None],
    held: tuple[Workload, ...] = (),
    written: Mapping[str, Any] | None = None,
    rates: Mapping[str, float] | None = None,
    without: Collection[str] = (),
) -> Costs:
    """`without` are meters that no list has."""
    every = book()
    few = every.model_copy(
        update={"prices": {name: one for name, one in every.prices.items() if name not in without}}
    )
    own = Rates(rates={meter: Rate(meter=meter, gbp=gbp, dated=TODAY) for meter, gbp in (rates or {}).items()})
    return costs(
        [known for known, _ in servers],
        [judged(known, what, *held) for known, what in servers],
        held,
        Prices(own, book=few),
        assumptions.parse(written or {}),
        TODAY,
        AT,
    )


def lines(found: Costs, of: str) -> dict[str, CostLine]:
    """The lines whose id begins so, by the rest of it."""
    return {one.id.removeprefix(of): one for one in found.lines if one.id.startswith(of)}
