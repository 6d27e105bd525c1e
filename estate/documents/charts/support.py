"""How many servers are out of support from month to month, if nothing moves and with the plan."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from estate.documents.charts.drawn import BLUE, INK, PURPLE, Chart, Data, drawn, values
from estate.documents.words import count, day

_HEIGHT = 250
_PLOT = 500
_APART = 0.08
"""Of the height: labels nearer than this are moved apart."""


def chart(
    ends: Mapping[str, date], leaves: Mapping[str, date | None], first: date, until: date, unknown: int = 0
) -> Chart | None:
    """Two lines, each with its name at its end; None where the end of no support is known.

    `ends` is by server the first day without fixes, `leaves` the day on which the plan has left it, None or missing
    where it stays; `unknown` the servers of which no end is known, which are in neither line.
    """
    import altair as alt

    if not ends:
        return None
    months = _months(first, until)
    without = [sum(end <= month for end in ends.values()) for month in months]
    left = {server: leaves.get(server) or date.max for server in ends}
    with_plan = [sum(end <= month < left[server] for server, end in ends.items()) for month in months]
    rows = [
        {"month": month.isoformat(), "servers": number, "line": name}
        for name, numbers in (("nothing moves", without), ("with the plan", with_plan))
        for month, number in zip(months, numbers, strict=True)
    ]
    most = max(*without, *with_plan, 1)
    high, low = max(without[-1], with_plan[-1]), min(without[-1], with_plan[-1])
    gap = max(0.0, _APART * most - (high - low)) / 2
    ends_at = [
        {
            "month": months[-1].isoformat(),
            "place": last + (gap if name == "nothing moves" else -gap),
            "said": f"{last} {words}",
            "line": name,
        }
        for name, last, words in (
            ("nothing moves", without[-1], "if nothing moves"),
            ("with the plan", with_plan[-1], "with the plan"),
        )
    ]
    few: dict[str, Any] = {"values": list(range(most + 1))} if most <= 5 else {}
    base = alt.Chart(values(rows)).encode(
        x=alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=8, grid=False, labelOverlap=True)),
        y=alt.Y(
            "servers:Q", title="servers out of support", scale=alt.Scale(domain=[0, most * 1.08], nice=False),
            axis=alt.Axis(format="d", tickCount=5, **few),
        ),
    )  # fmt: skip
    named = ["nothing moves", "with the plan"]
    lines = base.mark_line(interpolate="step-after", strokeWidth=3).encode(
        color=alt.Color("line:N", legend=None, scale=alt.Scale(domain=named, range=[PURPLE, BLUE])),
        strokeDash=alt.StrokeDash("line:N", legend=None, scale=alt.Scale(domain=named, range=[[1, 0], [7, 4]])),
    )
    said = (
        alt.Chart(values(ends_at))
        .mark_text(align="left", dx=7, fontWeight="bold", color=INK)
        .encode(x="month:T", y="place:Q", text="said:N")
    )
    title, alternative = _words(months, without, with_plan, unknown)
    return Chart(
        "support",
        title,
        alternative,
        _table(months, without, with_plan),
        drawn(lines.properties(width=_PLOT, height=_HEIGHT), said),
    )


def _table(months: list[date], without: list[int], with_plan: list[int]) -> Data:
    """The months in which a number changes, with the first and the last: between them it stays as it was."""
    told = list(zip(months, without, with_plan, strict=True))
    ends = (0, len(told) - 1)
    return Data(
        ("From", "Out of support if nothing moves", "Out of support with the plan"),
        tuple(
            (f"{month:%b %Y}", was, now)
            for place, (month, was, now) in enumerate(told)
            if place in ends or told[place - 1][1:] != (was, now)
        ),
    )


def _months(first: date, until: date) -> list[date]:
    """The first day, and each first of a month after it."""
    found = [first]
    while True:
        last = found[-1]
        following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        if following >= until:
            return found
        found.append(following)


def _words(months: list[date], without: list[int], with_plan: list[int], unknown: int) -> tuple[str, str]:
    last = months[-1]
    title = (
        f"{count(without[0], 'server')} {'is' if without[0] == 1 else 'are'} out of support today;"
        f" by {last:%B %Y} it would be {without[-1]:,}, with the plan {with_plan[-1]:,}"
    )
    peak = max(range(len(months)), key=lambda place: with_plan[place])
    more = (
        f" Of {count(unknown, 'server')} no end of support is known; they are in neither line." if unknown else ""
    )
    return title, (
        f"Line chart of servers out of support by month, {day(months[0])} to {day(last)}. If nothing moves:"
        f" {without[0]:,}, rising to {without[-1]:,}. With the plan: {with_plan[0]:,} at first,"
        f" {with_plan[peak]:,} at most ({months[peak]:%B %Y}), {with_plan[-1]:,} at the end.{more}"
    )
