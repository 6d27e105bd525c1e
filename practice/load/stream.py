"""What a stream is: one service that the writer changes, reached by its name."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Protocol

from estate.errors import UnreachableError
from practice.load.record import Outcome

CONNECT_SECONDS = 3
"""How long the writer waits for a connection."""


@dataclass(frozen=True)
class Change:
    """One operation: the item's value before and after; None stands for "not there"."""

    op: str
    item: str
    action: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Answer:
    """How an operation ended, and why where it was not acknowledged."""

    outcome: Outcome
    why: str = ""


ACKNOWLEDGED = Answer(Outcome.ACKNOWLEDGED)


class Stream(Protocol):
    """One service, and the writer's client of it.

    An item is a row or a file, a value what is written there as text; each value holds the operation's id, so
    no two are alike.
    """

    whole: bool
    """Whether an operation takes effect whole or not at all."""
    most: int
    """About how many items there may be at once: reading them all takes seconds at most."""

    def plan(self, random: Random, action: str, op: str, item: str, before: str | None) -> Change:
        """The details of an `insert`, `update` or `delete`."""

    def connect(self, address: str) -> None:
        """Open a new connection. Raises `UnreachableError` or `RefusedError` where that is not possible."""

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as this side knows."""

    def prepare(self) -> None:
        """Make what the items need, where it is missing. Raises as `connect` does."""

    def apply(self, change: Change) -> Answer:
        """Send one operation over the open connection and wait for its end."""

    def observe(self, run: str) -> dict[str, list[str]]:
        """Every item of `run` as it is read over the open connection. Raises as `connect` does."""

    def close(self) -> None:
        """Give the connection up without waiting for the other side. Safe to repeat."""


def item_name(run: str, number: int) -> str:
    """The name of an item: what it is found again by, wherever it ends up."""
    return f"load-{run}-{number}"


def resolve(service: str) -> str:
    """The address that `service` stands for at this moment; nothing is remembered.

    Raises `UnreachableError` where the name has none, or the name server does not answer.
    """
    try:
        found = socket.getaddrinfo(service, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError(
            f"the name {service} has no address ({error})", "check that the estate and its name server are up"
        ) from error
    return str(found[0][4][0])


@contextmanager
def cut_after(seconds: float, cut: Callable[[], object]) -> Iterator[None]:
    """Call `cut` where the body takes longer than `seconds`: it must make the body's blocking call fail."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def shut(descriptor: int) -> None:
    """End both directions of the TCP connection behind a descriptor, which stays its owner's to close."""
    with socket.socket(fileno=descriptor) as borrowed:
        try:
            borrowed.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # ended already
        finally:
            borrowed.detach()


def grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by item."""
    found: dict[str, list[str]] = {}
    for item, value in pairs:
        found.setdefault(item, []).append(value)
    return found
