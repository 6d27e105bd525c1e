"""The map of an estate as data: servers with their workloads, and who talks to whom."""

from typing import Literal

from estate.records.base import Record


class MapItem(Record):
    """One workload inside a server's box."""

    id: str
    label: str
    kind: str
    system: str | None = None
    """The confirmed system that it belongs to."""


class MapNode(Record):
    """A server, or an end outside the estate."""

    id: str
    label: str
    note: str = ""
    """A second line: the operating system, or "not reached"."""
    group: Literal["legacy", "target", "outside"]
    items: tuple[MapItem, ...] = ()
    more: int = 0
    """Workloads that are not drawn: the operating system's own."""


class MapEdge(Record):
    """Talk between two nodes in one direction."""

    source: str
    target: str
    ports: tuple[int, ...]
    item: str | None = None
    """The workload that answers, where it is known and drawn."""
    seen: bool = True
    """False where only a configuration file names it."""
    once: bool = False
    """Whether it was seen in no more than one round of many."""


class EstateMap(Record):
    """All of it."""

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
