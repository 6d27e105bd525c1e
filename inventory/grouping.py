"""Workloads put into groups by who uses whom. Pure; the order of what comes in makes no difference.

People reach an estate where nobody else does: at workloads that no other workload uses. Such a one, with all that it
alone leads to, is a group. What several groups lead to is shared by them, and is in none: a database that two
services use makes no one system of both. A job belongs to what it works on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from estate.graph import Graph, graph_of, hubs
from estate.records.workload import Workload
from inventory.uses import DATABASES, Use

_RUNS = frozenset({"website", "service"})


@dataclass(frozen=True)
class Grouping:
    """Each workload in one place: in the group of its head, or shared by the groups of several heads."""

    groups: Mapping[str, frozenset[str]]
    """By the group's key: the name of a fixed one, else the id of its first workload."""
    shared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The keys of the groups that lead to each workload of no group."""


def group(workloads: Iterable[Workload], uses: Iterable[Use], fixed: Mapping[str, str]) -> Grouping:
    """Group `workloads` by `uses` that are `among` them.

    `fixed` gives the key of those that a person has placed, which are never taken elsewhere. A hub makes no group of
    what it uses on other servers, and shares none of it.
    """
    kinds = {one.id: one for one in workloads}
    edges = {
        (use.server, use.client) if kinds[use.client].kind == "schedule" else (use.client, use.server)
        for use in without_hubs(kinds, uses)
    }
    unit_of = _units(kinds, edges, fixed)
    keys = {unit_of[one] for one in fixed if one in kinds}
    graph = graph_of(unit_of.values(), ((unit_of[a], unit_of[b]) for a, b in edges))
    led_by: dict[str, set[str]] = {unit: set() for unit in graph}
    for head in (*sorted(keys), *_heads(graph, keys)):
        for unit in _reached(graph, head, stop=keys - {head}):
            led_by[unit].add(head)
    groups: dict[str, set[str]] = {}
    shared = {}
    for one, unit in unit_of.items():
        heads = led_by[unit]
        if unit in keys:
            groups.setdefault(unit, set()).add(one)
        elif len(heads) == 1:
            groups.setdefault(next(iter(heads)), set()).add(one)
        else:
            shared[one] = frozenset(heads)
    names = {f"system {name}": name for name in fixed.values()}
    return Grouping(
        {names.get(key, key): frozenset(held) for key, held in groups.items()},
        {one: frozenset(names.get(head, head) for head in heads) for one, heads in shared.items()},
    )


def among(kinds: Mapping[str, Workload], uses: Iterable[Use]) -> list[Use]:
    """Those that count: of two workloads that are there, and not of a job, which works on others and is used by none."""
    return [
        use for use in uses if use.client in kinds and use.server in kinds and kinds[use.server].kind != "schedule"
    ]


def without_hubs(kinds: Mapping[str, Workload], uses: Iterable[Use]) -> list[Use]:
    """The uses, but for those by a hub of what stands on other servers than it does."""
    found = list(uses)
    elsewhere = {
        use: kinds[use.server].server for use in found if kinds[use.server].server != kinds[use.client].server
    }
    many = hubs((use.client, server) for use, server in elsewhere.items())
    return [use for use in found if use.client not in many or use not in elsewhere]


def _units(
    kinds: Mapping[str, Workload], edges: Iterable[tuple[str, str]], fixed: Mapping[str, str]
) -> dict[str, str]:
    """What cannot be parted: a person's systems, and what runs on one server over one database."""
    clients: dict[tuple[str, str], set[str]] = {}
    for client, server in edges:
        runs = kinds[client]
        if kinds[server].kind in DATABASES and runs.kind in _RUNS and client not in fixed:
            clients.setdefault((runs.server, server), set()).add(client)
    ties: dict[str, set[str]] = {one: set() for one in kinds}
    for together in clients.values():
        first = min(together)
        for other in together:
            ties[first].add(other)
            ties[other].add(first)
    tied = {one: frozenset(others) for one, others in ties.items()}
    unit_of: dict[str, str] = {}
    for one in sorted(kinds):
        if one in fixed:
            unit_of[one] = f"system {fixed[one]}"
        elif one not in unit_of:
            unit_of.update(dict.fromkeys(_reached(tied, one), one))
    return unit_of


def _heads(graph: Graph, keys: set[str]) -> list[str]:
    """Where people begin: at units that no other leads to; of a ring that no other leads to, at its first."""
    led_to = {other for others in graph.values() for other in others}
    heads = [unit for unit in sorted(graph) if unit not in led_to and unit not in keys]
    seen = set().union(*(_reached(graph, head, stop=keys - {head}) for head in (*keys, *heads)))
    rest = {unit: _reached(graph, unit, stop=keys) for unit in sorted(graph) if unit not in seen}
    for unit, reached in rest.items():
        ring = {other for other in reached if unit in rest.get(other, ())}
        led_from = {other for other, there in rest.items() if unit in there}
        if unit == min({unit, *ring}) and led_from <= {unit, *ring}:
            heads.append(unit)
    return heads


def _reached(graph: Graph, start: str, stop: Iterable[str] = ()) -> set[str]:
    """All that `start` leads to, itself included, not going into what is in `stop`."""
    closed = set(stop)
    found, waiting = {start}, [start]
    while waiting:
        for other in graph[waiting.pop()]:
            if other not in found and other not in closed:
                found.add(other)
                waiting.append(other)
    return found
