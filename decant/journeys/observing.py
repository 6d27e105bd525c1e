"""One observation: servers looked at round after round, kept as they come, and what follows from it."""

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from decant.journeys.talking import keep_dependencies
from decant.journeys.usage import usages
from estate.errors import EXIT_INTERRUPTED, EXIT_UNREACHABLE, UnreachableError, worst
from estate.observed import Observed, Round
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.host import Host
from estate.records.server import Server
from estate.records.usage import Usage
from estate.records.workload import Workload
from estate.transport.base import Transport
from estate.transport.connect import connect
from inventory.dependencies import places_of
from inventory.observe.rounds import Keeper, Run, Watched, observe
from inventory.observe.sysstat import History

if TYPE_CHECKING:
    from decant.app import App

DERIVE_SECONDS = 600.0
"""How often, at most, dependencies are derived while it runs: a long run that is killed leaves little to derive."""
_FILES_EACH = 4


@dataclass(frozen=True)
class Observing:
    """What one run saw."""

    run: Run
    seen_before: frozenset[str]
    """Ids of the dependencies that were seen before this run. No clock that jumps changes them."""
    dependencies: Sequence[Dependency]
    usage: Sequence[Usage]
    seconds: float

    @property
    def watched(self) -> list[Watched]:
        """Each server, by name."""
        return [self.run.watched[name] for name in sorted(self.run.watched)]

    @property
    def new(self) -> list[Dependency]:
        """Dependencies that were not seen before this run."""
        return [one for one in self.dependencies if one.first_seen is not None and one.id not in self.seen_before]

    @property
    def exit_code(self) -> int:
        """130 where it was stopped, else the worst of what kept us out of a server in every round."""
        if self.run.stopped:
            return EXIT_INTERRUPTED
        return worst((one.exit_code or EXIT_UNREACHABLE) for one in self.watched if not one.rounds)


def run(app: "App", chosen: Sequence[Host], every: float, rounds: int, stop: Callable[[], bool]) -> Observing:
    """Look at the `chosen` hosts in so many rounds, one every `every` seconds, until `stop` says so.

    Each round is in the store as soon as it is there. Raises as opening the store does; what is wrong with a host
    is said of that host.
    """
    begun = time.monotonic()
    store, settings = app.store, app.settings
    observed = Observed(store.database)
    observed.forget_before(now() - timedelta(days=settings.observe.keep_days))
    # Also what a run saw that was killed before it said so.
    seen_before = frozenset(one.id for one in _derive(app) if one.first_seen is not None)
    own = frozenset(places_of(store.all_server_facts()))
    news = _News()
    _room_for(len(chosen))

    def keep(looked: Sequence[Round]) -> int:
        news.take(looked)
        return observed.keep(looked, own)

    def history(past: History) -> None:
        if past.usage is not None:
            store.put(past.usage)

    def after_round() -> None:
        if news.due():
            _derive(app)

    windows = {one.id for one in store.all(Server) if one.is_windows}
    # Noted before anybody is asked anything: a run that is killed leaves its beginning.
    app.ledger.append(
        "observe.begun",
        sorted(one.name for one in chosen),
        {"every_seconds": every, "rounds": rounds},
        app.actor,
    )

    def reach(host: Host) -> Transport:
        if host.system == "windows" or (host.system is None and host.name in windows):
            raise UnreachableError(
                f"{host.name} runs Windows, which `decant observe` does not read",
                "look at it with `decant discover`",
            )
        return connect(host, app.hosts, app.workspace.known_hosts)

    ran = observe(
        chosen,
        reach,
        Keeper(keep, history, after_round),
        every,
        rounds,
        stop=stop,
        parallel=settings.discover.parallel,
        timeout=settings.discover.timeout,
        progress=app.progress,
    )
    names = set(ran.watched)
    found = [one for one in _derive(app) if names & {one.client, one.server}]
    known = usages(store)
    _note(app, ran)
    return Observing(
        ran,
        seen_before,
        found,
        [one for name in sorted(names) for one in known.get(name, ())],
        time.monotonic() - begun,
    )


class _News:
    """Whether somebody was seen to talk who was not before, and it is time to say so."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str, str, int]] = set()
        self._fresh = False
        self._last = -DERIVE_SECONDS

    def take(self, looked: Sequence[Round]) -> None:
        keys = {(one.server, *key) for one in looked for key in one.talks}
        self._fresh = self._fresh or not keys <= self._known
        self._known |= keys

    def due(self) -> bool:
        """True once for each news, and not too often."""
        if not self._fresh or time.monotonic() - self._last < DERIVE_SECONDS:
            return False
        self._fresh, self._last = False, time.monotonic()
        return True


def _derive(app: "App") -> Sequence[Dependency]:
    return keep_dependencies(app.store, app.store.all_server_facts(), app.store.all(Workload))


def _note(app: "App", ran: Run) -> None:
    hosts = {
        name: f"{one.rounds} of {ran.done} rounds" + (f"; away: {one.away}" if one.away else "")
        for name, one in sorted(ran.watched.items())
    }
    payload = {
        "every_seconds": ran.every,
        "rounds": ran.done,
        "of_rounds": ran.rounds,
        "skipped": ran.skipped,
        "stopped": ran.stopped,
        "hosts": hosts,
    }
    app.ledger.append("observe", sorted(hosts), payload, app.actor)


def _room_for(hosts: int) -> None:
    """A connection is kept for each host, so allow as many open files as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hosts * _FILES_EACH + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
