"""The estate as a map: nodes and edges, without their places on paper. Pure."""

from collections.abc import Iterable, Sequence

from estate.records.dependency import Dependency
from estate.records.estate_map import EstateMap, MapEdge, MapItem, MapNode
from estate.records.server import Server
from estate.records.workload import Workload

OUTSIDE = "outside:"
"""Before the address of an end outside the estate, so that it can never be taken for a server's id."""


def graph(
    servers: Sequence[Server], workloads: Iterable[Workload], dependencies: Iterable[Dependency]
) -> EstateMap:
    """The map of an estate. Workloads of the operating system are counted and not drawn."""
    talk = list(dependencies)
    held: dict[str, list[Workload]] = {}
    for workload in workloads:
        held.setdefault(workload.server, []).append(workload)
    nodes = [_server(server, held.get(server.id, [])) for server in servers]
    known = {node.id for node in nodes}
    drawn = {item.id for node in nodes for item in node.items}
    outside: dict[str, MapNode] = {}
    edges: dict[tuple[str, str, str | None, bool, bool], set[int]] = {}
    for one in talk:
        source = one.client if not one.client_outside and one.client in known else OUTSIDE + one.client
        target = one.server if not one.server_outside and one.server in known else OUTSIDE + one.server
        for end in (source, target):
            if end not in known:
                label = end.removeprefix(OUTSIDE)
                outside[end] = MapNode(id=end, label=label, note="outside the estate", group="outside")
        item = one.workload if one.workload in drawn else None
        kind = (one.evidence != "configured", one.habit == "once")
        edges.setdefault((source, target, item, *kind), set()).add(one.port)
    return EstateMap(
        nodes=(*nodes, *(outside[end] for end in sorted(outside))),
        edges=tuple(
            MapEdge(source=source, target=target, ports=tuple(sorted(ports)), item=item, seen=seen, once=once)
            for (source, target, item, seen, once), ports in edges.items()
        ),
    )


def _server(server: Server, held: Sequence[Workload]) -> MapNode:
    own = [workload for workload in held if not workload.os_owned]
    return MapNode(
        id=server.id,
        label=server.id,
        note=_note(server),
        group=server.role,
        items=tuple(MapItem(id=one.id, label=one.name, kind=one.kind, system=one.system) for one in own),
        more=len(held) - len(own),
    )


def _note(server: Server) -> str:
    """What it runs, or why that is not known: "Debian GNU/Linux 11 (bullseye)" without its nickname."""
    if server.reached:
        return (server.os_name or "system unknown").partition(" (")[0]
    return ("not reached" if server.tried else "not read") + (", switched off" if server.power == "off" else "")
