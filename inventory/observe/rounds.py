"""Round after round, by the clock: each looks at every server once, over a connection that is kept.

A server that is away, slow or wrong holds nobody up: the next round begins when its time has come, without those
that are still waited for. What a look brings is kept as it comes.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

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

TASK = "observe"
GAP = 3
"""A sample over more than so many intervals is none: its mean would hide what happened meanwhile."""
_NAP = 0.25
"""Seconds between two looks at whether to stop."""


@dataclass
class Watched:
    """One server during a run."""

    host: Host
    rounds: int = 0
    missed: int = 0
    late: int = 0
    """Rounds for which it was not asked, as it had not answered the one before."""
    away: str = ""
    """Why the last try did not reach it; empty where it did."""
    exit_code: int = 0
    transport: Transport | None = None
    before: Look | None = None
    history_asked: bool = False
    history: History | None = None


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
    pool = ThreadPoolExecutor(max_workers=max(1, min(parallel, len(hosts))), thread_name_prefix="observe")
    at_work = _AtWork(run, pool, keeper, stop)
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
            at_work.begin(lambda watched: _look(watched, connect, timeout))
            number += 1
            at_work.until(start + number * every if number < rounds else time.monotonic() + timeout, idle=False)
            run.done += 1
            keeper.after_round()
            progress(Step(TASK, number, rounds, "rounds", _note(run, at_work.looking)))
        at_work.until(time.monotonic() + sysstat.SECONDS, idle=False, histories=True)
    finally:
        run.stopped = run.done + run.skipped < rounds
        at_work.take()
        pool.shutdown(wait=False, cancel_futures=True)
        for watched in run.watched.values():
            if watched.transport is not None:
                watched.transport.close()
    return run


@dataclass
class _AtWork:
    """What is under way in other threads, and what becomes of it."""

    run: Run
    pool: ThreadPoolExecutor
    keeper: Keeper
    stop: Callable[[], bool]
    looks: dict[Future[Look], str] = field(default_factory=dict)
    histories: dict[Future[History], str] = field(default_factory=dict)

    @property
    def looking(self) -> frozenset[str]:
        """The servers that have not answered yet."""
        return frozenset(self.looks.values())

    def begin(self, look: Callable[[Watched], Look]) -> None:
        """Begin a round. A server that has not answered the one before is not asked a second time."""
        late = self.looking
        for name in late:
            self.run.watched[name].missed += 1
            self.run.watched[name].late += 1
        if late:
            self.keeper.rounds([Round(name, now(), missed=True) for name in sorted(late)])
        free = [one for one in self.run.watched.values() if one.host.name not in late]
        # Those that are away come last, so that their time-outs hold nobody up.
        for watched in sorted(free, key=lambda one: bool(one.away)):
            self.looks[self.pool.submit(look, watched)] = watched.host.name

    def until(self, moment: float, idle: bool = True, histories: bool = False) -> None:
        """Keep what comes until that moment (of `time.monotonic`), or until somebody says stop.

        Without `idle` it ends once every look has come; with `histories`, these too.
        """
        while not self.stop() and (left := moment - time.monotonic()) > 0:
            if not idle and not self.looks and not (histories and self.histories):
                return
            under_way: list[Future[Any]] = [*self.looks, *self.histories]
            if under_way:
                wait(under_way, min(left, _NAP), FIRST_COMPLETED)
                self.take()
            else:
                time.sleep(min(left, _NAP))

    def take(self) -> None:
        """Keep what has come."""
        done = {one: name for one, name in self.looks.items() if one.done()}
        brought = [_brought(self.run.watched[name], one, self.run.every * GAP) for one, name in done.items()]
        if brought:
            self.run.left_out += self.keeper.rounds(brought)
        for one, name in done.items():
            del self.looks[one]
            watched = self.run.watched[name]
            if watched.transport is not None and not watched.away and not watched.history_asked:
                watched.history_asked = True
                if not self.stop():
                    self.histories[self.pool.submit(sysstat.ask, name, watched.transport)] = name
        for asked in [one for one in self.histories if one.done()]:
            past = asked.result()
            del self.histories[asked]
            self.run.watched[past.server].history = past
            self.keeper.history(past)


def _look(watched: Watched, connect: Callable[[Host], Transport], timeout: float) -> Look:
    if watched.transport is None:
        watched.transport = connect(watched.host)
    result = watched.transport.run(["sh"], SCRIPT.encode(), timeout, OUTPUT_LIMIT)
    return read(result.stdout, now())


def _brought(watched: Watched, future: Future[Look], longest: float) -> Round:
    """What one look brought; a server that was not reached is a round missed, with the reason noted."""
    name = watched.host.name
    try:
        look = future.result()
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


def _note(run: Run, still: Collection[str]) -> str:
    away = sorted(name for name, one in run.watched.items() if one.away)
    reached = len(run.watched) - len({*away, *still})
    parts = [f"{now():%H:%M:%S} UTC, {reached} of {len(run.watched)} servers"]
    for why, names in (("away", away), ("slower than a round", sorted(still))):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            parts.append(f"{why}: {', '.join(names[:3])}{more}")
    return "; ".join(parts)


def reasons(run: Run) -> Counter[str]:
    """Why servers are away now, with how many for each reason."""
    return Counter(one.away for one in run.watched.values() if one.away)
