"""The writer's loop: plan an operation, note it, send it, note its end; for one stream."""

import time
import uuid
from collections.abc import Callable
from random import Random

from estate.errors import RefusedError, UnreachableError
from practice.load.expected import Item, settle
from practice.load.record import Intent, Journal, Outcome, Result
from practice.load.stream import Answer, Change, Stream, item_name

FEWEST = 10
"""Below this many items the writer only adds."""


class Writer:
    """Writes to one stream.

    `resolve` gives the service's address anew each time it is called; `known` is what the journal's earlier
    entries tell, and is kept up to date here.
    """

    def __init__(
        self, stream: Stream, resolve: Callable[[], str], journal: Journal, known: dict[str, Item], run: str
    ) -> None:
        self._stream = stream
        self._resolve = resolve
        self._journal = journal
        self._items = known
        self._live = [name for name, item in known.items() if item.value is not None and not item.doubtful]
        self._run = run
        self._random = Random()  # noqa: S311 - which row to change is no secret
        self._address = ""

    def step(self) -> Outcome:
        """One operation, from intent to result."""
        change = self._choose()
        intent = Intent(op=change.op, item=change.item, action=change.action, after=change.after, at=time.time())
        self._journal.append(intent)
        answer = self._attempt(change)
        self._journal.append(
            Result(op=change.op, outcome=answer.outcome, address=self._address, why=answer.why, at=time.time())
        )
        known = self._items[change.item] = settle(self._items, intent, answer.outcome, self._address)
        there = known.value is not None and not known.doubtful
        if there and change.before is None:
            self._live.append(change.item)
        elif not there and change.before is not None:
            self._live.remove(change.item)
        if answer.outcome is not Outcome.ACKNOWLEDGED:
            # The next attempt asks the name server again, as the service may have moved.
            self._stream.close()
        return answer.outcome

    def _attempt(self, change: Change) -> Answer:
        if not self._stream.connected:
            self._address = ""
            try:
                address = self._resolve()
                self._stream.connect(address)
                self._stream.prepare()
            except (UnreachableError, RefusedError) as error:
                return Answer(Outcome.REFUSED, error.what)
            self._address = address
        return self._stream.apply(change)

    def _choose(self) -> Change:
        op = uuid.uuid4().hex
        full = len(self._live) >= self._stream.most
        if len(self._live) < FEWEST or (not full and self._random.random() < 0.5):
            item = item_name(self._run, len(self._items))
            return self._stream.plan(self._random, "insert", op, item, None)
        item = self._random.choice(self._live)
        action = "delete" if full or self._random.random() < 0.4 else "update"
        return self._stream.plan(self._random, action, op, item, self._items[item].value)


def write(writer: Writer, per_second: float, stopped: Callable[[float], bool]) -> None:
    """Make operations at an even pace until `stopped(seconds)`, which waits that long, says so."""
    due = time.monotonic()
    while not stopped(max(0.0, due - time.monotonic())):
        writer.step()
        # After a stall there is no rush to catch up.
        due = max(due + 1 / per_second, time.monotonic())
