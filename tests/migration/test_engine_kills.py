"""`kill -9` at every point of every phase: the next run of the same command goes on, and nothing is lost."""

import random
import signal
import time

import pytest
from moving import Course, wait_for

pytestmark = pytest.mark.slow

START = (
    "prepare.begin",
    "prepare.noted.source",
    "prepare.noted.target",
    "prepare.end",
    "seed.begin",
    "seed.middle",
    "seed.end",
    "sync.forward",
    "verify.live",
)
CUTOVER = (
    "ahead.begin",
    "ahead.noted.source",
    "ahead.noted.target",
    "ahead.end",
    "freeze.begin.source",
    "freeze.end.source",
    "sync.forward",
    "finish.forward",
    "verify.frozen",
    "reverse.begin",
    "reverse.end",
    "hold.begin.source",
    "hold.end.source",
    "thaw.begin.target",
    "thaw.end.target",
    "forget.begin",
)
ROLLBACK = (
    "ahead.begin",
    "ahead.noted.source",
    "ahead.end",
    "freeze.begin.target",
    "freeze.end.target",
    "sync.back",
    "finish.back",
    "verify.frozen",
    "hold.begin.target",
    "hold.end.target",
    "thaw.begin.source",
    "thaw.end.source",
    "fold.begin",
    "fold.end",
    "clean.begin",
    "clean.emptied",
    "clean.middle",
    "clean.end",
)
CLEAN = ("clean.begin", "clean.middle", "clean.end")


def killed_at_each(course: Course, command: str, points: tuple[str, ...], end: str) -> None:
    for point in points:
        marker = course.fault(f"kill.{point}")
        done = course.run(command)
        assert done.code == -signal.SIGKILL, (point, done)
        assert not marker.exists()
    assert course.must(command) == end


@pytest.fixture
def patient(course: Course) -> Course:
    """A freeze long enough to be killed in many times."""
    course.set(freeze_seconds=200.0)
    return course


@pytest.mark.timeout(600)
def test_killed_everywhere_on_the_way_there_and_back(patient: Course) -> None:
    writer = patient.start_writer()
    killed_at_each(patient, "start", START, "ready")
    patient.approve()
    killed_at_each(patient, "cutover", CUTOVER, "soaking")
    wait_for(lambda: patient.operations()[-1][3] == "target")
    killed_at_each(patient, "rollback", ROLLBACK, "rolled back")
    wait_for(lambda: patient.operations()[-1][3] == "source")
    patient.stop_writer(writer)
    assert patient.lost("source") == []
    assert patient.left() == []
    assert patient.copied() == []
    assert patient.move.residue == ()
    assert patient.ledger.verify().entries > 40


@pytest.mark.timeout(300)
def test_killed_everywhere_while_accepting(patient: Course) -> None:
    patient.ready()
    patient.must("cutover")
    killed_at_each(patient, "accept", CLEAN, "accepted")
    assert patient.left() == []


@pytest.mark.timeout(300)
def test_killed_in_a_cutover_and_everywhere_while_cancelling(patient: Course) -> None:
    writer = patient.start_writer()
    patient.ready()
    patient.fault("kill.verify.frozen")
    patient.run("cutover")
    assert not patient.writable("source")
    killed_at_each(
        patient, "cancel", ("thaw.begin.source", "thaw.end.source", "clean.emptied", *CLEAN), "cancelled"
    )
    wait_for(lambda: patient.operations()[-1][3] == "source")
    patient.stop_writer(writer)
    assert patient.lost("source") == []
    assert patient.left() == []
    assert patient.copied() == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment(patient: Course, seed: int) -> None:
    """Deaths that no point names: between two writes of the engine itself, for example."""
    moments = random.Random(seed)
    writer = patient.start_writer()
    for command, end in (("start", "ready"), ("cutover", "soaking"), ("rollback", "rolled back")):
        for _ in range(3):
            run = patient.begin(command)
            time.sleep(1.0 + 2.5 * moments.random())
            run.kill()
        done = patient.run(command)
        if done.code == 0:
            assert done.said == end
        else:  # one of the three had finished it
            assert patient.move.phase == end, done
        if command == "start":
            patient.approve()
    wait_for(lambda: patient.operations()[-1][3] == "source")
    patient.stop_writer(writer)
    assert patient.lost("source") == []
    assert patient.left() == []
    patient.ledger.verify()
