"""Round after round, by the clock."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from estate.errors import UnreachableError
from estate.observed import Round
from estate.progress import Progress, silent
from estate.records.host import Host
from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result, Transport
from inventory.observe.look import Look, Seen
from inventory.observe.rounds import Keeper, Run, observe, talks
from inventory.observe.sysstat import History
from tests.inventory.observe.looks import printed, row

WEB, DB = "10.0.0.1", "10.0.0.2"


def host(name: str) -> Host:
    return Host(name=name, address=WEB, user="ops")


@dataclass
class Server:
    """A host that answers as `answer` says, after `seconds`."""

    host: str
    answer: Callable[[int], bytes] = lambda number: printed(uptime=1000 + number)
    seconds: float = 0
    asked: list[float] = field(default_factory=list)
    closed: int = 0
    hang: threading.Event = field(default_factory=threading.Event)

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        del argv, timeout, limit
        if stdin is not None and b"sadf" in stdin:
            return Result(0, b"history\nnone sysstat is not installed\n", b"", 0)
        self.asked.append(time.monotonic())
        if self.seconds:
            self.hang.wait(self.seconds)
        return Result(0, self.answer(len(self.asked)), b"", 0)

    def close(self) -> None:
        self.closed += 1
        self.hang.set()


@dataclass
class Kept:
    rounds: list[Round] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    batches: int = 0

    def keep(self, rounds: Sequence[Round]) -> int:
        self.rounds += rounds
        self.batches += 1
        return 0

    def of(self, server: str, missed: bool = False) -> list[Round]:
        return [one for one in self.rounds if one.server == server and one.missed == missed]


def run(
    servers: Sequence[Server],
    kept: Kept,
    rounds: int = 3,
    every: float = 0.1,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
    connect: Callable[[Host], Transport] | None = None,
) -> Run:
    by_name = {one.host: one for one in servers}
    return observe(
        [host(name) for name in by_name],
        connect or (lambda one: by_name[one.name]),
        Keeper(kept.keep, kept.histories.append),
        every,
        rounds,
        stop=stop,
        progress=progress,
        timeout=5,
    )


def test_each_round_is_kept_and_rates_come_from_the_second_on() -> None:
    kept, web = Kept(), Server("web")
    ran = run([web], kept, rounds=4)
    assert [one.sample is not None for one in kept.of("web")] == [False, False, False, False]
    assert (ran.done, ran.stopped, ran.watched["web"].rounds) == (4, False, 4)
    slow = Kept()
    run([Server("web", lambda number: printed(uptime=1000 + number * 0.2))], slow, rounds=4)
    assert [one.sample is not None for one in slow.of("web")] == [False, True, True, True]


def test_one_connection_is_kept_and_closed_at_the_end() -> None:
    made: list[Server] = []

    def connect(one: Host) -> Server:
        made.append(Server(one.name))
        return made[-1]

    run([Server("web")], Kept(), rounds=3, connect=connect)
    assert len(made) == 1
    assert len(made[0].asked) == 3
    assert made[0].closed == 1


def test_rounds_keep_to_the_clock_however_long_a_look_takes() -> None:
    web = Server("web", seconds=0.12)
    run([web], Kept(), rounds=5, every=0.2)
    for number, moment in enumerate(web.asked):
        assert abs(moment - web.asked[0] - 0.2 * number) < 0.08


def test_a_server_slower_than_a_round_is_not_asked_twice_and_holds_nobody_up() -> None:
    kept, slow, quick = Kept(), Server("slow", seconds=0.5), Server("quick")
    notes: list[str] = []
    ran = run([slow, quick], kept, rounds=4, every=0.2, progress=lambda step: notes.append(step.note))
    assert len(quick.asked) == 4
    assert len(slow.asked) == 2
    assert ran.watched["slow"].late == 2
    assert len(kept.of("slow", missed=True)) == 2
    assert any("slower than a round: slow" in note for note in notes)


def test_a_server_that_is_away_is_said_and_found_again() -> None:
    kept, tries = Kept(), [0]

    def connect(one: Host) -> Server:
        tries[0] += one.name == "db"
        if one.name == "db" and tries[0] < 3:
            raise UnreachableError("db does not answer", "see that it is on")
        return Server(one.name)

    notes: list[str] = []
    ran = run(
        [Server("web"), Server("db")], kept, rounds=4, connect=connect, progress=lambda s: notes.append(s.note)
    )
    assert (ran.watched["db"].rounds, ran.watched["db"].missed, ran.watched["db"].away) == (2, 2, "")
    assert len(kept.of("web")) == 4
    assert "1 of 2 servers; away: db" in notes[0]
    assert "away" not in notes[-1]


def test_an_answer_that_cannot_be_understood_is_a_round_missed_with_the_reason() -> None:
    kept = Kept()
    ran = run([Server("web", lambda number: b"This account is currently not available.\n")], kept)
    assert "could not be understood" in ran.watched["web"].away
    assert ran.watched["web"].exit_code
    assert len(kept.of("web", missed=True)) == 3


def test_stopping_keeps_what_was_seen_and_waits_for_nobody() -> None:
    kept, slow, quick = Kept(), Server("slow", seconds=60), Server("quick")
    begun = time.monotonic()
    ran = run([slow, quick], kept, rounds=100, every=0.2, stop=lambda: time.monotonic() - begun > 0.5)
    assert time.monotonic() - begun < 2
    assert ran.stopped
    assert len(kept.of("quick")) == len(quick.asked) >= 2
    assert slow.closed


def test_rounds_whose_time_has_passed_are_skipped_and_counted() -> None:
    kept, web = Kept(), Server("web")

    def keep(rounds: Sequence[Round]) -> int:
        if not kept.rounds:
            time.sleep(0.5)
        return kept.keep(rounds)

    ran = observe([host("web")], lambda one: web, Keeper(keep, kept.histories.append), 0.2, 5, timeout=5)
    assert (ran.done, ran.skipped) == (4, 1)
    assert not ran.stopped


def test_history_is_asked_for_once() -> None:
    kept = Kept()
    ran = run([Server("web")], kept, rounds=3)
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


def test_talk_of_a_round_is_kept_from_both_ends() -> None:
    def web(number: int) -> bytes:
        return printed([row("open", (WEB, 41000), (DB, 5432))], uptime=1000 + number)

    kept = Kept()
    run([Server("web", web)], kept, rounds=2)
    assert [one.talks for one in kept.of("web")] == [{("out", DB, 5432): True}] * 2
