"""In which order systems move, and what crosses between the rooms meanwhile. Pure."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from migration.systems import Link, System

Pressing = tuple[date, ...]
"""Days by which a system has to move, the first that counts first: the smaller, the more pressing."""


def order(systems: Sequence[System], deadlines: Mapping[str, Pressing]) -> list[System]:
    """Systems so that each comes after those it needs, the most pressing first.

    A system is as pressing as the most pressing of those that need it. `deadlines` are by system name.
    """
    by_name = {one.name: one for one in systems}
    users: dict[str, list[str]] = {name: [] for name in by_name}
    for one in systems:
        for other in one.needs:
            users[other].append(one.name)
    pressing: dict[str, Pressing] = {name: deadlines.get(name, (date.max,)) for name in by_name}
    for name in reversed(_kahn(by_name, users, pressing)):
        pressing[name] = min([pressing[name], *(pressing[user] for user in users[name])])
    return [by_name[name] for name in _kahn(by_name, users, pressing)]


def _kahn(
    systems: Mapping[str, System], users: Mapping[str, Sequence[str]], pressing: Mapping[str, Pressing]
) -> list[str]:
    left = {name: len(one.needs) for name, one in systems.items()}
    ready = [(pressing[name], name) for name, count in left.items() if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        _, name = heapq.heappop(ready)
        found.append(name)
        for user in users[name]:
            left[user] -= 1
            if not left[user]:
                heapq.heappush(ready, (pressing[user], user))
    return found


def pack(systems: Iterable[System], most: int) -> list[list[System]]:
    """Fill waves of at most `most` workloads, or one larger system, in the given order.

    A system never shares a wave with one that it needs: that one is to have settled first.
    """
    waves: list[list[System]] = []
    for one in systems:
        last = waves[-1] if waves else []
        held = sum(len(other.workloads) for other in last)
        needed = one.needs & {other.name for other in last}
        if last and not needed and held + len(one.workloads) <= most:
            last.append(one)
        else:
            waves.append([one])
    return waves


def crossing(links: Iterable[Link], wave_of: Mapping[str, int], wave: int) -> tuple[str, ...]:
    """Dependencies with one end in the server room and the other in Azure once `wave` has moved.

    `wave_of` gives each moving workload's wave; what is not in it stays.
    """
    found = []
    for link in links:
        if link.dependency.client_outside:
            continue
        clients = _moved(link.clients, wave_of, wave)
        servers = _moved(link.servers, wave_of, wave)
        if len(clients | servers) > 1:
            outside = " (outside the estate)" if link.dependency.server_outside else ""
            found.append(link.dependency.id + outside)
    return tuple(sorted(set(found)))


def against_order(links: Iterable[Link], wave_of: Mapping[str, int]) -> list[str]:
    """One line for each dependency whose client moves in an earlier wave than what it uses."""
    never = max(wave_of.values(), default=0) + 1
    found = []
    for link in links:
        if link.dependency.client_outside or not link.servers:
            continue
        for client in sorted(link.clients & wave_of.keys()):
            later = [one for one in sorted(link.servers) if wave_of.get(one, never) > wave_of[client]]
            moving = [one for one in later if one in wave_of]
            found += [
                f"{client} moves in wave {wave_of[client]}, before {one} that it uses (wave {wave_of[one]})"
                for one in moving
            ]
    return sorted(set(found))


def _moved(ends: Iterable[str], wave_of: Mapping[str, int], wave: int) -> set[bool]:
    """Whether the ends have moved; an end that is no workload of ours has not."""
    return {wave_of.get(one, wave + 1) <= wave for one in ends} or {False}
