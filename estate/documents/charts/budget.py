"""What the preferred option costs by financial year: capital, one-off revenue and running side by side."""

from collections.abc import Sequence

from estate.documents.charts.drawn import BLUE, GREEN, INK, PURPLE, Chart, Data, drawn, values
from estate.documents.words import pounds
from estate.records.business_case import Option, YearCost

PANELS = (
    ("Capital", BLUE),
    ("One-off revenue", GREEN),
    ("Running (revenue)", PURPLE),
)
_PANEL = 150
"""Width of one panel."""
_ROW = 34


def chart(option: Option) -> Chart:
    """One row a financial year. Each kind of money has a panel of its own, so that no colour has to be known."""
    import altair as alt

    header = alt.Header(labelFontWeight="bold", labelAnchor="start", labelAlign="left")
    rows = [
        {"year": year.year, "kind": kind, "pounds": amount, "said": pounds(amount)}
        for year in option.years
        for (kind, _), amount in zip(PANELS, _kinds(year), strict=True)
    ]
    most = max([1.0, *(_most(rows))])
    order = [kind for kind, _ in PANELS]
    years = alt.Y("year:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=8))
    base = alt.Chart().encode(y=years)
    bars = base.mark_bar(height=18).encode(
        x=alt.X("pounds:Q", title=None, axis=None, scale=alt.Scale(domain=[0, most * 1.75])),
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=order, range=[colour for _, colour in PANELS])
        ),
    )
    labels = base.mark_text(align="left", dx=5).encode(x="pounds:Q", text="said:N")
    panels = (
        alt.layer(bars, labels, data=values(rows))
        .properties(width=_PANEL, height=alt.Step(_ROW))
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


def _kinds(year: YearCost) -> tuple[float, float, float]:
    return year.capital.likely, year.one_off_revenue.likely, year.annual_revenue.likely


def _title(option: Option) -> str:
    if not any(sum(_kinds(year)) for year in option.years):
        return f"{option.name}: nothing in it has a price yet"
    dearest = max(option.years, key=lambda year: sum(_kinds(year)))
    return f"{option.name} costs most in {dearest.year}: {pounds(sum(_kinds(dearest)))}"


def _alt(option: Option) -> str:
    said = "; ".join(
        f"{year.year}: capital {pounds(capital)}, one-off revenue {pounds(once)}, running {pounds(running)}"
        for year in option.years
        for capital, once, running in (_kinds(year),)
    )
    return f"Bar chart of the cost of the option “{option.name}” by financial year. {said}."


def _table(years: Sequence[YearCost]) -> Data:
    return Data(
        ("Financial year", "Capital (£)", "One-off revenue (£)", "Running (£)", "All together (£)"),
        tuple((year.year, *_kinds(year), sum(_kinds(year))) for year in years),
    )
