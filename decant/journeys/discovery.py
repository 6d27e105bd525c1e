"""One discovery: hosts read, kept as they come, and what follows from all that is known."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from decant.journeys import sources
from decant.journeys.forgetting import keep_within
from decant.journeys.talking import keep_dependencies
from decant.rows import FreshRow
from estate.errors import worst
from estate.records.base import now
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
from inventory.freshness import fresh_since, noted, way_to
from inventory.own import sighting_of
from inventory.particulars import LONGEST_DAYS, SHORTEST_HOURS, wants, with_particulars
from inventory.workloads import all_workloads, gone

if TYPE_CHECKING:
    from decant.app import App
    from estate.store import Store
    from inventory.identity import Identified

NOTE_SECONDS = 5.0
"""How often the ledger is told what was read."""


@dataclass(frozen=True)
class Discovery:
    """What one run found."""

    collected: Sequence[Collected]
    workloads: Sequence[Workload]
    dependencies: Sequence[Dependency]
    not_seen: Sequence[NotSeen]
    seconds: float
    fresh: Sequence[FreshRow] = ()
    """Hosts that were left out, as what is known of them is recent."""

    @property
    def unreached(self) -> list[Collected]:
        """The hosts that could not be read."""
        return [one for one in self.collected if not one.server.reached]

    @property
    def exit_code(self) -> int:
        """0, or the worst of what kept us out of a host."""
        return worst(one.exit_code for one in self.collected)


@dataclass(frozen=True)
class Asked:
    """How a person wants it."""

    tier: int = 2
    """1 leaves out the facts that cost a host more than a moment; what was known of them stays known."""
    max_age: float | None = None
    """Hosts that were read within so many seconds are left out."""
    record: Path | None = None
    replay: Path | None = None


def run(
    app: "App",
    chosen: Sequence[Host],
    hosts: Mapping[str, Host],
    asked: Asked = Asked(),
    stop: Callable[[], bool] = lambda: False,
) -> Discovery:
    """Read the `chosen` hosts; `hosts` also holds the jump hosts. Each is kept as soon as it is read.

    Workloads and dependencies are derived from all that is known, the hosts of earlier runs included. Also where
    the run is stopped, it is in the ledger with what it read; killed at once, with all but the last seconds of it.
    """
    begun = time.monotonic()
    # A file that is not right is said before any host is asked.
    systems_file.load(app.workspace.systems)
    store, settings = app.store, app.settings.discover
    previous = {server.id: server for server in store.all(Server)}
    ways = {host.name: way_to(host, hosts) for host in chosen}
    fresh = _fresh(previous, ways, asked)
    wanted = [host for host in chosen if host.name not in fresh]
    collected: list[Collected] = []
    diary = _Diary(app, asked)
    try:
        if wanted:
            diary.begin([host.name for host in wanted], list(fresh))
        for one in discover(
            wanted,
            lambda host: _transport(app, host, hosts, asked.record, asked.replay),
            previous,
            settings.parallel,
            settings.timeout,
            app.progress,
            asked.tier,
            lambda name: _known_last(store, name) if name in previous else {},
            stop,
        ):
            way, before = ways[one.server.id], previous.get(one.server.id)
            server = noted(one.server, one.observations, asked.tier, way, before)
            store.add_observations(one.observations, server.model_copy(update={"tried": True}), _own(store, one))
            # What was observed is in the store, and too much to hold of every host.
            collected.append(replace(one, observations=()))
            diary.note(one)
    finally:
        if collected or fresh:
            diary.write()
            derive(app)
            keep_within(app)
    ids = {one.server.id for one in collected}
    return Discovery(
        sorted(collected, key=lambda one: one.server.id),
        [one for one in store.all(Workload) if one.server in ids],
        [one for one in store.all(Dependency) if ids & {one.client, one.server}],
        [missing for one in store.each_server_facts() if one.server.id in ids for missing in not_seen(one)],
        time.monotonic() - begun,
        _fresh_rows(fresh),
    )


def _fresh(previous: Mapping[str, Server], ways: Mapping[str, str], asked: Asked) -> dict[str, datetime]:
    """When each host was read that need not be asked again."""
    if asked.max_age is None:
        return {}
    moment = now()
    since = {
        name: fresh_since(previous.get(name), asked.tier, way, asked.max_age, moment) for name, way in ways.items()
    }
    return {name: at for name, at in since.items() if at is not None}


def _fresh_rows(fresh: Mapping[str, datetime]) -> list[FreshRow]:
    moment = now()
    return [
        {"server": name, "read_at": at, "age_seconds": round((moment - at).total_seconds())}
        for name, at in sorted(fresh.items())
    ]


class _Diary:
    """The run in the ledger: that it began, with every host that is to be read; then, every few seconds, what was read.

    A process that is killed so leaves who read which hosts, and an entry of its own for each of thousands of hosts
    would make the ledger long to check.
    """

    def __init__(self, app: "App", asked: Asked) -> None:
        self._app = app
        self._source = {"replayed": str(asked.replay)} if asked.replay else {}
        self._tier = asked.tier
        self._outcomes: dict[str, str] = {}
        self._written = time.monotonic()

    def begin(self, names: Sequence[str], fresh: Sequence[str]) -> None:
        """Before the first host is asked."""
        payload = {"hosts": sorted(names), "tier": self._tier, **({"fresh": sorted(fresh)} if fresh else {})}
        self._app.ledger.append("discover.begun", sorted(names), {**payload, **self._source}, self._app.actor)

    def note(self, one: Collected) -> None:
        """A host that was kept."""
        self._outcomes[one.server.id] = one.server.unreached_reason or "read"
        if time.monotonic() - self._written > NOTE_SECONDS:
            self.write()

    def write(self) -> None:
        """What was noted and not yet written."""
        if self._outcomes:
            outcomes, self._outcomes = self._outcomes, {}
            self._app.ledger.append(
                "discover", sorted(outcomes), {"hosts": outcomes, **self._source}, self._app.actor
            )
        self._written = time.monotonic()


def _known_last(store: "Store", server: str) -> dict[str, Observation]:
    """What tells since when each update waits: a reading that failed in between does not begin it anew."""
    seen = store.last_known(server, "updates")
    return {"updates": seen} if seen else {}


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


def _own(store: "Store", one: Collected) -> Sighting:
    before = None if one.server.reached else store.get(Sighting, f"{OWN}::{one.server.id}")
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
    workloads = _with_particulars(store, workloads, facts, confirmed)
    before = store.all(Workload)
    store.retire(Workload, {*gone(before, workloads, facts), *holdings.gone(before, imported)})
    known = {one.id: one for one in before}
    store.put(*(one for one in workloads if known.get(one.id) != one), *holdings.handed_on(held))
    keep_dependencies(store, facts, workloads)
    return identified


def _with_particulars(
    store: "Store",
    workloads: Sequence[Workload],
    facts: Sequence[ServerFacts],
    confirmed: systems_file.SystemsFile,
) -> tuple[Workload, ...]:
    """With owner and change rates, for which older readings are looked up."""
    estate = {one.server.id: one for one in facts}
    moment = now()
    since, until = moment - timedelta(days=LONGEST_DAYS), moment - timedelta(hours=SHORTEST_HOURS)
    earlier = {
        (server, fact): seen
        for server, fact in wants(workloads, estate)
        if (seen := store.first_known(server, fact, since, until)) is not None
    }
    return with_particulars(workloads, estate, earlier, systems_file.owners(confirmed))
