"""The waves in time: when targets are built, when workloads move, how long the old servers are kept, and what presses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap
from typing import Any

from estate.documents.charts.drawn import (
    BAND,
    BLUE,
    DARK_BAND,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SIZE,
    Chart,
    Data,
    drawn,
    key,
    listed,
    short,
    values,
)  # fmt: skip
from estate.documents.meanings import by_tools
from estate.documents.words import count, day
from estate.records.plan import Plan, Wave

MOST = 60
"""Waves that have a row of their own; beyond, a month has one."""
_ROW, _TALL = 27, 36
"""Of one row, in dots; where a name has two lines."""
_PLOT = 350
_BREAK = "\n"
"""Between the lines of a name."""
_LINE = 34
"""Letters of a name in one line."""


@dataclass(frozen=True)
class Blackout:
    """Days on which nothing moves, the last one included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class _Row:
    """One line of the chart: a wave, or all of a month."""

    name: str
    days: tuple[date, ...]
    workloads: int
    servers: frozenset[str]


_CLOSED = (
    ("elections", ("election", "poll", "referendum", "canvass")),
    ("council tax billing", ("tax", "billing")),
    ("the end of the financial year", ("year end", "year-end", "yearend", "accounts", "financial")),
    ("school admissions", ("admission", "school")),
    ("Christmas and New Year", ("christmas", "new year", "xmas")),
    ("holidays", ("holiday", "easter", "summer")),
)


def closed_for(name: str, names: Callable[[str], bool] = lambda _: False) -> str:
    """Why nothing moves, in words that name nobody: what councils close for, else "a closed period".

    `names` says whether words name something of this council: a service called Elections may not be told.
    """
    low = name.casefold()
    found = next((said for said, words in _CLOSED if any(word in low for word in words)), "")
    return found if found and not names(found) else "a closed period"


def chart(
    plan: Plan,
    *,
    contracts: Mapping[str, date] | None = None,
    ends: Mapping[str, date] | None = None,
    blackouts: Sequence[Blackout] = (),
    build_days: int = 14,
    soak_days: int = 14,
    names: bool = True,
) -> Chart | None:
    """One row a wave; None where no wave has a day.

    `contracts` and `ends` say by server when its contract ends and when it is first out of support: the earliest of a
    row's servers is marked on it. Without `names`, waves have only their numbers.
    """
    import altair as alt

    rows = _rows(plan, names)
    if not rows:
        return None
    build, soak = timedelta(days=build_days), timedelta(days=soak_days)
    first = min(row.days[0] for row in rows) - build
    last = max(row.days[-1] for row in rows) + soak
    spare = max((last - first) * 0.03, timedelta(days=5))
    scale = alt.Scale(domain=[(first - spare).isoformat(), (last + spare).isoformat()])
    order = [row.name for row in rows]
    moves = [
        {
            "row": row.name,
            "from": (row.days[0] - build).isoformat(),
            "day": on.isoformat(),
            "until": (row.days[-1] + soak).isoformat(),
            "last": row.days[-1].isoformat(),
            "first": row.days[0].isoformat(),
            "said": count(row.workloads, "workload") if on == row.days[-1] else "",
        }
        for row in rows
        for on in row.days
    ]
    across = alt.X(
        "from:T", title=None, scale=scale,
        axis=alt.Axis(orient="top", labelOverlap=True, **_ticks(first, last)),
    )  # fmt: skip
    down = alt.Y(
        "row:N", title=None, sort=order,
        axis=alt.Axis(ticks=False, domain=False, labelPadding=6, labelExpr="split(datum.label, '\\n')"),
    )  # fmt: skip
    layers: list[Any] = []
    closed = [_clipped(one, first - spare, last + spare) for one in blackouts]
    if bands := [one for one in closed if one]:
        layers.append(
            alt.Chart(values(bands)).mark_rect(color=BAND).encode(x=alt.X("from:T", scale=scale), x2="until:T")
        )
    base = alt.Chart(values(moves)).encode(y=down)
    layers += [
        base.mark_bar(height=5, color=GREEN).encode(x=across, x2="first:T"),
        base.mark_bar(height=5, color=BLUE).encode(x=alt.X("first:T", scale=scale), x2="until:T"),
        base.mark_point(filled=True, size=110, color=BLUE, opacity=1).encode(x=alt.X("day:T", scale=scale)),
        base.mark_text(align="left", dx=8, fontSize=SIZE - 2, color=INK).encode(x=alt.value(_PLOT), text="said:N"),
    ]
    marks = _marks(rows, contracts or {}, ends or {}, first - spare, last + spare)
    for kind, shape, colour in (("contract", "diamond", PURPLE), ("support", "triangle-down", ORANGE)):
        held = [mark for mark in marks if mark["kind"] == kind]
        if held:
            layers.append(
                alt.Chart(values(held))
                .mark_point(filled=True, shape=shape, size=120, color=colour, opacity=1, stroke="white")
                .encode(y=down, x=alt.X("day:T", scale=scale))
            )
    tall = any("\n" in row.name for row in rows)
    whole = alt.layer(*layers).properties(width=_PLOT, height=alt.Step(_TALL if tall else _ROW))
    kinds = {str(mark["kind"]) for mark in marks}
    told = key(
        [
            ("square", GREEN, "target built", 92),
            ("circle", BLUE, "move; old server kept", 150),
            *([("diamond", PURPLE, "contract ends", 102)] if "contract" in kinds else []),
            *([("triangle-down", ORANGE, "support ends", 98)] if "support" in kinds else []),
            *([("square", DARK_BAND, "nothing moves", 100)] if bands else []),
        ],
        _PLOT,
    )
    return Chart(
        "roadmap",
        _title(plan, rows),
        _alt(rows, marks, blackouts),
        _table(plan, names),
        drawn(alt.vconcat(whole, told, spacing=10)),
    )


def day_of(wave: Wave) -> date | None:
    """The day of a wave: the one for which it is planned, else its window's."""
    return wave.expected or (wave.window_start.date() if wave.window_start else None)


def wave_name(wave: Wave, names: bool) -> str:
    """Wave 3: housing, in two lines where it is long; only the number where names are not to be shown."""
    title = f"Wave {wave.number}{' (pilot)' if wave.pilot else ''}"
    if not names or not wave.name:
        return title
    lines = wrap(f"{title}: {short(wave.name, 2 * _LINE)}", _LINE, break_on_hyphens=False)
    return "\n".join([*lines[:1], *([short(" ".join(lines[1:]), _LINE)] if lines[1:] else [])])


def _rows(plan: Plan, names: bool) -> list[_Row]:
    dated = [(wave, on) for wave in plan.waves if (on := day_of(wave)) is not None]
    if len(dated) <= MOST:
        return [
            _Row(wave_name(wave, names), (on,), len(wave.moves), _servers(wave))
            for wave, on in sorted(dated, key=lambda held: (held[1], held[0].number))
        ]
    months: dict[date, list[tuple[Wave, date]]] = {}
    for wave, on in sorted(dated, key=lambda held: held[1]):
        months.setdefault(on.replace(day=1), []).append((wave, on))
    return [
        _Row(
            f"{month:%B %Y}: {count(len(held), 'wave')}",
            tuple(sorted({on for _, on in held})),
            sum(len(wave.moves) for wave, _ in held),
            frozenset().union(*(_servers(wave) for wave, _ in held)),
        )
        for month, held in months.items()
    ]


def _servers(wave: Wave) -> frozenset[str]:
    return frozenset(move.workload.partition("/")[0] for move in wave.moves)


def _clipped(one: Blackout, first: date, last: date) -> dict[str, str] | None:
    begins, ends = max(one.first, first), min(one.last + timedelta(days=1), last)
    return {"from": begins.isoformat(), "until": ends.isoformat()} if begins < ends else None


def _marks(
    rows: Sequence[_Row], contracts: Mapping[str, date], ends: Mapping[str, date], first: date, last: date
) -> list[dict[str, str]]:
    """The earliest end of each row's servers, by kind. What has passed stands at the edge; what comes later is not drawn."""
    found = []
    for kind, dates in (("contract", contracts), ("support", ends)):
        for row in rows:
            known = [dates[server] for server in row.servers if server in dates]
            if known and min(known) <= last:
                end = min(known)
                found.append(
                    {
                        "row": row.name,
                        "kind": kind,
                        "day": max(end, first).isoformat(),
                        "end": day(end),
                        "late": "yes" if end < row.days[-1] else "no",
                    }
                )
    return found


def _ticks(first: date, last: date) -> dict[str, Any]:
    """Which days are written: every second week of a short plan, else months, nine at most."""
    months = max(1, (last - first).days // 30)
    if months <= 2:
        return {"format": "%-d %b %Y", "tickCount": {"interval": "week", "step": 2}}
    step = next((step for step in (1, 2, 3, 4, 6) if months <= step * 9), 12)
    return {"format": "%b %Y", "tickCount": {"interval": "month", "step": step}}


def _title(plan: Plan, rows: Sequence[_Row]) -> str:
    workloads = sum(len(wave.moves) for wave in plan.waves)
    days = [on for row in rows for on in row.days]
    if len(plan.waves) == 1:
        return f"{count(workloads, 'workload')} in one wave on {day(days[0])}"
    return (
        f"{count(workloads, 'workload')} in {count(len(plan.waves), 'wave')}, {day(min(days))} to {day(max(days))}"
    )


def _alt(rows: Sequence[_Row], marks: Sequence[Mapping[str, str]], blackouts: Sequence[Blackout]) -> str:
    said = [
        f"{row.name.replace(_BREAK, ' ')}, {count(row.workloads, 'workload')}, {day(row.days[0])}"
        + (f" to {day(row.days[-1])}" if len(row.days) > 1 else "")
        for row in rows
    ]
    late = [
        f"{mark['kind']} of {mark['row'].replace(_BREAK, ' ')} ends on {mark['end']}, before it moves"
        for mark in marks
        if mark["late"] == "yes"
    ]
    closed = [f"{one.name}, {day(one.first)} to {day(one.last)}" for one in blackouts]
    parts = [
        f"Timeline of the waves. {'; '.join(said[:12])}{f'; and {len(said) - 12} more' if said[12:] else ''}."
    ]
    if late:
        parts.append(f"Too late for: {listed(late, 6)}.")
    if closed:
        parts.append(f"Nothing moves in: {listed(closed, 6)}.")
    return " ".join(parts)


def _table(plan: Plan, names: bool) -> Data:
    return Data(
        ("Wave", "Name", "Day", "How", "Workloads"),
        tuple(
            (
                wave.number,
                wave.name if names else "",
                day(on) if (on := day_of(wave)) else "no day yet",
                by_tools(wave.by_tool),
                len(wave.moves),
            )
            for wave in plan.waves
        ),
    )
