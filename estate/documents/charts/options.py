"""What the options cost beside each other: the likely figure, and the range that it may turn out in."""

from collections.abc import Sequence

from estate.documents.charts.drawn import BLUE, INK, ORANGE, POUNDS, SIZE, Chart, Data, drawn, short, values
from estate.documents.words import pounds
from estate.records.business_case import Option

_ROW = 58
_PLOT = 470


def chart(options: Sequence[Option]) -> Chart:
    """One row an option: a line from the low figure to the high one, a dot at the likely one, each with its figure."""
    import altair as alt

    rows = [
        {
            "option": short(one.name, 36) + (" (preferred)" if one.preferred else ""),
            "low": one.net_present_cost.low,
            "likely": one.net_present_cost.likely,
            "high": one.net_present_cost.high,
            "said": pounds(one.net_present_cost.likely),
            "range": "" if one.net_present_cost.low == one.net_present_cost.high
            else f"{pounds(one.net_present_cost.low)} to {pounds(one.net_present_cost.high)}",
            "preferred": one.preferred,
        }
        for one in options
    ]  # fmt: skip
    most = max([1.0, *(one.net_present_cost.high for one in options)])
    base = alt.Chart(values(rows)).encode(
        y=alt.Y(
            "option:N",
            title=None,
            sort=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=260),
        )
    )
    across = alt.X(
        "low:Q",
        title="Net present cost: likely (dot), and from low to high with optimism bias (line)",
        scale=alt.Scale(domain=[0, most * 1.12], nice=False),
        axis=alt.Axis(labelExpr=POUNDS, tickCount=4, labelOverlap="greedy", labelSeparation=12),
    )
    lines = base.mark_rule(strokeWidth=5, color=BLUE, opacity=1).encode(x=across, x2="high:Q")
    dots = base.mark_point(size=150, filled=True, opacity=1, stroke="white", strokeWidth=1.5).encode(
        x="likely:Q",
        color=alt.condition(alt.datum.preferred, alt.value(ORANGE), alt.value(BLUE)),
        shape=alt.condition(alt.datum.preferred, alt.value("diamond"), alt.value("circle")),
        size=alt.condition(alt.datum.preferred, alt.value(260), alt.value(150)),
    )
    figures = base.mark_text(dy=-17, fontWeight="bold", color=INK).encode(x="likely:Q", text="said:N")
    ranges = base.mark_text(dy=17, fontSize=SIZE - 1, align="left").encode(x="low:Q", text="range:N")
    return Chart(
        "options",
        _title(options),
        _alt(options),
        _table(options),
        drawn(lines.properties(width=_PLOT, height=alt.Step(_ROW)), dots, figures, ranges),
    )


def _title(options: Sequence[Option]) -> str:
    best = next((one for one in options if one.preferred), None)
    if best is None or not any(one.net_present_cost.likely for one in options):
        return "What the options cost is not known yet"
    others = [one for one in options if one is not best]
    costs = best.net_present_cost.likely
    if others and all(one.net_present_cost.likely > costs for one in others):
        return f"{best.name} costs least over these years: {pounds(costs)} at today's value"
    nothing = next((one for one in options if one.id == "do-nothing" and one is not best), None)
    if nothing is None:
        return f"{best.name} costs {pounds(costs)} at today's value"
    more = costs - nothing.net_present_cost.likely
    return (
        f"{best.name} costs {pounds(costs)} at today's value,"
        f" {pounds(abs(more))} {'more' if more > 0 else 'less'} than doing nothing"
    )


def _alt(options: Sequence[Option]) -> str:
    said = "; ".join(
        f"{one.name}{' (preferred)' if one.preferred else ''} {pounds(one.net_present_cost.likely)},"
        f" {pounds(one.net_present_cost.low)} to {pounds(one.net_present_cost.high)}"
        for one in options
    )
    return f"Chart of the net present cost of {len(options)} options, each with its range. {said}."


def _table(options: Sequence[Option]) -> Data:
    return Data(
        ("Option", "Low (£)", "Likely (£)", "High, with optimism bias (£)", "Preferred"),
        tuple(
            (
                one.name,
                one.net_present_cost.low,
                one.net_present_cost.likely,
                one.net_present_cost.high,
                "yes" if one.preferred else "no",
            )
            for one in options
        ),
    )
