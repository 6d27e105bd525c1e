"""Round after round, by the clock: each looks at every server once, over a connection that is kept.

A server that is away, slow or wrong holds nobody up: the next round begins when its time has come, without those
that are still waited for, and those that answered last time are asked first. What a look brings is kept as it comes.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from estate.documents.words import some
from estate.errors import EXIT_FINDINGS, EXIT_UNREACHABLE, DecantError
from estate.observed import Round
from estate.progress import Progress, Step, silent
from estate.records.base import now
from estate.records.host import Host
from estate.transport.base import Transport
from inventory.observe import sysstat
from inventory.observe.look import OUTPUT_LIMIT, SCRIPT, Look, read
from inventory.observe.rates import between
from inventory.observe.sysstat import History
from inventory.places import TICK, Place, Places

TASK = "observe"
GAP = 3
"""A sample over more than so many intervals is none: its mean would hide what happened meanwhile."""
LOOK_SECONDS = 1.0
"""How long a server that has let us in holds its place for a look. One that takes longer is only waited for."""


@dataclass
class Watched:
    """One server during a run."""

    host: Host
    rounds: int = 0
    missed: int = 0
    late: int = 0
    """Rounds for which it was not asked, as it had been asked before and not yet answered."""
    unasked: int = 0
    """Rounds in which its turn never came: there were too many servers for the time between two rounds."""
    away: str = ""
    """Why the last try did not reach it; empty where it did."""
    exit_code: int = 0
    asked: float = 0.0
    """When it was asked last, in seconds of `time.monotonic`."""
    transport: Transport | None = None
    before: Look | None = None
    history_asked: bool = False
    history: History | None = None

    @property
    def answers(self) -> bool:
        """Whether it answered the last time that it was asked."""
        return self.before is not None and not self.away


@dataclass
class Run:
    """What one run of rounds did."""

    every: float
    rounds: int
    """How many were to be."""
    done: int = 0
    skipped: int = 0
    """Rounds whose time had passed before Decant came to them."""
    left_out: int = 0
    """Talk that was not kept, because its server has too many peers."""
    stopped: bool = False
    watched: dict[str, Watched] = field(default_factory=dict)


@dataclass(frozen=True)
class Keeper:
    """Where what comes is kept, always called in the caller's own thread."""

    rounds: Callable[[Sequence[Round]], int]
    """Returns how many talks were left out."""
    history: Callable[[History], None]
    """Once a server, where it could be asked."""
    after_round: Callable[[], None] = lambda: None


def observe(
    hosts: Sequence[Host],
    connect: Callable[[Host], Transport],
    keeper: Keeper,
    every: float,
    rounds: int,
    *,
    stop: Callable[[], bool] = lambda: False,
    parallel: int = 32,
    timeout: float = 60,
    progress: Progress = silent,
) -> Run:
    """Look at `hosts` in so many rounds, one every `every` seconds, the first at once.

    `timeout` is what one look may take. Ends early, with all that was seen kept, once `stop` says so.
    """
    run = Run(every, rounds, watched={host.name: Watched(host) for host in hosts})
    at_work = _AtWork(run, partial(_look, connect, timeout), keeper, stop, Places(parallel), Places(parallel))
    start = time.monotonic()
    number = 0
    try:
        while number < rounds:
            at_work.until(start + number * every)
            if stop():
                break
            passed = min(int((time.monotonic() - start) / every), rounds - 1)
            run.skipped += max(0, passed - number)
            number = max(number, passed)
            at_work.begin()
            number += 1
            at_work.until(start + number * every if number < rounds else time.monotonic() + timeout, idle=False)
            run.done += 1
            keeper.after_round()
            progress(Step(TASK, number, rounds, "rounds", at_work.note()))
        if not stop():
            at_work.pass_over()
        at_work.until(time.monotonic() + sysstat.SECONDS, idle=False, histories=True)
    finally:
        at_work.end()
    return run


@dataclass
class _AtWork:
    """What is under way in other threads, and what becomes of it."""

    run: Run
    look: Callable[[Watched, Place[Look]], Look]
    keeper: Keeper
    stop: Callable[[], bool]
    looks: Places[Look]
    histories: Places[History]

    def begin(self) -> None:
        """Begin a round. A server that has not answered the one before is not asked a second time."""
        self.pass_over()
        late = _names(self.looks.under_way)
        for name in late:
            self.run.watched[name].late += 1
        self._missed(late)
        free = [one for one in self.run.watched.values() if one.host.name not in late]
        # Those that answer come before those of which nobody knows, and of both those that have waited longest.
        for watched in sorted(free, key=lambda one: (not one.answers, one.asked)):
            self.looks.ask(watched.host.name, partial(self.look, watched))
        self.take()

    def pass_over(self) -> None:
        """Ask those no more whose turn did not come in this round."""
        unasked = _names(self.looks.waiting)
        self.looks.leave()
        for name in unasked:
            self.run.watched[name].unasked += 1
        self._missed(unasked)

    def _missed(self, names: frozenset[str]) -> None:
        for name in names:
            self.run.watched[name].missed += 1
        if names:
            self.keeper.rounds([Round(name, now(), missed=True) for name in sorted(names)])

    def until(self, moment: float, idle: bool = True, histories: bool = False) -> None:
        """Keep what comes until that moment (of `time.monotonic`), or until somebody says stop.

        Without `idle` it ends once every look has come; with `histories`, these too.
        """
        while not self.stop() and (left := moment - time.monotonic()) > 0:
            if not idle and not _busy(self.looks) and not (histories and _busy(self.histories)):
                return
            self.take(min(left, TICK))

    def take(self, seconds: float = 0, begin: bool = True) -> None:
        """Keep what has come, and what comes within so many seconds."""
        brought = []
        place = self.looks.next(seconds, begin)
        while place is not None:
            watched = self.run.watched[place.name]
            brought.append(_brought(watched, place, self.run.every * GAP))
            if begin and watched.transport is not None and watched.answers and not watched.history_asked:
                watched.history_asked = True
                self.histories.ask(place.name, partial(_history, watched.transport))
            place = self.looks.next(0, begin)
        if brought:
            self.run.left_out += self.keeper.rounds(brought)
        while (asked := self.histories.next(0, begin)) is not None:
            past = self.run.watched[asked.name].history = asked.result()
            self.keeper.history(past)

    def end(self) -> None:
        """Keep what has come, and hang up. A connection that is being made ends with this program."""
        self.take(begin=False)
        self.run.stopped = self.run.done + self.run.skipped < self.run.rounds or (
            self.stop() and _busy(self.looks)
        )
        connecting = {place.name for place in self.looks.under_way if place.transport is None}
        for name, watched in self.run.watched.items():
            if watched.transport is not None and name not in connecting:
                watched.transport.close()

    def note(self) -> str:
        """Who was reached in this round, and who was not."""
        away = {name for name, one in self.run.watched.items() if one.away}
        silent = _names(self.looks.under_way) - away
        unasked = _names(self.looks.waiting) - away
        reached = len(self.run.watched) - len(away | silent | unasked)
        parts = [f"{now():%H:%M:%S} UTC, {reached} of {len(self.run.watched)} servers"]
        for why, names in (("away", away), ("no answer yet", silent), ("not asked yet", unasked)):
            if names:
                parts.append(f"{why}: {some(sorted(names), 3)}")
        return "; ".join(parts)


def _names(places: "Sequence[Place[Look]]") -> frozenset[str]:
    return frozenset(place.name for place in places)


def _busy(places: "Places[Look] | Places[History]") -> bool:
    return bool(places.waiting or places.under_way)


def _history(transport: Transport, place: Place[History]) -> History:
    place.held_for(math.inf)
    return sysstat.ask(place.name, transport)


def _look(connect: Callable[[Host], Transport], timeout: float, watched: Watched, place: Place[Look]) -> Look:
    watched.asked = time.monotonic()
    if watched.transport is None:
        watched.transport = connect(watched.host)
    place.reach(watched.transport, timeout)
    place.held_for(LOOK_SECONDS)
    left = max(0.0, timeout - (time.monotonic() - watched.asked))
    result = watched.transport.run(["sh"], SCRIPT.encode(), left, OUTPUT_LIMIT)
    return read(result.stdout, now())


def _brought(watched: Watched, place: Place[Look], longest: float) -> Round:
    """What one look brought; a server that was not reached is a round missed, with the reason noted."""
    name = watched.host.name
    try:
        look = place.result()
    except DecantError as wrong:
        watched.away, watched.exit_code = str(wrong), wrong.exit_code or EXIT_UNREACHABLE
    except (ValueError, LookupError, TypeError, ArithmeticError) as wrong:
        watched.away, watched.exit_code = f"its answer could not be understood ({wrong})", EXIT_FINDINGS
    else:
        before, watched.before = watched.before, look
        watched.rounds += 1
        watched.away, watched.exit_code = "", 0
        sample = between(before, look, longest) if before is not None else None
        return Round(name, look.at, sample=sample, talks=talks(before, look))
    watched.missed += 1
    return Round(name, now(), missed=True)


def talks(before: Look | None, look: Look) -> dict[tuple[str, str, int], bool]:
    """Who talked in this round: open connections, and those that opened and closed since the look before.

    One that closes stays visible for a minute: it counts in the first round that sees it, and only there.
    """
    old = before.open | before.closing if before is not None else frozenset()
    told = ((look.closing - old, False), (look.open, True))
    return {(one.direction, one.peer, one.port): is_open for seen, is_open in told for one in seen}
