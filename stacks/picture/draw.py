"""Draws a stack as SVG: outside on the left, networks in the middle, services on the right, the way out below.

Every stack is built to one pattern, so where things go is fixed, and pictures of two stacks can be laid side by side.
Nothing is told by colour alone: what a box is stands in it, and what lies outside the stack is dashed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax import saxutils

from estate.documents.words import count
from estate.printable import printable
from estate.records.preview import Preview
from stacks.picture.scene import Join, Place, Room, Scene, Side, Thing, scene

MARGIN = 24.0
TOP = 114.0
"""Below the title, and three lines of what is told of it."""
NARROWEST = 760.0
SIDE = 272.0
"""Width of what lies outside, and of the services."""
LANE = 58.0
"""Between the columns: room for the lines."""
ROOM = 250.0
GAP = 14.0
THING = 56.0
HEAD = 62.0
PLACE_HEAD = 46.0
GATE = 420.0
"""Width of the NAT gateway."""
FOOT = 44.0
LINE = 15.0
_A_CHARACTER = {"title": 13.2, "name": 9.2, "gate-name": 9.2, "": 7.9, "small": 6.9, "tiny": 6.6}
"""Pixels of a character, as wide as DejaVu Sans has them on the whole: other fonts in the style are narrower."""
_COLUMNS: tuple[Side, ...] = ("edge", "middle", "endpoints")
_STYLE = """
.stack-picture text{font:13px system-ui,"Segoe UI",Arial,sans-serif;fill:#0b0c0c}
.stack-picture .title{font-weight:700;font-size:19px}.stack-picture .name{font-weight:700;font-size:14px}
.stack-picture .small{font-size:11.5px;fill:#383f43}.stack-picture .tiny{font-size:11px;fill:#383f43}
.stack-picture .place{fill:#f3f2f1;stroke:#12436D;stroke-width:2.5}.stack-picture .stands{stroke-dasharray:8 5}
.stack-picture .room{fill:#fff;stroke:#12436D;stroke-width:1.3}.stack-picture .thing{fill:#fff;stroke:#28A197;stroke-width:2}
.stack-picture .service{fill:#fff;stroke:#801650;stroke-width:2}
.stack-picture .outside{fill:#fff;stroke:#383f43;stroke-width:1.8;stroke-dasharray:6 4}
.stack-picture .gate{fill:#12436D}.stack-picture .gate-name{fill:#fff;font-weight:700}
.stack-picture .line{fill:none;stroke:#383f43;stroke-width:1.8}.stack-picture .tip{fill:#383f43}
"""


@dataclass(frozen=True)
class Box:
    """Where something stands."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


@dataclass
class _Sheet:
    """What is drawn so far, and where the things are that lines end at."""

    parts: list[str] = field(default_factory=list)
    spots: dict[str, Box] = field(default_factory=dict)


def svg(preview: Preview) -> str:
    """The picture of a preview as one SVG element, made to stand inside an HTML page or alone in a file."""
    seen = scene(preview)
    sheet = _Sheet()
    left = MARGIN
    centre = left + (SIDE + LANE if seen.outside else 0)
    below = TOP
    widest = 0.0
    for place in seen.places:
        width, below = _place(sheet, place, centre, below)
        widest = max(widest, width)
        below += GAP
    right = centre + widest + (LANE if widest else 0)
    gate = below - GAP
    bottom = _gate(sheet, seen, centre, gate, widest) if seen.places else below
    services = _services(sheet, seen, right)
    outside = _outside(sheet, seen, left)
    lines = list(_lines(sheet, seen.joins))
    width = max(right + (SIDE if seen.services else 0) + MARGIN, NARROWEST)
    height = max(bottom, services, outside) + 20
    foot = [
        line
        for sentence in (
            "Dashed: outside the stack, or there already. "
            "An arrow starts where connections start; with two tips, either end starts them.",
            f"Not drawn: {count(seen.left_out, 'resource')} that belong to these, as network cards, disks, alerts and "
            f"roles; `decant stack preview {preview.stack} --json` has all.",
        )
        for line in _broken(sentence, width - 2 * MARGIN, "tiny")
    ]
    subtitle = _broken(seen.subtitle, width - 2 * MARGIN)
    whole = height + 20 + LINE * len(foot)
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" class="stack-picture" role="img" '
            f'viewBox="0 0 {width:.0f} {whole:.0f}" width="{width:.0f}" height="{whole:.0f}" '
            'aria-labelledby="stack-picture-title stack-picture-desc">',
            f'<title id="stack-picture-title">{_escaped(seen.title)}</title>',
            f'<desc id="stack-picture-desc">{_escaped(seen.told)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{width:.0f}" height="{whole:.0f}" fill="#fff"/>',
            _text(MARGIN, 36, seen.title, "title"),
            *(_text(MARGIN, 58 + LINE * number, line) for number, line in enumerate(subtitle)),
            *sheet.parts,
            *lines,
            *(_text(MARGIN, height + 14 + LINE * number, line, "tiny") for number, line in enumerate(foot)),
            "</svg>",
            "",
        ]
    )


def _place(sheet: _Sheet, place: Place, x: float, y: float) -> tuple[float, float]:
    """Draw one network; returns its width, and where it ends."""
    columns = [[room for room in place.rooms if room.side == side] for side in _COLUMNS]
    columns = [column for column in columns if column]
    width = max(len(columns), 1) * (ROOM + GAP) + GAP
    parts: list[str] = []
    ends = []
    for number, rooms in enumerate(columns):
        top = y + PLACE_HEAD
        for room in rooms:
            top = _room(sheet, parts, room, x + GAP + number * (ROOM + GAP), top) + GAP
        ends.append(top)
    bottom = max(ends, default=y + PLACE_HEAD + GAP)
    kind = "place stands" if place.stands else "place"
    said = "the platform's network: it stands" if place.stands else f"network, {place.space}"
    sheet.spots[place.key] = Box(x, y, width, bottom - y)
    sheet.parts.append(_rect(sheet.spots[place.key], kind, 8))
    sheet.parts.append(_text(x + GAP, y + 21, _fit(place.name, width - 2 * GAP, "name"), "name"))
    sheet.parts.append(_text(x + GAP, y + 37, _fit(said, width - 2 * GAP, "small"), "small"))
    sheet.parts += parts
    return width, bottom


def _room(sheet: _Sheet, parts: list[str], room: Room, x: float, y: float) -> float:
    """Draw one subnet; returns where it ends."""
    box = Box(x, y, ROOM, HEAD + max(len(room.things) * (THING + 8) + 4, 16))
    sheet.spots[room.key] = box
    parts.append(_rect(box, "room", 5))
    parts.append(_text(x + 10, y + 19, _fit(room.name, ROOM - 20, "name"), "name"))
    said = f"subnet {room.range}" if room.range else "subnet of the platform"
    parts.append(_text(x + 10, y + 36, _fit(said, ROOM - 20, "small"), "small"))
    parts.append(_text(x + 10, y + 52, _fit(room.note, ROOM - 20, "tiny"), "tiny"))
    if not room.things:
        parts.append(_text(x + 10, y + 68, "empty", "tiny"))
    for number, thing in enumerate(room.things):
        spot = Box(x + 8, y + HEAD + number * (THING + 8), ROOM - 16, THING)
        sheet.spots[thing.key] = spot
        parts += _thing(thing, spot, "thing")
    return box.y + box.height


def _services(sheet: _Sheet, seen: Scene, x: float) -> float:
    """Draw what stands beside the networks, those that something leads to first; returns where it ends."""
    order = {one.end: sheet.spots[one.start].y for one in seen.joins if one.start in sheet.spots}
    y = TOP
    for thing in sorted(seen.services, key=lambda one: order.get(one.key, 1e9)):
        notes = _broken(thing.note, SIDE - 20, "tiny")
        box = Box(x, y, SIDE, 44 + LINE * len(notes))
        sheet.spots[thing.key] = box
        sheet.parts += _thing(thing, box, "service", notes)
        y += box.height + GAP
    return y


def _outside(sheet: _Sheet, seen: Scene, x: float) -> float:
    """Draw what lies outside, each beside what it leads to; returns where it ends."""
    leads = {one.start: sheet.spots[one.end].middle for one in seen.joins if one.end in sheet.spots}
    y = TOP
    for thing in sorted(seen.outside, key=lambda one: leads.get(one.key, 1e9)):
        notes = _broken(thing.note, SIDE - 20, "tiny")
        height = 44 + LINE * len(notes)
        y = max(y, leads.get(thing.key, y) - height / 2)
        box = Box(x, y, SIDE, height)
        sheet.spots[thing.key] = box
        sheet.parts += _thing(thing, box, "outside", notes)
        y += box.height + GAP
    return y


def _gate(sheet: _Sheet, seen: Scene, x: float, y: float, width: float) -> float:
    """Draw the way out below the networks, or say that there is none; returns where it ends."""
    if not seen.nat:
        said = (
            "Ways out are the platform's."
            if any(one.stands for one in seen.places)
            else "No way out to the internet."
        )
        sheet.parts.append(_text(x + 2, y + 26, said, "name"))
        return y + FOOT
    box = Box(x + width / 2 - GATE / 2, y, GATE, 30)
    sheet.parts.append(_rect(box, "gate", 4))
    sheet.parts.append(
        _text(
            box.x + box.width / 2,
            box.y + 20,
            _fit(f"NAT gateway {seen.nat}", GATE - 20, "gate-name"),
            "gate-name",
            middle=True,
        )
    )
    lines = [
        line
        for way in seen.ways_out or ("nowhere: no rule lets anything out",)
        for line in _broken(way, width - 24, "small")
    ]
    out = Box(x, box.y + box.height + 34, width, 34 + LINE * len(lines))
    centre = x + width / 2
    sheet.parts.append(_arrow([(centre, box.y + box.height), (centre, out.y)]))
    sheet.parts.append(_rect(out, "outside", 6))
    sheet.parts.append(_text(out.x + 12, out.y + 20, "Internet", "name"))
    sheet.parts += [_text(out.x + 12, out.y + 37 + LINE * at, line, "small") for at, line in enumerate(lines)]
    return out.y + out.height


def _lines(sheet: _Sheet, joins: Sequence[Join]) -> Iterator[str]:
    """The joins, each with a turn of its own between the columns."""
    turns: dict[bool, int] = {}
    for join in joins:
        start, end = sheet.spots[join.start], sheet.spots[join.end]
        forward = start.x < end.x
        number = turns[forward] = turns.get(forward, -1) + 1
        first = start.x + start.width if forward else start.x
        last = end.x if forward else end.x + end.width
        lane = last - 18 - 11 * number if forward else last + 18 + 11 * number
        lane = max(first + 8, lane) if forward else min(first - 8, lane)
        from_y = start.middle
        # What is as high as the line is met where the line comes to it.
        to_y = from_y if end.y <= from_y <= end.y + end.height else end.middle
        yield _arrow([(first, from_y), (lane, from_y), (lane, to_y), (last, to_y)])
        if join.either:
            yield _tip((lane, from_y), (first, from_y))
        if join.label and abs(last - first) > 40 and join.label != "private":
            yield _text(first + 6, from_y - 6, join.label, "tiny")


def _arrow(points: Sequence[tuple[float, float]]) -> str:
    """A line through the points, with a tip at its end."""
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="line" d="{path}"/>{_tip(points[-2], points[-1])}'


def _tip(before: tuple[float, float], end: tuple[float, float]) -> str:
    """The tip of a line that comes from `before`, level or upright."""
    x, y = end
    if x == before[0]:
        back = -8 if y > before[1] else 8
        return f'<path class="tip" d="M{x:.1f} {y:.1f} L{x - 4.5:.1f} {y + back:.1f} L{x + 4.5:.1f} {y + back:.1f} Z"/>'
    back = -8 if x > before[0] else 8
    return (
        f'<path class="tip" d="M{x:.1f} {y:.1f} L{x + back:.1f} {y - 4.5:.1f} L{x + back:.1f} {y + 4.5:.1f} Z"/>'
    )


def _thing(thing: Thing, box: Box, kind: str, notes: Sequence[str] | None = None) -> list[str]:
    lines = [thing.note] if notes is None else list(notes)
    room = box.width - 20
    whole = ", ".join(part for part in (thing.name, thing.what, thing.note) if part)
    return [
        f"<g><title>{_escaped(whole)}</title>",
        _rect(box, kind, 5),
        _text(box.x + 10, box.y + 18, _fit(thing.name, room, "name"), "name"),
        _text(box.x + 10, box.y + 34, _fit(thing.what, room, "small"), "small"),
        *(
            _text(box.x + 10, box.y + 49 + LINE * at, _fit(line, room, "tiny"), "tiny")
            for at, line in enumerate(lines)
            if line
        ),
        "</g>",
    ]


def _rect(box: Box, kind: str, round_: float) -> str:
    return (
        f'<rect class="{kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="{round_:g}"/>'
    )


def _text(x: float, y: float, text: str, kind: str = "", *, middle: bool = False) -> str:
    style = f' class="{kind}"' if kind else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text{style}{anchor} x="{x:.1f}" y="{y:.1f}">{_escaped(text)}</text>'


def _broken(text: str, room: float, kind: str = "") -> list[str]:
    """The text in lines of so many pixels, broken between words; a word that is longer is cut."""
    lines: list[str] = []
    for word in printable(text).split():
        if lines and (len(lines[-1]) + 1 + len(word)) * _A_CHARACTER[kind] <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(_fit(word, room, kind))
    return lines


def _escaped(text: str) -> str:
    return saxutils.escape(printable(text))


def _fit(text: str, room: float, kind: str) -> str:
    """As much of the text as so many pixels hold."""
    text, most = printable(text), int(room / _A_CHARACTER[kind])
    return text if len(text) <= most else f"{text[: most - 1]}…"
