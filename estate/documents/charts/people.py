"""Who has to work in which month, by skill, beside who is there."""

from collections.abc import Sequence
from datetime import date

from estate.documents.charts.drawn import (
    BLUE,
    INK,
    LINE,
    OPEN,
    ORANGE,
    PURPLE,
    SIZE,
    WIDTH,
    Chart,
    Data,
    drawn,
    key,
    listed,
    short,
    values,
)
from estate.documents.words import count
from estate.records.business_case import MonthOfWork

LABELLED = 8
"""Months up to which each bar has its figure; the table has all."""
TICKS = 14
_PANEL = 92


def chart(found: Sequence[MonthOfWork]) -> Chart | None:
    """One panel a skill, one bar a month, a line where the days that people have end; None where nobody works."""
    import altair as alt

    if not found:
        return None
    months = _months(found)
    skills = sorted({one.skill for one in found})
    by = {(one.month, one.skill): one for one in found}
    rows = []
    for skill in skills:
        for month in months:
            one = by.get((month, skill))
            over = one is not None and one.short
            rows.append(
                {
                    "month": _said(month),
                    "skill": short(skill, 24),
                    "days": one.days if one else 0,
                    "available": one.available if one else None,
                    "over": over,
                    "top": max(one.days, one.available or 0) if one else 0,
                    "said": _label(one, len(months) > LABELLED),
                }
            )
    most = max(max(one.days, one.available or 0) for one in found)
    every = max(1, -(-len(months) // TICKS))
    kept = [_said(month) for number, month in enumerate(months) if number % every == 0]
    across = alt.X(
        "month:N", title=None, sort=None,
        axis=alt.Axis(labelAngle=-90 if len(months) > 7 else 0, values=kept, ticks=False),
    )  # fmt: skip
    up = alt.Y(
        "days:Q", title="days", scale=alt.Scale(domain=[0, most * 1.3], nice=False), axis=alt.Axis(tickCount=3)
    )
    base = alt.Chart().encode(x=across)
    bars = base.mark_bar(width=alt.RelativeBandSize(0.62), stroke=PURPLE).encode(
        y=up,
        fill=alt.condition(alt.datum.over, alt.value("white"), alt.value(BLUE)),
        strokeWidth=alt.condition(alt.datum.over, alt.value(3), alt.value(0)),
    )
    there = base.mark_tick(thickness=4, color=ORANGE, opacity=1, width=alt.RelativeBandSize(0.95)).encode(
        y="available:Q"
    )
    said = base.mark_text(dy=-9, fontSize=SIZE - 2, color=INK).encode(y="top:Q", text="said:N")
    panels = (
        alt.layer(bars, there, said, data=values(rows))
        .properties(width=WIDTH, height=_PANEL)
        .facet(
            row=alt.Row(
                "skill:N", title=None, sort=[short(skill, 24) for skill in skills],
                header=alt.Header(labelAngle=0, labelAlign="left", labelAnchor="start", labelOrient="top",
                                  labelFontWeight="bold"),
            ),
            spacing=14,
        )
    )  # fmt: skip
    told = [("square", BLUE, "days needed", 120)]
    if any(one.available is not None for one in found):
        told += [(LINE, ORANGE, "days there", 110), (OPEN, PURPLE, "needed, and more than is there", 200)]
    return Chart(
        "people",
        _title(found),
        _alt(found, skills),
        _table(found),
        drawn(alt.vconcat(panels, key(told, WIDTH), spacing=10)),
    )


def _label(one: MonthOfWork | None, crowded: bool) -> str:
    """Needed of there."""
    if one is None or crowded:
        return ""
    if one.available is None:
        return f"{one.days:.1f}"
    return f"{one.days:.1f} of {one.available:.1f}{': over' if one.short else ''}"


def _months(found: Sequence[MonthOfWork]) -> list[str]:
    """Every month from the first to the last, the empty ones among them."""
    first, last = min(one.month for one in found), max(one.month for one in found)
    months = [first]
    while months[-1] < last:
        year, month = map(int, months[-1].split("-"))
        months.append(f"{year + month // 12}-{month % 12 + 1:02d}")
    return months


def _said(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{date(year, number, 1):%b %Y}"


def over(found: Sequence[MonthOfWork]) -> list[MonthOfWork]:
    """Where more is needed than is there."""
    return [one for one in found if one.short]


def _title(found: Sequence[MonthOfWork]) -> str:
    total = sum(one.days for one in found)
    if too_much := over(found):
        worst = max(too_much, key=lambda one: one.days - (one.available or 0))
        return (
            f"{_said(worst.month)} needs {worst.days:.1f} days of {worst.skill}, and {worst.available or 0:.1f}"
            " are there"
        )
    if all(one.available is None for one in found):
        return f"The moves take {total:.1f} days of work in windows; who is there to do it is not known"
    return f"People have the {total:.1f} days that the moves take in windows, in every month"


def _alt(found: Sequence[MonthOfWork], skills: Sequence[str]) -> str:
    parts = []
    for skill in skills:
        held = [one for one in found if one.skill == skill]
        peak = max(held, key=lambda one: one.days)
        parts.append(
            f"{skill}: {sum(one.days for one in held):.1f} days in {count(len(held), 'month')}, most in"
            f" {_said(peak.month)} ({peak.days:.1f})"
        )
    too_much = [
        f"{_said(one.month)} {one.skill} ({one.days:.1f} of {one.available or 0:.1f})" for one in over(found)
    ]
    more = f" More than is there: {listed(too_much)}." if too_much else ""
    return f"Bar charts of days of work by month, one for each skill. {'; '.join(parts)}.{more}"


def _table(found: Sequence[MonthOfWork]) -> Data:
    return Data(
        ("Month", "Skill", "Days needed", "Days there"),
        tuple((_said(one.month), one.skill, one.days, one.available) for one in found),
    )
