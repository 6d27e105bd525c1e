"""Every host is read on its own: one that is dead, slow or wrong costs the others nothing."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from estate.errors import DecantError, InterruptedRunError
from estate.progress import Progress, Step, silent
from estate.records.host import Host
from estate.records.observation import Observation
from estate.records.server import Server
from estate.transport.base import Transport
from inventory.collect import Collected, collect, unreached
from inventory.facts import all_facts
from inventory.facts.base import Fact
from inventory.places import TICK, Place, Places

TASK = "discover"


@dataclass(frozen=True)
class _Errand:
    """What is asked of every host."""

    connect: Callable[[Host], Transport]
    facts: Sequence[Fact]
    timeout: float
    previous: Mapping[str, Server]
    earlier: Callable[[str], Mapping[str, Observation]] | None

    def run(self, host: Host, place: Place[Collected]) -> Collected:
        """Read one host. What is wrong with it is in the outcome."""
        before = self.previous.get(host.name)
        try:
            transport = self.connect(host)
        except DecantError as wrong:
            return unreached(host, wrong, before)
        try:
            place.reach(transport, self.timeout)
            place.held_for(math.inf)
            earlier = self.earlier(host.name) if self.earlier else {}
            return collect(host, transport, self.facts, self.timeout, before, earlier)
        except DecantError as wrong:
            return unreached(host, wrong, before)
        finally:
            transport.close()


def discover(
    hosts: Sequence[Host],
    connect: Callable[[Host], Transport],
    previous: Mapping[str, Server] | None = None,
    parallel: int = 32,
    timeout: float = 60,
    progress: Progress = silent,
    tier: int = 2,
    earlier: Callable[[str], Mapping[str, Observation]] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Collected]:
    """Read every fact of every host, and give each host as soon as it is read; nothing of it is held here after that.

    `timeout` is what tier 1 of one host may take, in seconds, and tier 2 twice that; `tier` 1 leaves out the facts
    that cost a host more than a moment. `earlier` gives by a host's name what was known of each fact last, for what
    can only be told from two readings; it is asked in threads.

    Once `stop` says so, what was read is still given, and then `InterruptedRunError` is raised.
    """
    facts = tuple(fact for fact in all_facts().values() if fact.tier <= tier)
    errand = _Errand(connect, facts, timeout, previous or {}, earlier)
    places: Places[Collected] = Places(parallel)
    for host in hosts:
        places.ask(host.name, partial(errand.run, host))
    done, total = 0, len(hosts)
    progress(Step(TASK, done, total, "hosts"))
    try:
        while places.waiting or places.under_way:
            stopped = stop()
            place = places.next(0, begin=False) if stopped else places.next(TICK)
            if place is None:
                if not stopped:
                    continue
                raise InterruptedRunError(
                    f"Stopped after {done} of {total} hosts, which are kept",
                    "run `decant discover --max-age 1h` for the rest",
                )
            collected = place.result()
            done += 1
            yield collected
            reached = collected.server.reached
            progress(Step(TASK, done, total, "hosts", "" if reached else f"{place.name} was not reached"))
    finally:
        # A command that runs on a host ends with its connection. One that is being made ends with this program.
        for place in places.under_way:
            if place.transport is not None:
                place.transport.close()
