"""Who leads to whom, for the rooms that order and group by it."""

from collections.abc import Iterable, Mapping

Graph = Mapping[str, frozenset[str]]
"""Each node with those that it leads to."""


def graph_of(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """`nodes` with what each leads to by `edges`, whose ends are nodes; an edge of a node to itself is none."""
    found: dict[str, set[str]] = {node: set() for node in nodes}
    for node, other in edges:
        if node != other:
            found[node].add(other)
    return {node: frozenset(others) for node, others in found.items()}
