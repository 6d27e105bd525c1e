import json
import signal
import time

import pytest
from moving import Course, wait_for

from estate.records.move import Phase

pytestmark = pytest.mark.slow


def test_a_move_there_with_writes_all_along_loses_nothing(course: Course) -> None:
    writer = course.start_writer()
    assert course.must("start") == "ready"
    course.approve()
    assert course.must("cutover") == "soaking"
    wait_for(lambda: course.operations()[-1][3] == "target")
    assert course.must("start") == "soaking"  # brings back what was written since
    assert course.must("accept") == "accepted"
    course.stop_writer(writer)
    move = course.move
    assert course.lost("target") == []
    assert (move.verified, move.approved_by, move.serving) == (True, "bob", "target")
    assert move.frozen_seconds is not None
    assert 0 < move.frozen_seconds < 20
    assert move.residue == ()
    assert course.left() == []
    assert not course.writable("source")
    assert course.ledger.verify().anchored_sequence == course.ledger.count()


def test_a_rollback_after_the_cutover_keeps_what_was_written_since(course: Course) -> None:
    writer = course.start_writer()
    course.ready()
    course.must("cutover")
    wait_for(lambda: sum(op[3] == "target" for op in course.operations()) > 30)
    assert course.must("rollback") == "rolled back"
    wait_for(lambda: course.operations()[-1][3] == "source")
    course.stop_writer(writer)
    assert course.lost("source") == []
    assert course.left() == []
    assert {"move.described", "move.verified", "move.switched", "move.given_back"} <= set(course.actions())


def test_after_a_verified_rollback_nothing_stays_on_the_target_and_a_second_move_just_works(
    course: Course,
) -> None:
    course.ready()
    course.must("cutover")
    assert course.must("rollback") == "rolled back"
    assert (course.copied(), course.move.copy_kept, course.move.note) == ([], "", "")
    assert "move.copy_removed" in course.actions()
    for folder in course.sides.values():
        (folder / ".state.json").unlink()  # a host's fence is the move's own; that of these folders is not
    assert course.must("start") == "ready"
    assert [move.phase for move in course.store.moves()] == [Phase.ROLLED_BACK, Phase.READY]


def test_a_target_that_somebody_opened_while_it_was_rolled_back_keeps_its_copy(course: Course) -> None:
    course.ready()
    course.must("cutover")
    course.fault("kill.thaw.end.source")
    course.run("rollback")
    (course.sides["target"] / "data").chmod(0o755)
    (course.sides["target"] / "data" / "theirs").write_text("written on the target, which had been compared")
    assert course.must("rollback") == "rolled back"
    assert "theirs" in course.copied()
    assert course.move.copy_kept == "the target was opened"
    assert "new keeps its copy" in course.move.note


def test_what_is_written_on_the_target_after_its_copy_was_judged_is_kept_all_the_same(course: Course) -> None:
    course.ready()
    course.must("cutover")
    course.fault("kill.fold.end")
    course.run("rollback")
    assert course.move.copy_kept == ""
    (course.sides["target"] / "data").chmod(0o755)
    (course.sides["target"] / "data" / "theirs").write_text("written after the judgement")
    assert course.must("rollback") == "rolled back"
    assert "theirs" in course.copied()
    assert course.move.copy_kept == "the target was opened"


def test_what_is_written_on_the_target_while_the_flow_back_ends_is_kept(course: Course) -> None:
    course.ready()
    course.must("cutover")
    course.fault("pause.fold.end")
    run = course.begin("rollback")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    (course.sides["target"] / "data").chmod(0o755)
    (course.sides["target"] / "data" / "theirs").write_text("written after the judgement")
    paused.unlink()
    assert run.wait() == 0, run.said
    assert "theirs" in course.copied()
    assert course.move.copy_kept == "the target was opened"


def test_a_cancel_leaves_the_target_as_it_was(course: Course) -> None:
    course.ready()
    assert course.must("cancel") == "cancelled"
    assert list((course.sides["target"] / "data").iterdir()) == []
    assert course.writable("target")
    assert course.writable("source")
    assert course.left() == []


def test_a_cutover_before_ready_without_approval_or_twice_is_refused(course: Course) -> None:
    course.fault("kill.seed.end")
    assert course.run("start").code == -signal.SIGKILL
    early = course.run("cutover")
    assert early.code == 4
    assert "it is seeding" in early.said
    course.must("start")
    alone = course.run("cutover")
    assert alone.code == 4
    assert "nobody has approved" in alone.said
    assert course.move.phase is Phase.READY
    course.approve()
    course.must("cutover")
    assert course.run("cutover").code == 4
    assert course.run("cancel").code == 4


def test_a_description_edited_after_approval_is_refused(course: Course) -> None:
    course.ready()
    move = course.move
    assert move.description is not None
    edited = move.description.model_copy(update={"steps": ("something else",)})
    course.store.update_move(move.id, move.epoch, description=edited)
    done = course.run("cutover")
    assert done.code == 4
    assert "changed after it was made" in done.said
    assert course.writable("source")


def test_a_second_operator_is_told_who_holds_it_at_once(course: Course) -> None:
    course.fault("pause.seed.begin")
    first = course.begin("start")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    started = time.monotonic()
    second = course.run("start", operator="carol")
    assert second.code == 4
    assert "HeldError: move:shared_1 is held by ann@here:" in second.said
    assert "since 20" in second.said
    assert time.monotonic() - started < 15
    paused.unlink()
    assert first.wait() == 0
    assert course.move.phase is Phase.READY


def test_one_who_was_stopped_and_wakes_after_a_takeover_does_nothing_more(course: Course) -> None:
    course.fault("stop.seed.begin")
    first = course.begin("start")
    wait_for(lambda: not (course.workspace.root / "faults" / "stop.seed.begin").exists())
    assert course.must("start") == "ready"
    epoch = course.move.epoch
    count = course.ledger.count()
    first.signal(signal.SIGCONT)
    assert first.wait() == 4, first.said
    assert "HeldError" in first.said
    assert (course.move.epoch, course.ledger.count()) == (epoch, count)


def test_one_who_was_stopped_while_frozen_does_not_thaw_what_another_cut_over(course: Course) -> None:
    course.ready()
    course.fault("stop.verify.frozen")
    first = course.begin("cutover")
    wait_for(lambda: not (course.workspace.root / "faults" / "stop.verify.frozen").exists())
    assert course.must("cutover") == "soaking"
    first.signal(signal.SIGCONT)
    assert first.wait() == 4, first.said
    assert course.move.phase is Phase.SOAKING
    assert course.writable("target")
    assert not course.writable("source")


def test_a_dead_cutover_leaves_the_source_frozen_no_longer_than_its_deadline(course: Course) -> None:
    writer = course.start_writer()
    course.ready()
    course.set(freeze_seconds=3.0)
    course.fault("kill.verify.frozen")
    assert course.run("cutover").code == -signal.SIGKILL
    assert not course.writable("source")
    wait_for(lambda: course.writable("source"), seconds=10)
    wait_for(lambda: course.operations()[-1][3] == "source")
    course.set(freeze_seconds=30.0)
    assert course.must("cutover") == "soaking"
    wait_for(lambda: course.operations()[-1][3] == "target")
    course.stop_writer(writer)
    assert course.lost("target") == []


def test_a_freeze_that_would_end_before_the_switch_is_given_up_and_can_be_tried_again(course: Course) -> None:
    writer = course.start_writer()
    course.ready()
    course.set(freeze_seconds=1.5, least_seconds=1.4)
    done = course.run("cutover")
    assert done.code == 4
    assert "ends before the switch" in done.said
    move = course.move
    assert (move.phase, move.frozen_at, move.serving) == (Phase.READY, None, "source")
    assert "given up" in move.note
    assert course.writable("source")
    assert [json.loads(line)["payload"].get("note", "") for line in course.ledger.export()][-1] == move.note
    course.set()
    assert course.must("cutover") == "soaking"
    wait_for(lambda: course.operations()[-1][3] == "target")
    course.stop_writer(writer)
    assert course.lost("target") == []


def test_a_freeze_that_lapsed_after_the_flow_was_turned_starts_the_move_again(course: Course) -> None:
    writer = course.start_writer()
    course.ready()
    course.set(freeze_seconds=4.0)
    course.fault("kill.reverse.end")
    assert course.run("cutover").code == -signal.SIGKILL
    wait_for(lambda: course.writable("source"), seconds=10)
    again = course.run("cutover")
    assert again.code == 4
    assert "took writes again" in again.said
    move = course.move
    assert (move.phase, move.turned, move.serving, move.residue) == (Phase.PLANNED, False, "source", ())
    course.set()
    assert course.must("start") == "ready"
    course.approve()  # it was described anew, and there is more to copy by now
    assert course.must("cutover") == "soaking"
    wait_for(lambda: course.operations()[-1][3] == "target")
    course.stop_writer(writer)
    assert course.lost("target") == []


def test_a_difference_found_while_frozen_lets_the_source_go_on(course: Course) -> None:
    course.ready()
    course.fault("pause.verify.frozen")
    run = course.begin("cutover")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    (course.sides["target"] / "data" / "old3").write_text("corrupted")
    paused.unlink()
    assert run.wait() == 1
    assert "differ in old3" in run.said
    assert (course.move.phase, course.move.verified) == (Phase.READY, False)
    assert course.writable("source")
    assert not course.writable("target")


def test_a_difference_that_stays_keeps_a_move_from_ready(course: Course) -> None:
    (course.sides["source"] / "data" / "unseen").write_text("the mover is blind to this one")
    done = course.run("start")
    assert done.code == 1
    assert "differ in unseen" in done.said
    assert (course.move.phase, course.move.verified) == (Phase.SYNCING, False)
    (course.sides["source"] / "data" / "unseen").unlink()
    assert course.must("start") == "ready"
    assert course.move.verified is True


def test_a_broken_flow_refuses_a_rollback_until_a_person_accepts_the_loss(course: Course) -> None:
    course.ready()
    course.must("cutover")
    (course.sides["target"] / ".decant_flow").unlink()
    done = course.run("rollback")
    assert done.code == 4
    assert "broke" in done.said
    assert course.move.phase is Phase.BROKEN
    assert course.must("rollback", "--accept-loss") == "rolled back"
    assert {"move.loss_accepted", "move.copy_kept"} <= set(course.actions())
    assert "old0" in course.copied()
    assert not course.writable("target")
    assert "new keeps its copy" in course.move.note
    assert course.writable("source")
    assert course.left() == []


def test_a_broken_flow_is_said_before_an_accept_gives_up_the_way_back(course: Course) -> None:
    course.ready()
    course.must("cutover")
    (course.sides["target"] / ".decant_flow").unlink()
    assert course.run("accept").code == 4
    assert course.move.phase is Phase.BROKEN
    assert course.must("accept") == "accepted"


def test_a_restart_needs_its_server_named(course: Course) -> None:
    course.put_workload(restarts=["old"])
    done = course.run("start")
    assert done.code == 4
    assert "--confirm=old" in done.said
    assert course.store.moves() == []


def test_a_target_that_holds_something_else_is_refused(course: Course) -> None:
    (course.sides["target"] / "data" / "theirs").write_text("not ours")
    done = course.run("start")
    assert done.code == 4
    assert "holds something else" in done.said
    assert course.store.moves() == []
    assert (course.sides["target"] / "data" / "theirs").read_text() == "not ours"


def test_the_first_ctrl_c_undoes_a_cutover_that_has_not_switched(course: Course) -> None:
    course.ready()
    course.fault("pause.verify.frozen")
    run = course.begin("cutover")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    run.signal(signal.SIGINT)
    wait_for(lambda: "Ctrl-C again" in run.said)
    paused.unlink()
    assert run.wait() == 130, run.said
    assert "decant cutover shared_1" in run.said
    assert (course.move.phase, course.move.frozen_at) == (Phase.READY, None)
    assert course.writable("source")
    assert course.must("cutover") == "soaking"


def test_the_first_ctrl_c_after_the_switch_finishes_the_cutover(course: Course) -> None:
    course.ready()
    course.fault("pause.thaw.begin.target")
    run = course.begin("cutover")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    run.signal(signal.SIGINT)
    wait_for(lambda: "Ctrl-C again" in run.said)
    paused.unlink()
    assert run.wait() == 0, run.said
    assert course.move.phase is Phase.SOAKING


def test_the_second_ctrl_c_stops_at_once_and_the_same_command_goes_on(course: Course) -> None:
    course.fault("pause.seed.begin")
    run = course.begin("start")
    paused = course.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    run.signal(signal.SIGINT)
    wait_for(lambda: "Ctrl-C again" in run.said)
    run.signal(signal.SIGINT)
    assert run.wait() != 0
    assert course.move.phase is Phase.SEEDING
    paused.unlink()
    assert course.must("start") == "ready"
