"""Who talks to whom, from all that is known: the last reading, what was observed over time, and configuration."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from estate.addresses import is_public
from estate.observed import Observed
from estate.records.dependency import Dependency
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from inventory.dependencies import come_inside, crowded, dependencies

if TYPE_CHECKING:
    from estate.store import Store


def keep_dependencies(
    store: "Store", facts: Sequence[ServerFacts], workloads: Sequence[Workload]
) -> tuple[Dependency, ...]:
    """Derive the dependencies and keep those that are new or changed; returns all that are known now.

    Clients of a port that turned out to be open to the public are no longer kept one by one, and an end outside
    that has become a server of the estate is no longer kept as one outside.
    """
    observed = Observed(store.database)
    talks = observed.talks()
    before = {one.id: one for one in store.all(Dependency)}
    public = crowded(talks)
    gone = [
        one.id
        for one in before.values()
        if one.client_outside and (one.server, one.port) in public and is_public(one.client)
    ]
    inside = come_inside(before.values(), facts)
    store.retire(Dependency, [*gone, *inside])
    moved = {one.id: one for one in inside.values() if one}
    known = {**moved, **{name: one for name, one in before.items() if name not in inside}}
    found = dependencies(facts, workloads, talks, observed.watches(), known.values())
    seen = {one.id for one in found}
    kept = [one for name, one in moved.items() if name not in seen and name not in before]
    store.put(*(one for one in (*found, *kept) if before.get(one.id) != one))
    return found
