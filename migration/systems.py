"""Which workloads belong together: grouped into systems by what is confirmed and by who talks to whom. Pure."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from estate.graph import Graph, graph_of, hubs
from estate.naming import names
from estate.records.dependency import Dependency
from estate.records.workload import Workload

APPLICATIONS = frozenset({"website", "service", "schedule"})
"""Kinds that run together on a server, and call data elsewhere."""


@dataclass(frozen=True)
class Link:
    """One dependency, as far as it can be laid at workloads: any of `clients` may use any of `servers`."""

    dependency: Dependency
    clients: frozenset[str]
    """Ids of workloads; empty where the client is no server with workloads of its own."""
    servers: frozenset[str]


@dataclass(frozen=True)
class System:
    """Workloads that move together: its data first, as what uses it comes after."""

    name: str
    workloads: tuple[str, ...]


def links(workloads: Sequence[Workload], dependencies: Iterable[Dependency]) -> list[Link]:
    """Lay each dependency at workloads.

    The server's end is the workload that is known to answer there, else those on that port, else all of that
    server. The client's end is the server's applications, else all that it holds. What a confirmed system may be using
    of its own, it uses, and not that of others.
    """
    by_server: dict[str, list[Workload]] = defaultdict(list)
    for one in workloads:
        by_server[one.server].append(one)
    known = {one.id for one in workloads}
    system_of = {one.id: one.system for one in workloads}
    found: list[Link] = []
    for dependency in dependencies:
        there = by_server[dependency.server]
        if dependency.workload in known:
            servers = {str(dependency.workload)}
        else:
            on_port = {one.id for one in there if one.detail.get("port") == dependency.port}
            servers = on_port or {one.id for one in there}
        here = by_server[dependency.client]
        clients = {one.id for one in here if one.kind in APPLICATIONS} or {one.id for one in here}
        found += [Link(dependency, *ends) for ends in _by_system(clients - servers, servers, system_of)]
    return found


def _by_system(
    clients: set[str], servers: set[str], system_of: Mapping[str, str | None]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Clients of a system that has an end of its own among the servers, with these; all others with all."""
    found = []
    rest = set(clients)
    for system in sorted({name for one in servers if (name := system_of[one])}):
        own = {one for one in clients if system_of[one] == system}
        if own:
            found.append((frozenset(own), frozenset(one for one in servers if system_of[one] == system)))
            rest -= own
    return [*found, (frozenset(rest), frozenset(servers))] if rest or not found else found


def systems(workloads: Sequence[Workload], found: Iterable[Link]) -> list[System]:
    """Group workloads into systems.

    Together are: workloads of one confirmed system; the applications of one server; a server's only data and
    its jobs; what depends on each other both ways; and a workload that only one system uses, with that system. What
    a hub has to do with other servers brings nothing together.
    """
    unit_of = _units(workloads)
    confirmed = {unit_of[one.id] for one in workloads if one.system}
    ends = {(c, s) for link in found for c in link.clients for s in link.servers}
    calls = graph_of(unit_of.values(), _without_hubs(ends, unit_of, workloads))
    group_of = {unit: part[0] for part in rings(calls) for unit in part}
    group_of = _with_sole_clients(calls, group_of, confirmed)
    members: dict[str, list[Workload]] = defaultdict(list)
    for one in workloads:
        members[group_of[unit_of[one.id]]].append(one)
    called = _names(members)
    return [
        System(
            called[group],
            tuple(one.id for one in sorted(held, key=lambda one: (one.kind in APPLICATIONS, one.id))),
        )
        for group, held in sorted(members.items())
    ]


def shared_services(workloads: Sequence[Workload], found: Iterable[Link]) -> list[str]:
    """The servers of which something deals with so many others that it makes no system of them, in order."""
    unit_of, homes = _units(workloads), _homes(workloads)
    ends = {(c, s) for link in found for c in link.clients for s in link.servers}
    many = hubs(_met(ends, unit_of, homes))
    return sorted({homes[one] for one, unit in unit_of.items() if unit in many})


def _homes(workloads: Iterable[Workload]) -> dict[str, str]:
    """The server of each workload."""
    return {one.id: one.server for one in workloads}


def _met(
    ends: Iterable[tuple[str, str]], unit_of: Mapping[str, str], homes: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Each unit with the servers, besides its own, on which stands what it uses and what uses it."""
    own: dict[str, set[str]] = defaultdict(set)
    for one, unit in unit_of.items():
        own[unit].add(homes[one])
    for client, server in ends:
        for one, other in ((client, server), (server, client)):
            if homes[other] not in own[unit_of[one]]:
                yield unit_of[one], homes[other]


def _without_hubs(
    ends: Collection[tuple[str, str]], unit_of: Mapping[str, str], workloads: Iterable[Workload]
) -> set[tuple[str, str]]:
    """The units at both ends, but for what a hub has to do with other servers."""
    homes = _homes(workloads)
    many = hubs(_met(ends, unit_of, homes))
    return {
        (unit_of[client], unit_of[server])
        for client, server in ends
        if many.isdisjoint((unit_of[client], unit_of[server])) or homes[client] == homes[server]
    }


def rings(graph: Graph) -> list[list[str]]:
    """The nodes grouped so that all of a group depend on each other (strongly connected, by Kosaraju)."""
    order: list[str] = []
    seen: set[str] = set()
    for start in sorted(graph):
        _visit(graph, start, seen, order)
    backwards: dict[str, set[str]] = {node: set() for node in graph}
    for node, others in graph.items():
        for other in others:
            backwards[other].add(node)
    found = []
    seen = set()
    for start in reversed(order):
        part: list[str] = []
        _visit(backwards, start, seen, part)
        if part:
            found.append(sorted(part))
    return found


def _visit(graph: Mapping[str, Iterable[str]], start: str, seen: set[str], order: list[str]) -> None:
    """Append everything that `start` reaches and that was not seen, each node after what it reaches."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(sorted(graph[start])))]
    while stack:
        node, rest = stack[-1]
        following = next((other for other in rest if other not in seen), None)
        if following is None:
            stack.pop()
            order.append(node)
        else:
            seen.add(following)
            stack.append((following, iter(sorted(graph[following]))))


def _with_sole_clients(calls: Graph, group_of: dict[str, str], confirmed: set[str]) -> dict[str, str]:
    """Put each group that only one other group uses into that one, unless both are confirmed systems.

    One at a time, by name: who is whose only client may change with each.
    """
    fixed = {group_of[unit] for unit in confirmed}
    clients: dict[str, set[str]] = defaultdict(set)
    used: dict[str, set[str]] = defaultdict(set)
    for unit, others in calls.items():
        for other in others:
            one, its = group_of[unit], group_of[other]
            if one != its:
                clients[its].add(one)
                used[one].add(its)
    waiting = [group for group, users in clients.items() if len(users) == 1]
    heapq.heapify(waiting)
    into: dict[str, str] = {}
    while waiting:
        group = heapq.heappop(waiting)
        users = clients.get(group, set())
        if len(users) != 1 or (group in fixed and users & fixed):
            continue
        (user,) = users
        into[group] = user
        if group in fixed:
            fixed.add(user)
        del clients[group]
        used[user].discard(group)
        for other in used.pop(group, set()):
            clients[other] = clients[other] - {group} | {user}
            used[user].add(other)
            if len(clients[other]) == 1:
                heapq.heappush(waiting, other)
    return {unit: _last(group, into) for unit, group in group_of.items()}


def _last(group: str, into: Mapping[str, str]) -> str:
    while group in into:
        group = into[group]
    return group


def _units(workloads: Sequence[Workload]) -> dict[str, str]:
    """For each workload, the name of what it cannot be parted from."""
    units = {}
    for one in workloads:
        if one.system:
            units[one.id] = f"system {one.system}"
        elif one.kind in APPLICATIONS:
            units[one.id] = f"applications {one.server}"
        else:
            units[one.id] = one.id
    by_server: dict[str, list[Workload]] = defaultdict(list)
    for one in workloads:
        if not one.system:
            by_server[one.server].append(one)
    for free in by_server.values():
        data = [one for one in free if one.kind not in APPLICATIONS]
        jobs = [one for one in free if one.kind == "schedule"]
        if len(data) == 1 and len(data) + len(jobs) == len(free):
            units.update({one.id: data[0].id for one in jobs})
    return units


def _names(members: Mapping[str, Sequence[Workload]]) -> dict[str, str]:
    """A name for each group: its confirmed system's, or systems', else the one that it would be proposed under."""
    own = {group: sorted({one.system for one in held if one.system}) for group, held in members.items()}
    found = {group: " and ".join(systems) for group, systems in own.items() if systems}
    others = [group for group in sorted(members) if group not in found]
    return {**found, **dict(zip(others, names([members[group] for group in others], found.values()), strict=True))}
