"""What the preferred option costs by financial year: capital, one-off revenue and running side by side."""

from collections.abc import Sequence

from estate.documents.charts.drawn import BLUE, GREEN, INK, ORANGE, PURPLE, Chart, Data, drawn, values
from estate.documents.words import pounds
from estate.records.business_case import Option, YearCost

PANELS = (
    ("Moving: capital", BLUE),
    ("Moving: revenue", GREEN),
    ("Hardware kept", ORANGE),
    ("Running", PURPLE),
)
_KEPT = 2
"""The place of hardware of what stays: it has a panel only where it costs something."""
_PANELS = 450
"""Width of all panels together."""
_ROW = 34


def chart(option: Option) -> Chart:
    """One row a financial year. Each kind of money has a panel of its own, so that no colour has to be known."""
    import altair as alt

    header = alt.Header(labelFontWeight="bold", labelAnchor="start", labelAlign="left")
    shown = _shown(option.years)
    rows = [
        {"year": year.year, "kind": kind, "pounds": amount, "said": pounds(amount)}
        for year in option.years
        for place in shown
        for (kind, _), amount in [(PANELS[place], _kinds(year)[place])]
    ]
    most = max([1.0, *(_most(rows))])
    order = [PANELS[place][0] for place in shown]
    years = alt.Y("year:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    base = alt.Chart().encode(y=years)
    bars = base.mark_bar(height=18).encode(
        x=alt.X("pounds:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most * 1.75])),
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=order, range=[PANELS[place][1] for place in shown])
        ),
    )
    labels = base.mark_text(align="left", dx=5).encode(x="pounds:Q", text="said:N")
    panels = (
        alt.layer(bars, labels, data=values(rows))
        .properties(width=_PANELS // len(shown), height=alt.Step(_ROW))
        .facet(column=alt.Column("kind:N", title=None, sort=order, header=header))
    )
    sums = [
        {"year": year.year, "said": pounds(sum(_kinds(year))), "kind": "All together"} for year in option.years
    ]
    total = (
        alt.Chart(values(sums))
        .mark_text(align="left", fontWeight="bold", color=INK)
        .encode(y=alt.Y("year:N", title=None, sort=None, axis=None), x=alt.value(4), text="said:N")
        .properties(width=100, height=alt.Step(_ROW))
        .facet(column=alt.Column("kind:N", title=None, header=header))
    )
    return Chart(
        "budget",
        _title(option),
        _alt(option),
        _table(option.years),
        drawn(alt.hconcat(panels, total, spacing=4)),
    )


def _most(rows: Sequence[dict[str, object]]) -> list[float]:
    return [float(str(row["pounds"])) for row in rows]


def _kinds(year: YearCost) -> tuple[float, ...]:
    """By the places of the panels; they sum to all that the year costs."""
    kept = year.staying_hardware.likely
    return year.capital.likely - kept, year.one_off_revenue.likely, kept, year.annual_revenue.likely


def _shown(years: Sequence[YearCost]) -> list[int]:
    kept = any(year.staying_hardware.likely for year in years)
    return [place for place in range(len(PANELS)) if kept or place != _KEPT]


def _title(option: Option) -> str:
    if not any(sum(_kinds(year)) for year in option.years):
        return f"{option.name}: nothing in it has a price yet"
    dearest = max(option.years, key=lambda year: sum(_kinds(year)))
    return f"{option.name} costs most in {dearest.year}: {pounds(sum(_kinds(dearest)))}"


def _alt(option: Option) -> str:
    names = ("capital of moving", "revenue of moving", "hardware of what stays", "running")
    shown = _shown(option.years)
    said = "; ".join(
        f"{year.year}: " + ", ".join(f"{names[place]} {pounds(_kinds(year)[place])}" for place in shown)
        for year in option.years
    )
    return f"Bar chart of the cost of the option “{option.name}” by financial year. {said}."


def _table(years: Sequence[YearCost]) -> Data:
    titles = ("Moving: capital (£)", "Moving: revenue (£)", "Hardware of what stays (£)", "Running (£)")
    shown = _shown(years)
    return Data(
        ("Financial year", *(titles[place] for place in shown), "All together (£)"),
        tuple((year.year, *(_kinds(year)[place] for place in shown), sum(_kinds(year))) for year in years),
    )
