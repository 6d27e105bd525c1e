"""How long servers run out of support, in one way of acting."""

from collections.abc import Iterable, Mapping
from datetime import date

from estate.records.assessment import Assessment
from migration.business.period import Period
from migration.business.ways import Way
from migration.planning.parts import unsupported_from


def first_days(assessments: Iterable[Assessment]) -> dict[str, date]:
    """By server, the first day on which anything on it gets no more fixes without paying, where that is known."""
    known = {one.server: unsupported_from(one) for one in assessments}
    return {server: first for server, first in known.items() if first is not None}


def left_on(server: str, way: Way) -> date | None:
    """The day on which nothing of a server serves any more; None where it stays."""
    if server not in way.gone:
        return None
    return way.served(server) or way.gone[server]


def exposure(ends: Mapping[str, date], way: Way, over: Period) -> int:
    """The days in the period on which a server is still there and out of support, one by one and summed."""
    days = 0
    for server, end in ends.items():
        left = left_on(server, way) or over.until
        days += max(0, (min(left, over.until) - max(end, over.first)).days)
    return days
