"""The map: what is on it, and that its drawing is sound."""

from xml.etree import ElementTree as ET  # our own drawing

from hypothesis import given
from hypothesis import strategies as st

from estate.documents.map import svg
from estate.documents.map_files import dot
from estate.printable import printable
from estate.records.dependency import Dependency
from estate.records.estate_map import EstateMap, MapEdge, MapItem, MapNode
from estate.records.server import Server
from estate.records.workload import Workload
from inventory.map import graph
from tests.inventory.estates import AT

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - drawn by us, a moment ago


def a_server(name: str, reached: bool = True) -> Server:
    return Server(
        id=name, address="10.0.0.1", os_name="Debian GNU/Linux 11 (bullseye)", reached=reached, seen_at=AT
    )


def talk(client: str, to: str, port: int, **more: object) -> Dependency:
    return Dependency.model_validate(
        {"id": f"{client}>{to}:{port}", "client": client, "server": to, "port": port, "seen_at": AT, **more}
    )


WORKLOADS = [
    Workload(id="db/postgres/reports", server="db", kind="postgres", name="reports", seen_at=AT),
    Workload(
        id="db/schedule/logrotate", server="db", kind="schedule", name="logrotate", os_owned=True, seen_at=AT
    ),
]


def test_the_graph_holds_every_server_and_counts_what_it_does_not_draw() -> None:
    drawn = graph(
        [a_server("web"), a_server("db"), a_server("dead", reached=False)],
        WORKLOADS,
        [
            talk("web", "db", 5432, workload="db/postgres/reports"),
            talk("192.0.2.9", "web", 443, client_outside=True),
            talk("192.0.2.9", "web", 80, client_outside=True),
        ],
    )
    assert [(node.id, node.note, node.more) for node in drawn.nodes] == [
        ("web", "Debian GNU/Linux 11", 0),
        ("db", "Debian GNU/Linux 11", 1),
        ("dead", "not reached", 0),
        ("outside:192.0.2.9", "outside the estate", 0),
    ]
    assert [(edge.source, edge.target, edge.ports, edge.item) for edge in drawn.edges] == [
        ("web", "db", (5432,), "db/postgres/reports"),
        ("outside:192.0.2.9", "web", (80, 443), None),
    ]


def test_a_server_that_nobody_tried_to_read_is_not_said_to_be_away() -> None:
    listed = a_server("win", reached=False).model_copy(update={"tried": False})
    off = listed.model_copy(update={"id": "print", "power": "off"})
    assert [node.note for node in graph([listed, off], [], []).nodes] == ["not read", "not read, switched off"]


def test_the_drawing_is_xml_with_a_title_a_description_and_every_name_in_text() -> None:
    drawn = graph([a_server("web"), a_server("db"), a_server("alone")], WORKLOADS, [talk("web", "db", 5432)])
    root = parsed(svg(drawn))
    assert root.get("role") == "img"
    labelled = {element.get("id"): element.text for element in root if element.get("id")}
    assert set((root.get("aria-labelledby") or "").split()) == set(labelled)
    assert "web talks to db on port 5432." in (labelled["estate-map-desc"] or "")
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {
        "web",
        "db",
        "alone",
        "reports",
        "PostgreSQL",
        "5432",
        "No connection was seen to or from these",
    } <= texts
    assert "logrotate" not in texts


def test_what_was_seen_once_in_many_rounds_is_told_from_what_is_there_always() -> None:
    steady = talk("web", "db", 5432).model_copy(update={"rounds": 280, "of_rounds": 288})
    single = talk("web", "db", 22).model_copy(update={"rounds": 1, "of_rounds": 288})
    closing = talk("web", "db", 80).model_copy(update={"evidence": "closing", "rounds": 3, "of_rounds": 288})
    drawn = graph([a_server("web"), a_server("db")], WORKLOADS, [steady, single, closing])
    assert [(edge.ports, edge.seen, edge.once) for edge in drawn.edges] == [
        ((80, 5432), True, False),
        ((22,), True, True),
    ]
    texts = {element.text for element in parsed(svg(drawn)).iter(f"{SVG}text")}
    assert {"80, 5432", "22 once"} <= texts


def test_an_estate_of_nothing_can_be_drawn() -> None:
    parsed(svg(EstateMap(nodes=(), edges=())))


def test_a_hostile_name_stays_text() -> None:
    node = MapNode(
        id="x",
        label="<script>alert(1)</script>",
        group="legacy",
        items=(MapItem(id='"><b>', label="&", kind="<i>"),),
    )
    root = parsed(svg(EstateMap(nodes=(node,), edges=())))
    assert not list(root.iter(f"{SVG}script"))


@given(st.text(max_size=12), st.sampled_from("\x00\x07\x1b\x9b\u202e\ud800\uffff\n"))
def test_a_name_with_control_characters_spoils_no_drawing(name: str, control: str) -> None:
    bad = f"{name}{control}[31m"
    item = MapItem(id=bad, label=bad, kind=bad, system=bad)
    node = MapNode(id=bad, label=bad, note=bad, group="legacy", items=(item,))
    estate = EstateMap.model_construct(
        nodes=(node, MapNode(id="b", label="b", group="outside")),
        edges=(MapEdge(source=bad, target="b", ports=(1,)),),
    )
    drawing = svg(estate)
    parsed(drawing)
    for text in (drawing, dot(estate)):
        assert text == "\n".join(map(printable, text.split("\n")))
        assert text.encode()


def boxes(drawing: str) -> list[tuple[float, float, float, float]]:
    root = parsed(drawing)
    return [
        tuple(float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))  # type: ignore[misc]
        for rect in root.iter(f"{SVG}rect")
        if rect.get("class") == "box"
    ]


@given(
    count=st.integers(1, 14),
    talks=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 13), st.integers(1, 65535)), max_size=25),
)
def test_boxes_never_overlap_and_all_of_the_drawing_is_on_the_paper(
    count: int, talks: list[tuple[int, int, int]]
) -> None:
    nodes = tuple(
        MapNode(
            id=f"s{n}",
            label=f"s{n}",
            group="legacy",
            items=tuple(MapItem(id=f"{n}{i}", label="w", kind="files") for i in range(n % 4)),
        )
        for n in range(count)
    )
    edges = tuple(
        MapEdge(source=f"s{a % count}", target=f"s{b % count}", ports=(port,))
        for a, b, port in talks
        if a % count != b % count
    )
    drawing = svg(EstateMap(nodes=nodes, edges=edges))
    found = boxes(drawing)
    assert len(found) == count
    wide, high = (float(part) for part in parsed(drawing).get("viewBox", "").split()[2:])
    for index, (x, y, w, h) in enumerate(found):
        assert x >= 0
        assert y >= 0
        assert x + w <= wide
        assert y + h <= high
        for ox, oy, ow, oh in found[index + 1 :]:
            assert x + w <= ox or ox + ow <= x or y + h <= oy or oy + oh <= y
