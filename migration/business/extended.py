"""Extended support: what has to be bought for a server that stays out of ordinary support, where anybody sells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from estate.documents.words import day, pounds
from estate.records.assessment import Assessment, Support
from estate.records.cost import CostLine
from migration.business.period import days_after
from migration.business.terms import Terms

Bounds = Mapping[str, tuple[date, date]]
"""By a line's id, the only days in which it is paid; the second is the first day after them."""


@dataclass(frozen=True)
class Sold:
    """A server for which extended support is sold, and in which days it would be bought."""

    server: str
    support: Support
    first: date
    until: date


def sold(assessments: Iterable[Assessment], over: tuple[date, date]) -> list[Sold]:
    """Where extended support is for sale in these days: after ordinary support ends, until it ends itself."""
    found = []
    for one in assessments:
        for support in one.support:
            ends, extended = support.until or support.ends, support.extended_until
            if ends is None or extended is None or extended <= ends:
                continue
            first, until = max(days_after(ends, 1), over[0]), min(days_after(extended, 1), over[1])
            if first < until:
                found.append(Sold(one.server, support, first, until))
    return found


def lines(found: Iterable[Sold], terms: Terms) -> tuple[list[CostLine], Bounds]:
    """What buying it costs, and when; nothing where it has no price, which the case then lists."""
    if terms.extended_support is None:
        return [], {}
    made, bounds = [], {}
    for one in found:
        product = one.support.name
        line = CostLine(
            id=f"on-premises/extended-support/{one.server}/{product}",
            subject=one.server,
            what=f"extended support of {product}",
            side="on-premises",
            category="licences",
            nature="annual",
            accounting="revenue",
            amount=terms.extended_support,
            reckoning=f"{pounds(terms.extended_support.likely)} a year, {day(one.first)} to"
            f" {day(days_after(one.until, -1))} at most, while the server stays",
            source="assumptions.toml",
            assumptions=("business.extended_support",),
        )
        made.append(line)
        bounds[line.id] = (one.first, one.until)
    return made, bounds
