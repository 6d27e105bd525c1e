"""Who is who, from all that is known: sightings joined into servers, and what follows from them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from estate.records.assessment import Assessment
from estate.records.finding import Finding
from estate.records.server import Origin, Server
from estate.records.sighting import OWN, Sighting
from estate.store import IDENTITY
from inventory.identity import Identified, identify
from inventory.merge import Rank, by_rank, merged, origins_in
from inventory.own import sighting_of
from inventory.sources import all_sources

if TYPE_CHECKING:
    from estate.store import Store


def ranks() -> Rank:
    """Whose word is shown, as the sources say themselves."""
    return by_rank({one.id: (one.machine_rank, one.owner_rank) for one in all_sources().values()})


def known_sightings(store: "Store") -> list[Sighting]:
    """Every sighting; a server that was discovered before there were any gives its own."""
    found = store.all(Sighting)
    have = {one.server for one in found}
    for server in store.all(Server):
        if server.id not in have:
            found.append(sighting_of(server, store.server_facts(server.id).observations))
    return found


def join(store: "Store", sightings: Sequence[Sighting]) -> Identified:
    """Decide who is who, and keep sightings and servers as they are then. `sightings` are all that count now."""
    found = identify(sightings)
    before = {one.id: one for one in store.all(Server)}
    kept = {one.id: one for one in store.all(Sighting)}
    rank = ranks()
    changed: list[Server | Sighting] = []
    for name, members in found.servers.items():
        settled = [one.model_copy(update={"server": name}) for one in members]
        changed += [one for one in settled if kept.get(one.id) != one]
        if len(settled) == 1 and settled[0].source == OWN and name in before and not before[name].origins:
            continue
        server = merged(name, settled, before.get(name), rank)
        if server != before.get(name):
            changed.append(server)
    store.put(*changed)
    renamed = before.keys() - found.servers.keys()
    store.retire(Server, renamed)
    store.retire(Assessment, renamed)
    if renamed:
        of_them = [one for one in store.all(Finding) if one.scope == "host" and one.subject in renamed]
        store.retire(Finding, map(IDENTITY[Finding], of_them))
    return found


def origins(store: "Store", server: Server) -> Mapping[str, Origin]:
    """Where each value of a server comes from, also of one that no other source speaks of."""
    if server.origins:
        return server.origins
    own = store.get(Sighting, f"{OWN}::{server.id}")
    return origins_in(own or sighting_of(server, store.server_facts(server.id).observations))


def by_server(store: "Store") -> Mapping[str, Sequence[Sighting]]:
    """The sightings of each server, as they were joined last."""
    found: dict[str, list[Sighting]] = {}
    for one in store.all(Sighting):
        found.setdefault(one.server, []).append(one)
    return found
