"""A target that is lost leaves a way back: never open to writes on both sides, and none is lost unless a person says so."""

import signal
from pathlib import Path

import pytest
from moving import Course, wait_for

from estate.records.move import Phase

pytestmark = pytest.mark.slow


def test_a_target_that_is_lost_before_it_takes_over_leaves_the_source_serving(course: Course) -> None:
    course.ready()
    course.fault("pause.reverse.end")
    run = course.begin("cutover")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    away = course.fault("away.new")
    paused.unlink()
    assert run.wait() == 3, run.said
    assert course.writable("source")
    assert course.move.serving == "source"
    away.unlink()
    course.run("cutover")
    assert course.move.phase is Phase.PLANNED


def taken_over_and_lost(course: Course) -> Path:
    """The target took over, and was lost before it was opened."""
    course.ready()
    course.fault("pause.hold.end.source")
    run = course.begin("cutover")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    away = course.fault("away.new")
    paused.unlink()
    assert run.wait() == 3, run.said
    assert (course.move.phase, course.move.serving) == (Phase.CUTTING_OVER, "target")
    assert "neither side takes writes until `decant cutover shared_1` or `decant rollback shared_1`" in run.said
    return away


def test_from_a_target_that_never_opened_one_goes_back_without_it(course: Course) -> None:
    away = taken_over_and_lost(course)
    assert course.run("cancel").code == 4
    done = course.run("rollback")
    assert done.code == 3, done.said
    assert "old serves meanwhile" in done.said
    assert course.writable("source")
    assert (course.sides["source"] / "severed").exists()
    away.unlink()
    assert course.must("rollback") == "rolled back"
    assert course.copied() == []
    assert course.left() == []
    assert "move.loss_accepted" not in course.actions()


def test_a_target_that_never_opened_and_stays_away_is_left_behind_and_said(course: Course) -> None:
    taken_over_and_lost(course)
    assert course.must("rollback", "--accept-loss") == "rolled back"
    assert course.writable("source")
    assert {note.host for note in course.move.residue} == {"new"}
    assert "new was out of reach" in course.move.note


def test_a_rollback_of_a_target_that_never_opened_can_be_given_up(course: Course) -> None:
    away = taken_over_and_lost(course)
    source = course.fault("away.old")
    assert course.run("rollback").code == 3
    assert (course.move.phase, course.move.serving) == (Phase.CUTTING_OVER, "target")
    assert not course.writable("target")
    source.unlink()
    away.unlink()
    assert course.must("cutover") == "soaking"


def test_what_a_target_took_before_its_cutover_was_finished_comes_back(course: Course) -> None:
    course.ready()
    course.fault("kill.thaw.end.target")
    assert course.run("cutover").code == -signal.SIGKILL
    (course.sides["target"] / "data" / "late").write_text("written on the target")
    assert course.must("rollback") == "rolled back"
    assert (course.sides["source"] / "data" / "late").read_text() == "written on the target"


def test_a_target_that_is_lost_while_it_soaks_is_passed_over_once_a_person_accepts_the_loss(
    course: Course,
) -> None:
    course.ready()
    course.must("cutover")
    course.fault("away.new")
    done = course.run("rollback")
    assert done.code == 3
    assert "--accept-loss=shared_1" in done.said
    assert (course.move.phase, course.writable("source")) == (Phase.SOAKING, False)
    assert course.must("rollback", "--accept-loss") == "rolled back"
    assert course.writable("source")
    assert {note.host for note in course.move.residue} == {"new"}
    assert "new was out of reach" in course.move.note
    assert {"move.loss_accepted", "move.target_forsaken"} <= set(course.actions())
    assert "old0" in course.copied()


def test_a_target_that_is_lost_in_the_middle_of_a_rollback_is_passed_over_too(course: Course) -> None:
    course.ready()
    course.must("cutover")
    course.fault("pause.hold.end.target")
    run = course.begin("rollback")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    course.fault("away.new")
    run.kill()
    paused.unlink()
    assert course.run("rollback").code == 3
    assert (course.move.phase, course.move.serving) == (Phase.ROLLING_BACK, "target")
    assert not course.writable("source")
    assert course.must("rollback", "--accept-loss") == "rolled back"
    assert course.writable("source")
