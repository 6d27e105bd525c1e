"""Many hosts at once, each on its own: one that is dead, slow or wrong costs the others nothing.

A host that is read holds one of the places that there are. One that is waited for holds its place for a moment only:
`HELLO_SECONDS` until it says its first word, `LOGIN_SECONDS` more until it lets us in. Then the next host begins while
it is waited for, so that any number of dead hosts take the time of one.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, runtime_checkable

from estate.errors import DecantError, InterruptedRunError
from estate.progress import Progress, Step, silent
from estate.records.host import Host
from estate.records.observation import Observation
from estate.records.server import Server
from estate.transport.base import Transport
from inventory.collect import Collected, collect, unreached
from inventory.facts import all_facts
from inventory.facts.base import Fact

TASK = "discover"

HELLO_SECONDS = 0.5
"""How long a host that has said nothing yet holds a place. One that is alive answers in a round trip or two."""
LOGIN_SECONDS = 5.0
"""How long one that has spoken holds a place until it lets us in: agreeing on keys takes processor time, here too."""
UNDER_WAY = 800
"""The most hosts under way, those that are waited for included: each has a socket, and 1,024 files are often allowed."""
_TICK = 0.1


@runtime_checkable
class Connects(Protocol):
    """A transport of which we can tell how far it is on its way to the host."""

    def connect(self, timeout: float, heard: Callable[[], None]) -> None:
        """Connect and log in; `heard` is called at the host's first word. Raises as `Transport.run` does."""


@dataclass
class _Place:
    """One host under way. `until` is when it no longer holds its place, in monotonic seconds."""

    host: Host
    until: float
    transport: Transport | None = None
    collected: Collected | None = None
    fault: BaseException | None = None

    def held_for(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds


@dataclass(frozen=True)
class _Arrival:
    """Hands a place to the caller's own thread when its host is done with, and a fault of our own to be raised there."""

    place: _Place
    arrived: "SimpleQueue[_Place]"

    def __enter__(self) -> _Place:
        return self.place

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> bool:
        self.place.fault = fault
        self.arrived.put(self.place)
        return True


@dataclass(frozen=True)
class _Errand:
    """What is asked of every host."""

    connect: Callable[[Host], Transport]
    facts: Sequence[Fact]
    timeout: float
    previous: Mapping[str, Server]
    earlier: Callable[[str], Mapping[str, Observation]] | None

    def run(self, place: _Place) -> Collected:
        """Read one host. What is wrong with it is in the outcome."""
        host, before = place.host, self.previous.get(place.host.name)
        try:
            transport = place.transport = self.connect(host)
        except DecantError as wrong:
            return unreached(host, wrong, before)
        try:
            if isinstance(transport, Connects):
                transport.connect(self.timeout, lambda: place.held_for(LOGIN_SECONDS))
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
    left, total = deque(hosts), len(hosts)
    under_way: list[_Place] = []
    arrived: SimpleQueue[_Place] = SimpleQueue()

    def go(place: _Place) -> None:
        with _Arrival(place, arrived):
            place.collected = errand.run(place)

    done = 0
    progress(Step(TASK, 0, total, "hosts"))
    try:
        while left or under_way:
            stopped = stop()
            while left and not stopped and _room(under_way, parallel):
                place = _Place(left.popleft(), time.monotonic() + HELLO_SECONDS)
                under_way.append(place)
                # Not of a pool: the program's end waits for those, be they ever so dead.
                threading.Thread(target=go, args=(place,), name=f"discover-{place.host.name}", daemon=True).start()
            try:
                place = arrived.get(block=not stopped, timeout=_TICK)
            except Empty:
                if not stopped:
                    continue
                raise InterruptedRunError(
                    f"Stopped after {done} of {total} hosts, which are kept",
                    "run `decant discover --max-age 1h` for the rest",
                ) from None
            under_way.remove(place)
            if place.collected is None:
                raise place.fault or AssertionError(place.host.name)
            done += 1
            yield place.collected
            reached = place.collected.server.reached
            progress(Step(TASK, done, total, "hosts", "" if reached else f"{place.host.name} was not reached"))
    finally:
        # A command that runs on a host ends with its connection. One that is being made ends with this program.
        for place in under_way:
            if place.transport is not None and place.until == math.inf:
                place.transport.close()


def _room(under_way: Sequence[_Place], parallel: int) -> bool:
    now = time.monotonic()
    return len(under_way) < max(parallel, UNDER_WAY) and sum(place.until > now for place in under_way) < parallel
