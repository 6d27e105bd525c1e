"""The engine and a real BIND: the names follow the side that serves, whatever dies in between."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from moving import Course, wait_for

from estate.records.move import Phase
from migration.switches.base import Answer

# The fixture of a BIND on loopback, shared with the tests of the switch itself.
from tests.migration.test_switch import Bind, bind  # noqa: F401

pytestmark = pytest.mark.slow

OLD, NEW = "192.0.2.1", "192.0.2.9"
NAME = "app.council.test"


@pytest.fixture
def named(bind: Bind, tmp_path: Path) -> Iterator[Course]:  # noqa: F811
    """A course whose workload is reached by a name with a short time-to-live."""
    bind.switch().lower_ttl(NAME, 5)
    made = Course(dns_port=bind.port, dns_key=str(tmp_path / "switch.key"))
    yield made
    made.close()


def test_the_name_goes_there_and_comes_back_as_it_was(named: Course, bind: Bind) -> None:  # noqa: F811
    bind.switch().point(NAME, OLD, 7)
    named.ready()
    assert bind.switch().current(NAME) == Answer((OLD,), 5)
    assert named.move.services == (NAME,)
    named.must("cutover")
    assert bind.switch().current(NAME) == Answer((NEW,), 5)
    named.must("rollback")
    assert bind.switch().current(NAME) == Answer((OLD,), 7)
    assert named.move.residue == ()


@pytest.mark.parametrize(("command", "end"), [("rollback", "rolled back"), ("accept", "accepted")])
def test_a_death_after_the_name_was_settled_is_finished(
    named: Course,
    bind: Bind,  # noqa: F811
    command: str,
    end: str,
) -> None:
    bind.switch().point(NAME, OLD, 7)
    named.ready()
    named.must("cutover")
    named.fault("kill.residue")
    assert named.run(command).code == -signal.SIGKILL
    assert named.move.residue == ()
    assert named.must(command) == end
    assert bind.switch().current(NAME) == Answer((OLD if command == "rollback" else NEW,), 7)


def test_after_an_accept_the_name_has_its_old_time_to_live(named: Course, bind: Bind) -> None:  # noqa: F811
    bind.switch().point(NAME, OLD, 7)
    named.ready()
    named.must("cutover")
    named.must("accept")
    assert bind.switch().current(NAME) == Answer((NEW,), 7)


def test_after_a_cancel_the_name_is_as_it_was(named: Course, bind: Bind) -> None:  # noqa: F811
    bind.switch().point(NAME, OLD, 7)
    named.ready()
    named.must("cancel")
    assert bind.switch().current(NAME) == Answer((OLD,), 7)


@pytest.mark.parametrize("point", ["hold.end.source", "thaw.begin.target"])
def test_a_death_around_the_switch_is_finished_forwards(named: Course, bind: Bind, point: str) -> None:  # noqa: F811
    named.ready()
    named.fault(f"kill.{point}")
    assert named.run("cutover").code == -signal.SIGKILL
    assert not named.writable("source")
    assert not named.writable("target")
    assert named.must("cutover") == "soaking"
    assert bind.switch().current(NAME) == Answer((NEW,), 5)
    assert named.writable("target")


def test_a_name_that_somebody_else_changed_stops_a_cutover_before_its_freeze(
    named: Course,
    bind: Bind,  # noqa: F811
) -> None:
    named.ready()
    bind.switch().point(NAME, "192.0.2.77", 5)
    done = named.run("cutover")
    assert done.code == 4
    assert "find out who changed it" in done.said
    assert "move.freezing" not in named.actions()
    assert named.move.phase is Phase.READY


def test_a_name_that_stands_for_another_server_is_refused_before_anything_is_touched(
    named: Course,
    bind: Bind,  # noqa: F811
) -> None:
    bind.switch().point(NAME, "192.0.2.77", 7)
    done = named.run("start")
    assert done.code == 4
    assert "it may be another server's name" in done.said
    assert bind.switch().current(NAME) == Answer(("192.0.2.77",), 7)
    assert "residue.noted" not in named.actions()


def test_an_accept_sees_that_the_name_stands_for_the_target(named: Course, bind: Bind) -> None:  # noqa: F811
    named.ready()
    named.must("cutover")
    bind.switch().point(NAME, OLD, 5)
    done = named.run("accept")
    assert done.code == 4
    assert "not for the target" in done.said
    assert named.move.phase is Phase.SOAKING


def test_clients_that_may_remember_the_old_answer_are_waited_for(named: Course, bind: Bind) -> None:  # noqa: F811
    bind.switch().point(NAME, OLD, 300)
    named.ready()
    done = named.run("cutover")
    assert done.code == 4
    assert "may still remember the old address" in done.said
    assert "move.freezing" not in named.actions()


def test_clients_are_waited_for_from_when_the_time_to_live_was_lowered(named: Course, bind: Bind) -> None:  # noqa: F811
    bind.switch().point(NAME, OLD, 300)
    named.fault("kill.prepare.begin")
    assert named.run("start").code == -signal.SIGKILL
    noted = named.move.residue[0]
    bind.switch().point(NAME, OLD, 300)  # as if it had died between its note and the lowering
    named.must("start")
    [again] = [note for note in named.move.residue if note.kind == noted.kind]
    assert (again.old, again.at > noted.at) == (noted.old, True)


def test_a_dns_server_that_is_away_at_the_switch_is_tried_again(named: Course, bind: Bind) -> None:  # noqa: F811
    named.ready()
    named.fault("pause.hold.end.source")
    run = named.begin("cutover")
    paused = named.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    named.set(dns_port=1)
    bind.process.send_signal(signal.SIGSTOP)
    paused.unlink()
    assert run.wait() == 3, run.said
    assert (named.move.phase, named.move.serving) == (Phase.CUTTING_OVER, "target")
    assert named.run("cancel").code == 4
    assert "neither side takes writes until" in run.said
    bind.process.send_signal(signal.SIGCONT)
    named.set()
    assert named.must("cutover") == "soaking"
    assert bind.switch().current(NAME) == Answer((NEW,), 5)


def test_with_dns_away_one_goes_back_from_a_target_that_never_opened(named: Course, bind: Bind) -> None:  # noqa: F811
    named.ready()
    named.fault("kill.hold.end.source")
    assert named.run("cutover").code == -signal.SIGKILL
    named.store.update_move(
        "shared_1", named.move.epoch, serving="target", unopened=True
    )  # as if it had died just after, between its point of no return and the switch
    bind.process.send_signal(signal.SIGSTOP)
    done = named.run("rollback")
    bind.process.send_signal(signal.SIGCONT)
    assert done.code == 3, done.said
    assert "old serves meanwhile" in done.said
    assert (named.writable("source"), named.writable("target")) == (True, False)
    assert named.must("rollback") == "rolled back"
    assert bind.switch().current(NAME) == Answer((OLD,), 5)
