"""Who leads to whom, for the rooms that order and group by it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

Graph = Mapping[str, frozenset[str]]
"""Each node with those that it leads to."""

HUB = 8
"""Whoever deals with more other servers than this serves the estate and no system of its own: monitoring, backup, a
directory. Our own judgement: few systems of a council stand on nine servers."""


def graph_of(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """`nodes` with what each leads to by `edges`, whose ends are nodes; an edge of a node to itself is none."""
    found: dict[str, set[str]] = {node: set() for node in nodes}
    for node, other in edges:
        if node != other:
            found[node].add(other)
    return {node: frozenset(others) for node, others in found.items()}


def hubs(met: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The nodes that are met with more than `HUB` servers; `met` are pairs of a node and a server not its own."""
    servers: dict[str, set[str]] = defaultdict(set)
    for node, server in met:
        servers[node].add(server)
    return frozenset(node for node, found in servers.items() if len(found) > HUB)
