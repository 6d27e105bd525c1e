"""Holding a move: one lease, renewed by a thread, and a guard before everything that is done under it.

A holder that was killed is followed as soon as its lease lapses. One that was stopped and wakes later finds,
before its next command or write, that a later epoch took over, and stops.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

from estate.errors import DecantError, HeldError
from estate.store import Store, lease_key
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Prompted, Prompts, Result, Transport

TTL = 10.0
"""Seconds after its last sign of life that a holder may be followed."""

BEAT = 2.5
"""Seconds between two signs of life."""

LOOK = 0.25
"""Seconds between two looks at a lease that somebody else has."""


class Hold:
    """A move held by this process, as a context: taken at its start, given up at its end."""

    def __init__(
        self,
        store: Store,
        move_id: str,
        holder: str,
        ttl: float,
        beat: float,
        waiting: Callable[[str, float], None],
    ) -> None:
        """`waiting` is told who holds the lease that is waited for, and how many seconds it has left."""
        self._store = store
        self._waiting = waiting
        self._key = lease_key(move_id)
        self._holder = holder
        self._ttl = ttl
        self._beat = beat
        self._renewed = 0.0
        self._lost: DecantError | None = None
        self._done = threading.Event()
        self._renewing = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name=f"hold {self._key}", daemon=True)
        self.epoch = 0

    def __enter__(self) -> "Hold":
        """Take the lease; one whose holder shows no sign of life is waited for until it lapses.

        Raises `HeldError` as soon as the holder is seen to be alive.
        """
        self.epoch = self._take()
        self._renewed = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lease up. Where the store is away, it lapses by itself."""
        self._done.set()
        self._thread.join()
        with suppress(DecantError):
            self._store.release_lease(self._key, self.epoch)

    def check(self) -> None:
        """Raise `HeldError` unless the move is still held. Cheap, unless this process slept."""
        if self._lost is not None:
            raise self._lost
        if time.monotonic() - self._renewed > self._ttl / 2:
            self._renew()

    def _take(self) -> int:
        left: float | None = None
        while True:
            try:
                return self._store.acquire_lease(self._key, self._holder, self._ttl)
            except HeldError as held:
                now = self._store.lease_holder(self._key)
                if now is not None and left is not None and now[1] > left:
                    raise held from None
                if now is not None:
                    left = now[1]
                    self._waiting(*now)
            time.sleep(LOOK)

    def _keep(self) -> None:
        while not self._done.wait(self._beat):
            # A store that is away for a moment is tried again; `check` is strict before anything is done.
            with suppress(DecantError):
                self._renew()
            if self._lost is not None:
                return

    def _renew(self) -> None:
        with self._renewing:
            started = time.monotonic()
            try:
                self._store.renew_lease(self._key, self.epoch, self._ttl)
            except HeldError as lost:
                self._lost = lost
                raise
            self._renewed = started


class Guarded:
    """A transport that runs nothing for a holder that has lost the move."""

    def __init__(self, transport: Transport, check: Callable[[], None]) -> None:
        self.host = transport.host
        self._transport = transport
        self._check = check

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Transport.run`. Raises `HeldError` where the move is no longer held, before and after."""
        self._check()
        result = self._transport.run(argv, stdin, timeout, limit)
        self._check()
        return result

    def close(self) -> None:
        """The transport beneath belongs to the caller."""


class GuardedPrompted(Guarded):
    """The same for a transport that can answer a prompt."""

    def __init__(self, transport: Transport, check: Callable[[], None]) -> None:
        super().__init__(transport, check)
        assert isinstance(transport, Prompted)  # noqa: S101 - `guarded` looked
        self._prompted = transport

    def run_prompted(
        self,
        argv: Sequence[str],
        prompts: Prompts,
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        """See `Prompted.run_prompted` and `Guarded.run`."""
        self._check()
        result = self._prompted.run_prompted(argv, prompts, stdin, timeout, limit)
        self._check()
        return result


def guarded(transport: Transport, check: Callable[[], None]) -> Transport:
    """`transport`, which calls `check` before and after each command."""
    return GuardedPrompted(transport, check) if isinstance(transport, Prompted) else Guarded(transport, check)
