"""What crosses between the rooms after each wave. Pure."""

from collections.abc import Iterable, Mapping

from migration.systems import Link


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


def _moved(ends: Iterable[str], wave_of: Mapping[str, int], wave: int) -> set[bool]:
    """Whether the ends have moved; an end that is no workload of ours has not."""
    return {wave_of.get(one, wave + 1) <= wave for one in ends} or {False}
