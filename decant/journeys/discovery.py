"""One discovery: hosts read, kept as they come, and what follows from all that is known."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from decant.journeys import sources
from decant.journeys.forgetting import keep_within
from decant.journeys.talking import keep_dependencies
from estate.errors import worst
from estate.records.dependency import Dependency
from estate.records.host import Host
from estate.records.observation import Observation, Outcome
from estate.records.report import NotSeen
from estate.records.server import Server, ServerFacts
from estate.records.sighting import OWN, Sighting
from estate.records.workload import Workload
from estate.transport.base import Transport
from inventory import holdings, systems_file
from inventory.collect import Collected
from inventory.discover import discover
from inventory.own import sighting_of
from inventory.workloads import all_workloads, gone

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store
    from inventory.identity import Identified


@dataclass(frozen=True)
class Discovery:
    """What one run found."""

    collected: Sequence[Collected]
    workloads: Sequence[Workload]
    dependencies: Sequence[Dependency]
    not_seen: Sequence[NotSeen]
    seconds: float

    @property
    def unreached(self) -> list[Collected]:
        """The hosts that could not be read."""
        return [one for one in self.collected if not one.server.reached]

    @property
    def exit_code(self) -> int:
        """0, or the worst of what kept us out of a host."""
        return worst(one.exit_code for one in self.collected)


def run(
    app: "App",
    chosen: Sequence[Host],
    hosts: Mapping[str, Host],
    record: Path | None = None,
    replay: Path | None = None,
    tier: int = 2,
) -> Discovery:
    """Read the `chosen` hosts; `hosts` also holds the jump hosts. Each is kept as soon as it is read.

    `tier` 1 leaves out the facts that cost a host more than a moment; what was known of them stays known.

    Workloads and dependencies are derived from all that is known, the hosts of earlier runs included. Also where
    the run is stopped, it is in the ledger with what it read.
    """
    begun = time.monotonic()
    store = app.store
    kept: list[Collected] = []

    def keep(one: Collected) -> None:
        store.put(one.server.model_copy(update={"tried": True}), _own(store, one))
        store.add_observations(one.observations)
        kept.append(one)

    def connect(host: Host) -> Transport:
        return _transport(app, host, hosts, record, replay)

    # A file that is not right is said before any host is asked.
    systems_file.load(app.workspace.systems)
    settings = app.settings.discover
    previous = {server.id: server for server in store.all(Server)}
    earlier = {host.name: _known_last(store, host.name) for host in chosen if host.name in previous}
    try:
        collected = discover(
            chosen, connect, keep, previous, settings.parallel, settings.timeout, app.progress, tier, earlier
        )
    finally:
        if kept:
            _note(app, kept, replay)
            derive(app)
            keep_within(app)
    facts = store.all_server_facts()
    ids = {one.server.id for one in collected}
    return Discovery(
        collected,
        [one for one in store.all(Workload) if one.server in ids],
        [one for one in store.all(Dependency) if ids & {one.client, one.server}],
        [missing for one in facts if one.server.id in ids for missing in not_seen(one)],
        time.monotonic() - begun,
    )


def _known_last(store: "Store", server: str) -> dict[str, Observation]:
    """What tells since when each update waits: a reading that failed in between does not begin it anew."""
    known = [seen for seen in store.observations(server, "updates") if seen.outcome is Outcome.KNOWN]
    return {"updates": known[-1]} if known else {}


def not_seen(facts: ServerFacts) -> list[NotSeen]:
    """What of one server could not be read, or not wholly, and why."""
    return [
        NotSeen(
            server=facts.server.id,
            fact=fact,
            outcome="partial" if seen.outcome is Outcome.KNOWN else seen.outcome.value,
            reason=seen.partial or seen.reason,
            privilege=seen.privilege,
        )
        for fact, seen in sorted(facts.observations.items())
        if seen.partial or seen.outcome in (Outcome.UNREADABLE, Outcome.FAILED)
    ]


def _transport(
    app: "App", host: Host, hosts: Mapping[str, Host], record: Path | None, replay: Path | None
) -> Transport:
    from estate.transport.connect import connect
    from estate.transport.recorded import RecordedTransport, RecordingTransport

    if replay is not None:
        return RecordedTransport(host.name, replay)
    transport = connect(host, hosts, app.workspace.known_hosts)
    return RecordingTransport(transport, record) if record is not None else transport


def _note(app: "App", kept: Sequence[Collected], replay: Path | None) -> None:
    outcomes = {one.server.id: one.server.unreached_reason or "read" for one in kept}
    source = {"replayed": str(replay)} if replay else {}
    app.ledger.append("discover", sorted(outcomes), {"hosts": outcomes, **source}, app.actor)


def _own(store: "Store", one: Collected) -> Sighting:
    before = store.get(Sighting, f"{OWN}::{one.server.id}")
    return sighting_of(one.server, {seen.fact: seen for seen in one.observations}, before)


def derive(app: "App", sightings: Sequence[Sighting] | None = None) -> "Identified":
    """Join what all sources say into servers, and derive workloads and dependencies from all that is known.

    `sightings` are all that count, where they are not yet those of the store.
    """
    store = app.store
    identified = sources.join(store, sources.known_sightings(store) if sightings is None else sightings)
    facts, held = store.all_server_facts(), sources.by_server(store)
    names: dict[str, list[str]] = {}
    for entry in app.settings.service:
        names.setdefault(entry.workload, []).append(entry.name)
    imported = holdings.holdings(facts, held)
    confirmed = systems_file.load(app.workspace.systems)
    workloads = systems_file.with_systems((*all_workloads(facts, names), *imported), confirmed)
    before = store.all(Workload)
    store.retire(Workload, {*gone(before, workloads, facts), *holdings.gone(before, imported)})
    store.put(*workloads, *holdings.handed_on(held))
    keep_dependencies(store, facts, workloads)
    return identified
