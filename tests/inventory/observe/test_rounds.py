"""Round after round, by the clock."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from estate.errors import UnreachableError
from estate.observed import Round
from estate.progress import Progress, silent
from estate.records.host import Host
from estate.transport.base import Transport
from inventory import places
from inventory.observe import rounds as rounds_module
from inventory.observe.look import Look, Seen
from inventory.observe.rounds import Keeper, Run, observe, talks
from inventory.observe.sysstat import History
from tests.inventory.observe.looks import LookedAt, printed, row

WEB, DB = "10.0.0.1", "10.0.0.2"


def host(name: str) -> Host:
    return Host(name=name, address=WEB, user="ops")


class Clock:
    """The time by which rounds begin. It passes only when a test says so."""

    def __init__(self) -> None:
        self.time = 1000.0

    def monotonic(self) -> float:
        return self.time

    def goes_on(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(rounds_module, "time", SimpleNamespace(monotonic=made.monotonic))
    return made


@dataclass
class Dead(LookedAt):
    """A host that is waited for until `end`; in vain. `speaks` tells whether it said a word."""

    end: threading.Event = field(default_factory=threading.Event)
    speaks: bool = False

    def connect(self, timeout: float, heard: Callable[[], None]) -> None:
        del timeout
        if self.speaks:
            heard()
        self.end.wait(120)
        raise UnreachableError(f"{self.host} did not answer", "see whether it runs")

    def close(self) -> None:
        """As a real one: it waits for the connection that is being made."""
        self.end.wait(120)


@dataclass
class Kept:
    rounds: list[Round] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    when: Callable[[Round], None] = lambda one: None
    """Called with each round that is kept."""

    def keep(self, rounds: Sequence[Round]) -> int:
        self.rounds += rounds
        for one in rounds:
            self.when(one)
        return 0

    def of(self, server: str, missed: bool = False) -> list[Round]:
        return [one for one in self.rounds if one.server == server and one.missed == missed]


def run(
    servers: Sequence[LookedAt],
    kept: Kept,
    rounds: int = 3,
    every: float = 1,
    after_round: Callable[[], None] = lambda: None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
    connect: Callable[[Host], Transport] | None = None,
    parallel: int = 32,
) -> Run:
    by_name = {one.host: one for one in servers}
    return observe(
        [host(name) for name in by_name],
        connect or (lambda one: by_name[one.name]),
        Keeper(kept.keep, kept.histories.append, after_round),
        every,
        rounds,
        stop=stop,
        progress=progress,
        timeout=60,
        parallel=parallel,
    )


def test_each_round_is_kept_and_rates_come_from_the_second_on(clock: Clock) -> None:
    kept = Kept()
    ran = run(
        [LookedAt("web", lambda number: printed(uptime=1000 + 2 * number))], kept, 4, 2, lambda: clock.goes_on(2)
    )
    assert [one.sample is not None for one in kept.of("web")] == [False, True, True, True]
    assert (ran.done, ran.stopped, ran.watched["web"].rounds) == (4, False, 4)


def test_a_sample_over_more_than_three_rounds_is_none(clock: Clock) -> None:
    kept = Kept()
    run([LookedAt("web", lambda number: printed(uptime=1000 + 7 * number))], kept, 3, 2, lambda: clock.goes_on(2))
    assert [one.sample for one in kept.of("web")] == [None, None, None]


def test_one_connection_is_kept_and_closed_at_the_end(clock: Clock) -> None:
    made: list[LookedAt] = []

    def connect(one: Host) -> LookedAt:
        made.append(LookedAt(one.name))
        return made[-1]

    run([LookedAt("web")], Kept(), 3, 1, lambda: clock.goes_on(1), connect=connect)
    assert [(one.asked, one.closed) for one in made] == [(3, 1)]


def test_rounds_keep_to_the_clock_however_long_a_look_takes(clock: Clock) -> None:
    begun: list[float] = []

    def answer(number: int) -> bytes:
        begun.append(clock.time)
        clock.goes_on(3)
        return printed(uptime=1000 + number)

    ran = run([LookedAt("web", answer)], Kept(), 5, 5, lambda: clock.goes_on(2))
    assert begun == [1000, 1005, 1010, 1015, 1020]
    assert (ran.done, ran.skipped) == (5, 0)


@pytest.mark.parametrize("speaks", [False, True], ids=["say nothing", "say hello and then hang"])
def test_a_live_server_is_asked_in_every_round_whatever_number_of_dead_ones_stand_before_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, speaks: bool
) -> None:
    """One place, 64 hosts that are waited for from the first round to the last, and behind them one that is alive."""
    monkeypatch.setattr(places, "HELLO_SECONDS", 0.0)
    monkeypatch.setattr(places, "LOGIN_SECONDS", 0.0)
    end = threading.Event()
    dead = [Dead(f"dead{number}", end=end, speaks=speaks) for number in range(64)]

    def when(one: Round) -> None:
        if one.server == "live":
            clock.goes_on(5)
            if len(kept.of("live")) == 4:
                end.set()

    kept = Kept(when=when)
    ran = run([*dead, LookedAt("live")], kept, rounds=4, every=5, parallel=1)
    live, one = ran.watched["live"], ran.watched["dead0"]
    assert (live.rounds, live.missed, live.late, live.unasked) == (4, 0, 0, 0)
    assert (one.rounds, one.missed, one.late, one.unasked) == (0, 4, 3, 0)
    assert "did not answer" in one.away


def test_servers_that_freeze_while_they_are_looked_at_hold_up_no_other(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds_module, "LOOK_SECONDS", 0.0)
    end = threading.Event()

    def freezes(number: int) -> bytes:
        if number > 1:
            end.wait(120)
        return printed(uptime=1000 + number)

    def when(one: Round) -> None:
        if one.server == "live":
            if len(kept.of("live")) > 1:
                clock.goes_on(5)
            if len(kept.of("live")) == 4:
                end.set()

    kept = Kept(when=when)

    def after_round() -> None:
        if len(kept.of("live")) == 1:
            clock.goes_on(5)

    servers = [*(LookedAt(f"cut{number}", freezes) for number in range(8)), LookedAt("live")]
    ran = run(servers, kept, 4, 5, after_round, parallel=1)
    assert ran.watched["live"].rounds == 4
    assert (ran.watched["cut0"].rounds, ran.watched["cut0"].late) == (2, 2)


def test_one_whose_turn_does_not_come_is_not_called_late(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """One place, and the first holds it into the second round."""
    monkeypatch.setattr(rounds_module, "LOOK_SECONDS", math.inf)
    go_on, notes = threading.Event(), list[str]()

    def slow(number: int) -> bytes:
        if number == 1:
            clock.goes_on(5)
            go_on.wait(120)
        return printed(uptime=1000 + number)

    def when(one: Round) -> None:
        if one.server == "other" and one.missed:
            go_on.set()

    kept = Kept(when=when)
    servers = [LookedAt("slow", slow), LookedAt("other")]
    ran = run(servers, kept, 2, 5, parallel=1, progress=lambda step: notes.append(step.note))
    first, other = ran.watched["slow"], ran.watched["other"]
    assert (first.rounds, first.missed, first.late, first.unasked) == (1, 1, 1, 0)
    assert (other.rounds, other.missed, other.late, other.unasked) == (1, 1, 0, 1)
    assert "0 of 2 servers; no answer yet: slow; not asked yet: other" in notes[0]
    assert "2 of 2 servers" in notes[1]


def test_those_that_answer_are_asked_first_and_of_them_those_that_waited_longest(clock: Clock) -> None:
    order: list[str] = []

    def made(one: Host) -> LookedAt:
        order.append(one.name)
        if one.name == "away":
            raise UnreachableError("away does not answer", "see that it is on")

        def answer(number: int) -> bytes:
            order.append(one.name)
            return printed(uptime=1000 + number)

        return LookedAt(one.name, answer)

    servers = [LookedAt("away"), LookedAt("a"), LookedAt("b")]
    run(servers, Kept(), 3, 1, lambda: clock.goes_on(1), connect=made, parallel=1)
    assert order == ["away", "a", "a", "b", "b", "a", "b", "away", "a", "b", "away"]


def test_a_server_slower_than_a_round_is_not_asked_twice_and_holds_nobody_up(clock: Clock) -> None:
    """It takes two rounds and a half for its first answer."""
    answered, notes = threading.Event(), list[str]()

    def slow(number: int) -> bytes:
        answered.wait(120)
        return printed(uptime=1000 + number)

    def when(one: Round) -> None:
        if one.server == "quick":
            clock.goes_on(5)
            if len(kept.of("quick")) == 3:
                answered.set()

    kept, asked = Kept(when=when), LookedAt("slow", slow)
    ran = run([asked, LookedAt("quick")], kept, 3, 5, progress=lambda step: notes.append(step.note))
    assert (ran.watched["quick"].rounds, ran.watched["slow"].rounds, asked.asked) == (3, 1, 1)
    assert ran.watched["slow"].late == len(kept.of("slow", missed=True)) == 2
    assert "1 of 2 servers; no answer yet: slow" in notes[0]


def test_a_server_that_is_away_is_said_and_found_again(clock: Clock) -> None:
    kept, tries, notes = Kept(), [0], list[str]()

    def connect(one: Host) -> LookedAt:
        tries[0] += one.name == "db"
        if one.name == "db" and tries[0] < 3:
            raise UnreachableError("db does not answer", "see that it is on")
        return LookedAt(one.name)

    servers = [LookedAt("web"), LookedAt("db")]
    ran = run(
        servers,
        kept,
        4,
        1,
        lambda: clock.goes_on(1),
        connect=connect,
        progress=lambda step: notes.append(step.note),
    )
    assert (ran.watched["db"].rounds, ran.watched["db"].missed, ran.watched["db"].away) == (2, 2, "")
    assert len(kept.of("web")) == 4
    assert "1 of 2 servers; away: db" in notes[0]
    assert "away" not in notes[-1]


def test_an_answer_that_cannot_be_understood_is_a_round_missed_with_the_reason(clock: Clock) -> None:
    kept = Kept()
    web = LookedAt("web", lambda number: b"This account is currently not available.\n")
    ran = run([web], kept, 3, 1, lambda: clock.goes_on(1))
    assert "could not be understood" in ran.watched["web"].away
    assert ran.watched["web"].exit_code
    assert len(kept.of("web", missed=True)) == 3


def test_stopping_keeps_what_was_seen_and_waits_for_nobody(clock: Clock) -> None:
    """Neither for one that does not end its look, nor for one that is being connected, nor at the program's end."""
    end, asked = threading.Event(), threading.Event()

    def hangs(number: int) -> bytes:
        asked.set()
        end.wait(120)
        return printed(uptime=1000 + number)

    def when(one: Round) -> None:
        if one.server == "quick":
            clock.goes_on(5)

    kept, slow, quick = Kept(when=when), LookedAt("slow", hangs), LookedAt("quick")
    ran = run(
        [slow, Dead("dead", end=end), quick],
        kept,
        rounds=100,
        every=5,
        stop=lambda: len(kept.of("quick")) == 2 and asked.wait(120),
    )
    left = [one for one in threading.enumerate() if one.name in ("ask slow", "ask dead")]
    waited_for = end.is_set()
    end.set()
    assert not waited_for
    assert len(left) == 2
    assert all(one.daemon for one in left), "the program's end would wait for them"
    assert ran.stopped
    assert (ran.done, len(kept.of("quick")), quick.asked) == (2, 2, 2)
    assert (slow.closed, quick.closed) == (1, 1)


def test_a_stop_in_the_last_round_is_a_stop_while_anybody_is_waited_for(clock: Clock) -> None:
    end = threading.Event()
    kept = Kept()
    ran = run([Dead("dead", end=end), LookedAt("web")], kept, 1, 5, stop=lambda: bool(kept.of("web")))
    end.set()
    assert ran.stopped
    assert not run([LookedAt("web")], Kept(), 1, 5).stopped


def test_rounds_whose_time_has_passed_are_skipped_and_counted(clock: Clock) -> None:
    """Keeping the first one takes two rounds and a half."""
    kept = Kept(when=lambda one: clock.goes_on(5) if len(kept.rounds) == 1 else None)

    def after_round() -> None:
        if len(kept.rounds) > 1:
            clock.goes_on(2)

    ran = run([LookedAt("web")], kept, 5, 2, after_round)
    assert (ran.done, ran.skipped) == (4, 1)
    assert not ran.stopped


def test_history_is_asked_for_once(clock: Clock) -> None:
    kept = Kept()
    ran = run([LookedAt("web")], kept, 3, 1, lambda: clock.goes_on(1))
    assert [one.said for one in kept.histories] == ["sysstat is not installed"]
    assert ran.watched["web"].history == kept.histories[0]


def seen(port: int, peer: str = DB) -> Seen:
    return Seen("out", peer, 5432, port)


def test_what_closes_counts_once_and_what_is_open_each_round() -> None:
    from datetime import UTC, datetime

    def at(opened: frozenset[Seen], closing: frozenset[Seen]) -> Look:
        return Look(at=datetime.now(UTC), uptime=1, boot="a", open=opened, closing=closing)

    one, two = frozenset({seen(41000)}), frozenset({seen(41001)})
    nothing: frozenset[Seen] = frozenset()
    key = ("out", DB, 5432)
    assert talks(None, at(one, nothing)) == {key: True}
    assert talks(at(one, nothing), at(one, nothing)) == {key: True}
    assert talks(at(one, nothing), at(nothing, one)) == {}, "it was counted while it was open"
    assert talks(at(nothing, one), at(nothing, one)) == {}, "it was counted when it was first seen to close"
    assert talks(at(nothing, one), at(nothing, one | two)) == {key: False}
    assert talks(at(nothing, one), at(one, two)) == {key: True}


def test_talk_of_a_round_is_kept_from_both_ends(clock: Clock) -> None:
    def web(number: int) -> bytes:
        return printed([row("open", (WEB, 41000), (DB, 5432))], uptime=1000 + number)

    kept = Kept()
    run([LookedAt("web", web)], kept, 2, 1, lambda: clock.goes_on(1))
    assert [one.talks for one in kept.of("web")] == [{("out", DB, 5432): True}] * 2
