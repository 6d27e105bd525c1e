"""What Decant keeps fails it, by a full disk or a damaged file: the service goes on, and once mended so does the move."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from moving import Course, wait_for

from estate.records.move import Phase

pytestmark = pytest.mark.slow


@pytest.fixture
def small() -> Iterator[Course]:
    if os.geteuid() != 0:
        pytest.skip("needs root: a disk of its own is mounted")
    made = Course(room="8m")
    yield made
    made.close()


def filled(course: Course) -> Path:
    """The file that takes all the room there is."""
    ballast = course.workspace.root / ".decant" / "ballast"
    with ballast.open("wb", buffering=0) as out:
        try:
            while out.write(b"x" * 512):
                pass
        except OSError:
            return ballast
    raise AssertionError("it never filled")


@pytest.mark.parametrize(
    ("command", "point", "serves", "closed"),
    [
        ("cutover", "pause.freeze.end.source", "source", "target"),
        ("rollback", "pause.hold.begin.target", "target", "source"),
        ("rollback", "pause.hold.end.target", "target", "source"),
    ],
)
def test_a_full_disk_lets_the_side_that_serves_go_on(
    small: Course, command: str, point: str, serves: str, closed: str
) -> None:
    small.ready()
    if command == "rollback":
        small.must("cutover")
    small.fault(point)
    run = small.begin(command)
    paused = small.workspace.root / "faults" / "paused"
    wait_for(paused.exists)
    ballast = filled(small)
    paused.unlink()
    assert run.wait() == 3, run.said
    assert "Traceback" not in run.said
    assert "full" in run.said
    assert (small.writable(serves), small.writable(closed)) == (True, False)
    ballast.unlink()
    assert small.must(command) == ("soaking" if command == "cutover" else "rolled back")
    small.ledger.verify()
    assert small.move.phase in {Phase.SOAKING, Phase.ROLLED_BACK}


@pytest.mark.parametrize("damage", ["rubbish", "a folder"])
def test_a_damaged_store_of_the_workflows_is_said_and_can_be_moved_aside(course: Course, damage: str) -> None:
    course.ready()
    database = course.workspace.workflows
    for name in ("-wal", "-shm", ""):
        database.with_name(database.name + name).unlink(missing_ok=True)
    if damage == "rubbish":
        database.write_bytes(os.urandom(20_000))
    else:
        database.mkdir()
    done = course.run("cutover")
    assert done.code == 3
    assert "cannot be used" in done.said
    assert "Traceback" not in done.said
    assert course.writable("source")
    database.rename(database.with_name("aside"))
    assert course.must("cutover") == "soaking"
