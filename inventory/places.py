"""Many hosts at once, and what one that is only waited for costs the others: next to nothing.

A host that is at work holds one of the places that there are. One that is waited for holds its place for a moment only:
`HELLO_SECONDS` until it says its first word, `LOGIN_SECONDS` more until it lets us in. Then the next host begins while
it is waited for, so that any number of dead hosts take the time of one.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Generic, Protocol, TypeVar, runtime_checkable

from estate.transport.base import Transport

HELLO_SECONDS = 0.5
"""How long a host that has said nothing yet holds a place. One that is alive answers in a round trip or two."""
LOGIN_SECONDS = 5.0
"""How long one that has spoken holds a place until it lets us in: agreeing on keys takes processor time, here too."""
UNDER_WAY = 800
"""The most hosts under way, those that are waited for included: each has a socket, and 1,024 files are often allowed."""
TICK = 0.1
"""Seconds between two looks at whether a place became free, or somebody said stop."""

Answer = TypeVar("Answer")


@runtime_checkable
class Connects(Protocol):
    """A transport of which we can tell how far it is on its way to the host."""

    def connect(self, timeout: float, heard: Callable[[], None]) -> None:
        """Connect and log in; `heard` is called at the host's first word. Raises as `Transport.run` does."""


class Place(Generic[Answer]):
    """One host that is asked something."""

    def __init__(self, name: str, errand: "Callable[[Place[Answer]], Answer]") -> None:
        self.name = name
        self.transport: Transport | None = None
        """The way to the host, once it is connected and let us in: that one may be closed at any time.

        One that is being connected may not: closing would wait for it.
        """
        self.answer: Answer | None = None
        self.fault: BaseException | None = None
        self._errand = errand
        self._until = 0.0

    def reach(self, transport: Transport, timeout: float) -> None:
        """Connect and log in, where the transport does that for itself. Raises as `Transport.run` does."""
        if isinstance(transport, Connects):
            transport.connect(timeout, lambda: self.held_for(LOGIN_SECONDS))
        self.transport = transport

    def held_for(self, seconds: float) -> None:
        """Hold the place so long from now on, if the errand takes so long."""
        self._until = time.monotonic() + seconds

    def held(self, moment: float) -> bool:
        """Whether nobody else may have the place at that moment, of `time.monotonic`."""
        return self._until > moment

    def result(self) -> Answer:
        """What the errand brought, or what it raised."""
        if self.answer is None:
            raise self.fault or AssertionError(self.name)
        return self.answer

    def go(self) -> None:
        """Run the errand."""
        self.answer = self._errand(self)


@dataclass(frozen=True)
class _Arrival(Generic[Answer]):
    """Hands a place to the caller's own thread when its host is done with, and what went wrong to be raised there."""

    place: Place[Answer]
    arrived: "Queue[Place[Answer]]"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> bool:
        self.place.fault = fault
        self.arrived.put(self.place)
        return True


class Places(Generic[Answer]):
    """So many places, and who waits for one. Used from one thread; the errands run in threads that end with us."""

    def __init__(self, parallel: int) -> None:
        self._parallel = max(1, parallel)
        self._waiting: deque[Place[Answer]] = deque()
        self._under_way: list[Place[Answer]] = []
        # Not a SimpleQueue: CPython's waits without end where a signal's handler outlasts the time-out (seen in 3.11).
        self._arrived: Queue[Place[Answer]] = Queue()

    @property
    def waiting(self) -> Sequence[Place[Answer]]:
        """Hosts that nobody has asked yet."""
        return tuple(self._waiting)

    @property
    def under_way(self) -> Sequence[Place[Answer]]:
        """Hosts that were asked, and whose answer has not been taken."""
        return tuple(self._under_way)

    def ask(self, name: str, errand: Callable[[Place[Answer]], Answer]) -> None:
        """Run `errand` for this host once it is its turn."""
        self._waiting.append(Place(name, errand))

    def leave(self) -> None:
        """Ask none of those that wait."""
        self._waiting.clear()

    def next(self, seconds: float, begin: bool = True) -> Place[Answer] | None:
        """A host that is done with, for which we wait so long at most; None where there is none.

        First those whose turn it is are begun, unless told otherwise: call this about every `TICK`.
        """
        while begin and self._waiting and self._free():
            place = self._waiting.popleft()
            place.held_for(HELLO_SECONDS)
            self._under_way.append(place)
            threading.Thread(target=self._run, args=(place,), name=f"ask {place.name}", daemon=True).start()
        try:
            place = self._arrived.get(timeout=max(0.0, seconds))
        except Empty:
            return None
        self._under_way.remove(place)
        return place

    def _run(self, place: Place[Answer]) -> None:
        with _Arrival(place, self._arrived):
            place.go()

    def _free(self) -> bool:
        now = time.monotonic()
        held = sum(place.held(now) for place in self._under_way)
        return len(self._under_way) < max(self._parallel, UNDER_WAY) and held < self._parallel
