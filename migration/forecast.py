"""Which servers will be out of support by when, from their assessments. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from estate.records.assessment import Assessment, Support
from estate.records.forecast import Ending, Forecast, Horizon

DAYS = (0, 90, 180)
"""Half a year is what a move of a small system takes from decision to cutover."""


def forecast(assessments: Sequence[Assessment], today: date) -> Forecast:
    """Support now, in 90 and in 180 days. Support that ends on a day still counts on that day."""
    last = today + timedelta(days=DAYS[-1])
    coming: dict[tuple[date, str], list[str]] = {}
    for one in assessments:
        for support in one.support:
            if support.status != "ended" and support.until is not None and today <= support.until < last:
                coming.setdefault((support.until, support.name), []).append(one.server)
    return Forecast(
        today=today,
        horizons=tuple(
            Horizon(
                days=days,
                on=today + timedelta(days=days),
                out=tuple(
                    one.server
                    for one in assessments
                    if any(_is_out(support, today + timedelta(days=days)) for support in one.support)
                ),
            )
            for days in DAYS
        ),
        endings=tuple(
            Ending(until=until, what=what, servers=tuple(names)) for (until, what), names in sorted(coming.items())
        ),
        unknown=tuple(
            one.server for one in assessments if not one.support or any(s.status == "unknown" for s in one.support)
        ),
        of=len(assessments),
        table_date=min((s.table_date for one in assessments for s in one.support), default=None),
    )


def _is_out(support: Support, on: date) -> bool:
    return support.status == "ended" or (support.until is not None and support.until < on)
