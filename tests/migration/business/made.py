"""Hand-made costs, plans and assessments for the tests of the business case."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from estate.documents.words import LONDON
from estate.records.assessment import Assessment, Disposition, Support
from estate.records.cost import Amount, Category, CostLine, Costs
from estate.records.plan import Plan, PlannedMove, Wave
from migration.business.given import Given

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def amount(likely: float, low: float | None = None, high: float | None = None) -> Amount:
    return Amount(low=likely if low is None else low, likely=likely, high=likely if high is None else high)


def line(
    subject: str,
    side: Literal["on-premises", "azure", "move"],
    likely: float,
    *,
    nature: Literal["annual", "one-off"] = "annual",
    accounting: Literal["capital", "revenue"] = "revenue",
    category: Category = "compute",
    low: float | None = None,
    high: float | None = None,
    what: str = "",
) -> CostLine:
    return CostLine(
        id=f"{side}/{category}/{nature}/{subject}/{what}",
        subject=subject,
        what=what or f"{category} of {subject}",
        side=side,
        category=category,
        nature=nature,
        accounting=accounting,
        amount=amount(likely, low, high),
        reckoning=f"1 × £{likely}",
        source="rates.toml",
        priced_at=date(2026, 11, 1),
    )


def costs(*lines: CostLine, **more: Any) -> Costs:
    return Costs(id="costs", lines=lines, at=AT, **more)


def assessed(
    server: str, ends: date | None = None, disposition: Disposition | None = Disposition.REHOST,
    extended_until: date | None = None, status: Literal["supported", "ends soon", "ended"] = "ended",
) -> Assessment:  # fmt: skip
    support = (
        Support(product="Windows Server", version="2016", status=status, ends=ends, until=ends,
                extended_until=extended_until, table_date=TODAY, source="table")
        if ends else None
    )  # fmt: skip
    return Assessment(
        server=server,
        support=(support,) if support else (),
        disposition=disposition,
        readiness="ready",
        reasons=("made by hand",),
        at=AT,
    )


def wave(number: int, when: date | None, *workloads: str, state: Any = "planned", window: bool = True) -> Wave:
    start = datetime.combine(when, time(20), LONDON) if when and window else None
    return Wave(
        number=number,
        name=", ".join(workloads),
        moves=tuple(PlannedMove(workload=one, state=state) for one in workloads),
        window_start=start,
        window_end=start + timedelta(hours=8) if start else None,
        expected=when,
        pilot=number == 1,
    )


def plan(*waves: Wave, not_moving: dict[str, str] | None = None) -> Plan:
    return Plan(id="plan", waves=waves, not_moving=not_moving or {}, at=AT)


def small() -> Given:
    """Two servers, of which one is out of support; each moves in a wave of its own."""
    return Given(
        costs(
            line("web", "on-premises", 1000, low=800, high=1500),
            line("db", "on-premises", 2000, low=1600, high=3000),
            line("estate", "on-premises", 5000, category="premises"),
            line("web", "on-premises", 4000, nature="one-off", accounting="capital", category="hardware"),
            line("web", "azure", 900, low=850, high=1100),
            line("db/postgres/shop", "azure", 1200, low=1100, high=1500, category="database"),
            line("estate", "azure", 600, category="network"),
            line("web", "move", 500, nature="one-off", category="people", high=700),
            line("db", "move", 700, nature="one-off", category="people", high=900),
            line("estate", "move", 1000, nature="one-off", accounting="capital", category="hardware"),
        ),
        plan(
            wave(1, date(2027, 2, 13), "web/website/shop"),
            wave(2, date(2027, 5, 15), "db/postgres/shop"),
        ),
        (assessed("web"), assessed("db", ends=date(2026, 1, 1))),
        TODAY,
    )
