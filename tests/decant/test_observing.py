"""What `decant observe` says is of one run and what of all that is kept; clocks that jump, runs that were killed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from decant.app import App
from decant.commands._observed import data, show
from decant.journeys import observing
from decant.journeys.observing import Observing
from estate.observed import Observed, Round
from estate.records.host import Host
from estate.records.server import Server
from inventory.observe import rounds as rounds_module
from inventory.observe.rounds import Watched
from tests.decant.face import decant
from tests.inventory.observe.looks import LookedAt, printed, row

WEB, DB = "10.0.0.1", "10.0.0.2"
EVERY = 60
BEGUN = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Web(LookedAt):
    """A web server that is looked at each minute, by a clock that jumps by `jump` seconds after three looks."""

    host: str = "web"
    jump: float = 0
    talks_from: int = 1
    """The look from which on it talks to a database."""

    def __post_init__(self) -> None:
        self.answer = self._look

    def _look(self, number: int) -> bytes:
        talk = [row("open", (WEB, 41000), (DB, 5432))] if number >= self.talks_from else []
        cpu = f"{100 + number} 0 100 {800 + number} 0 0 0 0 0 0"
        return printed(talk, uptime=1000 + EVERY * number, cpu=cpu)

    @property
    def passed(self) -> float:
        """Seconds since the first look of all."""
        return EVERY * (self.asked - 1)

    @property
    def wall(self) -> datetime:
        return BEGUN + timedelta(seconds=self.passed + (self.jump if self.asked > 3 else 0))


@dataclass
class Council:
    app: App
    web: Web

    def observe(self, rounds: int) -> Observing:
        return observing.run(
            self.app, [Host(name="web", address=WEB, user="ops")], EVERY, rounds, stop=lambda: False
        )


@pytest.fixture
def council(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Council]:
    assert decant("init", "anytown", at=tmp_path).code == 0
    (tmp_path / "anytown" / "hosts.toml").write_text(f'[[host]]\nname = "web"\naddress = "{WEB}"\nuser = "ops"\n')
    web = Web()
    monkeypatch.setattr(observing, "connect", lambda *_: web)
    monkeypatch.setattr(rounds_module, "time", SimpleNamespace(monotonic=lambda: EVERY * web.asked))
    monkeypatch.setattr(rounds_module, "now", lambda: web.wall)
    app = App(start=tmp_path / "anytown")
    app.store.put(Server(id="web", address=WEB, reached=True, seen_at=BEGUN))
    yield Council(app, web)
    app.close()


def test_the_screen_says_what_is_of_this_run_and_what_of_all(
    council: Council, capsys: pytest.CaptureFixture[str]
) -> None:
    first = council.observe(4)
    assert [one.id for one in first.new] == [f"web>{DB}:5432"]
    second = council.observe(2)
    assert second.new == []
    capsys.readouterr()
    show(second)
    said = capsys.readouterr().out
    assert "This run: 2 rounds in" in said
    head = next(line for line in said.splitlines() if line.startswith("server"))
    figures = next(line for line in said.splitlines() if line.startswith("web"))
    assert head.index("this run") == figures.index("2 rounds")
    assert "observed in all" in head
    assert "4 min" in figures, "three minutes of the first run, one of the second"
    assert "In all: the most used in 95% of the time" in said
    assert "rounds are those of all runs" in said
    assert "steady (6 of 6 rounds)" in said
    assert " 0.0 " not in said


@pytest.mark.parametrize("back", [90, 7200])
def test_a_clock_that_steps_back_loses_nothing_and_counts_no_time_twice(council: Council, back: int) -> None:
    council.web.jump, council.web.talks_from = -back, 4
    found = council.observe(6)
    (usage,) = found.usage
    assert usage.samples == 5
    assert all(one.seconds == EVERY for one in Observed(council.app.store.database).samples("web"))
    assert usage.cpu_percent is not None
    assert (usage.cpu_percent.p50, usage.cpu_percent.max) == (50, 50)
    # Of the five minutes, those that the clock told twice count once.
    assert usage.hours * 3600 == pytest.approx(300 - (90 if back == 90 else 0), abs=1)
    (talk,) = found.dependencies
    assert [one.id for one in found.new] == [talk.id]
    assert talk.first_seen is not None
    assert talk.last_seen is not None
    assert talk.first_seen <= talk.last_seen
    assert (talk.rounds, talk.of_rounds) == (3, 6)
    again = council.observe(2)
    assert again.new == []
    assert again.usage[0].samples == 6
    assert decant("evidence", "verify", at=council.app.workspace.root).code == 0


def test_what_a_killed_run_saw_is_not_new(council: Council) -> None:
    seen = Round("web", BEGUN, talks={("out", DB, 5432): True})
    Observed(council.app.store.database).keep([seen])
    found = council.observe(2)
    assert [one.id for one in found.dependencies] == [f"web>{DB}:5432"]
    assert found.new == []


def test_what_was_late_and_what_was_not_asked_is_told_apart(
    council: Council, capsys: pytest.CaptureFixture[str]
) -> None:
    found = council.observe(2)
    host = found.run.watched["web"].host
    for one in (
        Watched(host.model_copy(update={"name": "slow"}), rounds=1, missed=2, late=2),
        Watched(host.model_copy(update={"name": "dead"}), missed=3, late=2, away="dead did not answer"),
        Watched(host.model_copy(update={"name": "last"}), rounds=2, missed=1, unasked=1),
    ):
        found.run.watched[one.host.name] = one
    capsys.readouterr()
    show(found)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "dead was away at the last try: dead did not answer",
        "slow took longer than a round: 2 rounds passed without it.",
        "No time was left to ask last (1 round). A longer --every gives more.",
    ]
    said = json.loads(json.dumps(data(found), default=str))["servers"]
    assert {one["server"]: (one["late"], one["unasked"]) for one in said} == {
        "web": (0, 0),
        "slow": (2, 0),
        "dead": (2, 0),
        "last": (0, 1),
    }
