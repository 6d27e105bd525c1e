"""Draws the map of an estate as SVG: pyelk says where the boxes go, the drawing is our own.

Servers are boxes that list what they hold; an arrow points to the server that answers, and carries its ports.
Nothing is told by colour alone: what a box is stands in it, and what an arrow rests on is in its line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax import saxutils

from pyelk import ELK

from estate.documents.words import count
from estate.printable import printable
from estate.records.estate_map import EstateMap, MapEdge, MapNode

WIDTH = 264.0
HEAD = 58.0
ROW = 22.0
FOOT = 10.0
GAP = 150.0
"""Between layers: room for the arrows and their ports."""
MARGIN = 24.0
_TITLE = 64.0

_KINDS = {
    "postgres": "PostgreSQL",
    "mariadb": "MariaDB",
    "sqlserver": "SQL Server",
    "files": "files",
    "website": "website",
    "schedule": "job",
    "service": "service",
    "machine": "whole machine",
}
_GROUPS = {"legacy": "legacy server", "target": "target", "outside": "outside the estate"}
_STYLE = """
.estate-map text{font:13px system-ui,"Segoe UI",Arial,sans-serif;fill:#0b0c0c}
.estate-map .name{font-weight:700;font-size:15px}.estate-map .small{font-size:11.5px;fill:#383f43}
.estate-map .box{fill:#fff;stroke:#12436D;stroke-width:1.5}.estate-map .target .box{stroke:#28A197;stroke-width:3}
.estate-map .outside .box{stroke:#801650;stroke-dasharray:6 4}.estate-map .rule{stroke:#b1b4b6;stroke-width:1}
.estate-map .line{fill:none;stroke:#383f43;stroke-width:1.6}.estate-map .configured .line{stroke-dasharray:5 4}
.estate-map .tip{fill:#383f43}.estate-map .port{fill:#fff;stroke:#b1b4b6}
"""


@dataclass(frozen=True)
class _Box:
    node: MapNode
    x: float
    y: float

    @property
    def height(self) -> float:
        return _height(self.node)

    def row(self, item: str | None) -> float:
        """The height at which arrows for one workload arrive: its line, else the heading's."""
        for number, one in enumerate(self.node.items):
            if one.id == item:
                return self.y + HEAD + ROW * number + ROW / 2
        return self.y + HEAD / 2


Point = tuple[float, float]


def svg(estate: EstateMap) -> str:
    """The map as one SVG element, made to stand inside an HTML page or alone in a file."""
    boxes, lanes, below = _placed(estate)
    right = max((box.x + WIDTH for box in boxes.values()), default=400.0) + MARGIN
    bottom = max((box.y + box.height for box in boxes.values()), default=_TITLE) + MARGIN
    right = max(right, 620.0)
    legend = bottom + 12
    height = legend + 44
    servers = [node for node in estate.nodes if node.group != "outside"]
    about = (
        f"{count(len(servers), 'server')} with {count(sum(len(node.items) for node in servers), 'workload')}, "
        f"{count(len(estate.nodes) - len(servers), 'end')} outside the estate and "
        f"{count(len(estate.edges), 'connection')} between them. {_told(estate)}"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="estate-map" role="img" '
        f'viewBox="0 0 {right:.0f} {height:.0f}" '
        f'width="{right:.0f}" height="{height:.0f}" aria-labelledby="estate-map-title estate-map-desc">',
        '<title id="estate-map-title">Map of the estate: servers, what they hold, and who talks to whom</title>',
        f'<desc id="estate-map-desc">{_escaped(about)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{right:.0f}" height="{height:.0f}" fill="#fff"/>',
        _text(MARGIN, 30, "Who talks to whom" if estate.edges else "The estate", "name"),
    ]
    if below is not None:
        parts.append(_text(MARGIN, below, "No connection was seen to or from these", "name"))
    labels: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for edge, points in _routes(estate.edges, boxes, lanes):
        line, label = _edge(edge, points, taken)
        parts.append(line)
        labels.append(label)
    parts += [_box(box) for box in boxes.values()]
    parts += labels
    parts += [
        _text(MARGIN, legend + 6, "An arrow points to the server that answers, with its TCP ports.", "small"),
        _text(
            MARGIN,
            legend + 24,
            "Solid: a connection was seen. Dashed: only a configuration file names it. Once: in one round of many.",
            "small",
        ),
        "</svg>",
    ]
    return "\n".join(parts)


def _told(estate: EstateMap) -> str:
    """Every connection in words, for those who do not see the drawing."""
    names = {node.id: node.label for node in estate.nodes}
    return " ".join(
        f"{names[edge.source]} talks to {names[edge.target]} on port {_ports(edge)}."
        for edge in estate.edges[:200]
        if edge.source in names and edge.target in names
    )


def _height(node: MapNode) -> float:
    return HEAD + ROW * (len(node.items) + bool(node.more)) + (FOOT if node.items or node.more else 0)


def _placed(estate: EstateMap) -> tuple[dict[str, _Box], Mapping[int, list[Point]], float | None]:
    """Boxes by id, the lanes by which long edges pass other boxes, and the height of the second heading."""
    nodes = {node.id: node for node in estate.nodes}
    talking = {end for edge in estate.edges for end in (edge.source, edge.target) if edge.source != edge.target}
    joined = [node for node in estate.nodes if node.id in talking]
    boxes: dict[str, _Box] = {}
    lanes: dict[int, list[Point]] = {}
    top = _TITLE
    if joined:
        laid = ELK().layout(_elk(joined, estate.edges))
        for child in laid["children"]:
            boxes[child["id"]] = _Box(nodes[child["id"]], MARGIN + child["x"] - 12, _TITLE + child["y"] - 12)
        for edge in laid["edges"]:
            bends = edge["sections"][0].get("bendPoints", []) if edge.get("sections") else []
            lanes[int(edge["id"])] = [(MARGIN + bend["x"] - 12, _TITLE + bend["y"] - 12) for bend in bends]
        top = max(box.y + box.height for box in boxes.values()) + 70
    alone = [node for node in estate.nodes if node.id not in talking]
    columns = 3
    heights = [top] * columns
    for node in alone:
        # Each goes to the column that is shortest, so that a long list leaves no hole beside it.
        column = min(range(columns), key=lambda number: heights[number])
        boxes[node.id] = _Box(node, MARGIN + column * (WIDTH + 28), heights[column])
        heights[column] += _height(node) + 22
    return boxes, lanes, (top - 16 if alone and joined else None)


def _elk(nodes: Sequence[MapNode], edges: Sequence[MapEdge]) -> dict[str, object]:
    return {
        "id": "estate",
        "layoutOptions": {
            "elk.algorithm": "layered",
            "elk.direction": "RIGHT",
            "elk.layered.spacing.nodeNodeBetweenLayers": str(GAP),
            "elk.spacing.nodeNode": "34",
            "elk.spacing.edgeNode": "24",
        },
        "children": [{"id": node.id, "width": WIDTH, "height": _height(node)} for node in nodes],
        "edges": [
            {"id": str(number), "sources": [edge.source], "targets": [edge.target]}
            for number, edge in enumerate(edges)
            if edge.source != edge.target
        ],
    }


def _routes(
    edges: Sequence[MapEdge], boxes: Mapping[str, _Box], lanes: Mapping[int, list[Point]]
) -> Iterator[tuple[MapEdge, list[Point]]]:
    """The points of each edge, from its source to its target; those of one side of a box leave it spread out."""
    leaving: dict[str, int] = {}
    arriving: dict[tuple[str, str | None], int] = {}
    for number, edge in enumerate(edges):
        if edge.source == edge.target or edge.source not in boxes or edge.target not in boxes:
            continue
        source, target = boxes[edge.source], boxes[edge.target]
        out = leaving[edge.source] = leaving.get(edge.source, -1) + 1
        into = arriving[edge.target, edge.item] = arriving.get((edge.target, edge.item), -1) + 1
        start_y = min(source.y + 22 + 13 * out, source.y + source.height - 8)
        end_y = min(target.row(edge.item) + 5 * into, target.y + target.height - 6)
        if target.x > source.x:
            yield edge, [(source.x + WIDTH, start_y), *lanes.get(number, ()), (target.x, end_y)]
        elif target.x < source.x:
            # A lane is known by its left end, and is met at its right one.
            met = [(x + WIDTH, y) for x, y in reversed(lanes.get(number, ()))]
            yield edge, [(source.x, start_y), *met, (target.x + WIDTH, end_y)]
        else:
            yield edge, [(source.x + WIDTH, start_y), (target.x + WIDTH, end_y)]


def _edge(edge: MapEdge, points: Sequence[Point], taken: list[tuple[float, float, float]]) -> tuple[str, str]:
    """The line with its tip, and the label with its ports, where no other label is."""
    first, last = points[0], points[-1]
    loop = first[0] == last[0]
    back = last[0] < first[0]
    path = f"M{first[0]:.1f} {first[1]:.1f}"
    here = first
    on_lane: list[Point] = []
    middle: list[Point] = []
    for number, there in enumerate(points[1:], 1):
        bend = 60.0 if loop else (there[0] - here[0]) / 2
        one, two = (here[0] + bend, here[1]), (there[0] + (bend if loop else -bend), there[1])
        path += f" C{one[0]:.1f} {one[1]:.1f} {two[0]:.1f} {two[1]:.1f} {there[0]:.1f} {there[1]:.1f}"
        middle = [_at(share, here, one, two, there) for share in (0.5, 0.38, 0.62, 0.28, 0.72)]
        here = there
        if number < len(points) - 1:
            # A lane beside a box of another layer, as wide as the box.
            here = (there[0] + (-WIDTH if back else WIDTH), there[1])
            path += f" L{here[0]:.1f} {here[1]:.1f}"
            # Lanes never share a height, so the label stands clear on the last one.
            on_lane = [(here[0] + (20 if back else -20), here[1])]
    inward = 9.0 if back or loop else -9.0
    tip = (
        f"M{last[0]:.1f} {last[1]:.1f} L{last[0] + inward:.1f} {last[1] - 4.5:.1f} "
        f"L{last[0] + inward:.1f} {last[1] + 4.5:.1f} Z"
    )
    kind = "seen" if edge.seen else "configured"
    line = f'<g class="{kind}"><path class="line" d="{path}"/><path class="tip" d="{tip}"/></g>'
    text = _ports(edge)
    wide = 7.2 * len(text) + 12
    x, y = next((spot for spot in (*on_lane, *middle) if _is_free(spot, wide, taken)), middle[0])
    taken.append((x, y, wide))
    label = (
        f'<g><rect class="port" x="{x - wide / 2:.1f}" y="{y - 9:.1f}" width="{wide:.1f}" height="18" rx="4"/>'
        f'<text text-anchor="middle" x="{x:.1f}" y="{y + 4.5:.1f}">{_escaped(text)}</text></g>'
    )
    return line, label


def _at(share: float, a: Point, b: Point, c: Point, d: Point) -> Point:
    """A point of a cubic curve."""
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y


def _is_free(spot: Point, wide: float, taken: Sequence[tuple[float, float, float]]) -> bool:
    return all(abs(spot[0] - x) > (wide + other) / 2 + 2 or abs(spot[1] - y) > 19 for x, y, other in taken)


def _ports(edge: MapEdge) -> str:
    shown = ", ".join(str(port) for port in edge.ports[:4])
    more = f" and {len(edge.ports) - 4} more" if len(edge.ports) > 4 else ""
    return shown + more + (" once" if edge.once else "")


def _box(box: _Box) -> str:
    node, x, y = box.node, box.x, box.y
    kind = _GROUPS[node.group]
    second = kind if node.group == "outside" else f"{kind}: {node.note}"
    parts = [
        f'<g class="{node.group}"><title>{_escaped(f"{node.label}, {second}")}</title>',
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{WIDTH:.0f}" height="{box.height:.1f}" rx="5"/>',
        _text(x + 12, y + 25, _short(node.label, 28), "name"),
        _text(x + 12, y + 44, _short(second, 44), "small"),
    ]
    if node.items or node.more:
        line = y + HEAD - 5
        parts.append(f'<path class="rule" d="M{x:.1f} {line:.1f} h{WIDTH:.0f}"/>')
    for number, item in enumerate(node.items):
        row = y + HEAD + ROW * number + 15
        about = f"{item.id}, of the system {item.system}" if item.system else item.id
        parts.append(f"<g><title>{_escaped(about)}</title>{_text(x + 12, row, _short(item.label, 26))}")
        parts.append(
            f'<text class="small" text-anchor="end" x="{x + WIDTH - 12:.1f}" y="{row:.1f}">'
            f"{_escaped(_KINDS.get(item.kind, item.kind))}</text></g>"
        )
    if node.more:
        row = y + HEAD + ROW * len(node.items) + 15
        parts.append(_text(x + 12, row, f"and {node.more} of the operating system's own", "small"))
    return "".join([*parts, "</g>"])


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}">{_escaped(text)}</text>'


def _escaped(text: str) -> str:
    """Text as XML may hold it: what a server named may hold characters that no document can."""
    return saxutils.escape(printable(text))


def _short(text: str, most: int) -> str:
    text = printable(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
