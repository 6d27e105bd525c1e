"""What would change the preferred option's cost most: one row an assumption, lower to the left and dearer to the right."""

from collections.abc import Mapping, Sequence
from typing import Literal

from estate.documents.charts.drawn import BLUE, INK, PURPLE, SIZE, Chart, Data, drawn, short, values
from estate.documents.words import pounds
from estate.records.business_case import Sensitivity

MOST = 10
"""Rows that are drawn; the table has all."""
_ROW = 46
_PLOT = 420


def chart(found: Sequence[Sensitivity], option: str) -> Chart | None:
    """A tornado, the assumption that matters most on top; None where nothing makes a difference."""
    import altair as alt

    if not found:
        return None
    order = list(dict.fromkeys(one.assumption for one in found))[:MOST]
    rows = [
        {
            "assumption": short(one.assumption, 44),
            "nought": 0,
            "difference": one.difference,
            "side": "dearer" if one.difference > 0 else "cheaper",
            "said": signed(one.difference),
            "when": short(f"if {one.to_value}", 40),
        }
        for one in found
        if one.assumption in order
    ]
    most = max(abs(one.difference) for one in found)
    base = alt.Chart(values(rows)).encode(
        y=alt.Y("assumption:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False, labelPadding=6))
    )
    left = max(0.0, -min(one.difference for one in found))
    right = max(0.0, *(one.difference for one in found))
    across = alt.X(
        "nought:Q",
        title=None,
        axis=None,
        scale=alt.Scale(domain=[-left - most * _room(left), right + most * _room(right)], nice=False),
    )
    bars = base.mark_bar(height=18).encode(
        x=across,
        x2="difference:Q",
        color=alt.Color(
            "side:N", legend=None, scale=alt.Scale(domain=["cheaper", "dearer"], range=[BLUE, PURPLE])
        ),
    )
    texts = []
    for cheaper, away in ((True, -6), (False, 6)):
        align: Literal["left", "right"] = "right" if cheaper else "left"
        held = base.transform_filter(alt.datum.side == ("cheaper" if cheaper else "dearer"))
        texts += [
            held.mark_text(align=align, dx=away, dy=-7, fontWeight="bold", color=INK).encode(
                x="difference:Q", text="said:N"
            ),
            held.mark_text(align=align, dx=away, dy=8, fontSize=SIZE - 2).encode(x="difference:Q", text="when:N"),
        ]
    middle = alt.Chart(values([{"nought": 0}])).mark_rule(color=INK).encode(x="nought:Q")
    return Chart(
        "sensitivity",
        _title(found),
        _alt(found, option),
        _table(found),
        drawn(bars.properties(width=_PLOT, height=alt.Step(_ROW)), middle, *texts),
    )


def _room(bars: float) -> float:
    """Beside the bars for their figures, as a part of the longest; hardly any where that side has none."""
    return 0.55 if bars else 0.02


def signed(amount: float) -> str:
    """+£457 or −£457."""
    return f"{'+' if amount > 0 else '−'}{pounds(abs(amount))}"


def _worst(found: Sequence[Sensitivity]) -> Mapping[str, Sensitivity]:
    """By assumption, the end of it that matters most."""
    worst: dict[str, Sensitivity] = {}
    for one in found:
        if one.assumption not in worst or abs(one.difference) > abs(worst[one.assumption].difference):
            worst[one.assumption] = one
    return worst


def _title(found: Sequence[Sensitivity]) -> str:
    first = next(iter(_worst(found).values()))
    name = first.assumption[0].lower() + first.assumption[1:]
    how = "more" if first.difference > 0 else "less"
    return f"What matters most is {name}: up to {pounds(abs(first.difference))} {how}"


def _alt(found: Sequence[Sensitivity], option: str) -> str:
    said = "; ".join(
        f"{one.assumption}, {one.to_value} and not {one.from_value}: {signed(one.difference)}" for one in found
    )
    return f"Bar chart of how the net present cost of “{option}” changes if one assumption is otherwise. {said}."


def _table(found: Sequence[Sensitivity]) -> Data:
    return Data(
        ("Assumption", "From", "To", "Net present cost (£)", "Difference (£)"),
        tuple(
            (one.assumption, one.from_value, one.to_value, one.net_present_cost, one.difference) for one in found
        ),
    )
