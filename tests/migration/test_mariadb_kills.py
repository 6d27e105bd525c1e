"""Decant is killed again and again, each time a little later; every step is repeated and the move ends right."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mariadb_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing
from test_postgres_kills import Fuse, Killed, Mortal

from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.chaos]


@pytest.fixture
def drive(estate: Estate) -> Iterator[Drive]:
    made = Drive(estate, "mortal-sea", database="mortal_sea")
    made.sql(SOURCE, "CREATE DATABASE mortal_sea; CREATE USER 'sailor'@'10.99.%' IDENTIFIED BY 'x'")
    made.sql(SOURCE, "GRANT SELECT, INSERT ON mortal_sea.* TO 'sailor'@'10.99.%'")
    made.sql(SOURCE, Path(__file__).with_name("odd_harbour.sql").read_text(), "mortal_sea")
    yield made
    made.sql(SOURCE, "DROP DATABASE mortal_sea; DROP USER 'sailor'@'10.99.%'")


def test_a_move_killed_at_every_turn_ends_right(drive: Drive) -> None:
    fuse = Fuse()
    assert drive.ctx
    drive.links = {name: Mortal(link, fuse) for name, link in drive.links.items()}
    kills = 0

    def surely(act: "object", first: int, stride: int) -> None:
        """Repeat a step as later and later attempts, each of which lives a little longer, until one comes through."""
        nonlocal kills
        assert callable(act)
        lives = first
        while True:
            fuse.left = lives
            try:
                act()
            except Killed:
                kills += 1
                drive.epoch += 1
                lives += stride
            else:
                fuse.left = None
                return

    surely(lambda: MOVER.prepare(drive.ctx), 70, 9)
    surely(lambda: MOVER.seed(drive.ctx), 9, 13)
    drive.sql(SOURCE, "INSERT INTO mortal_sea.by_year VALUES ('2026-01-01', 7)")
    drive.drain("forward")
    surely(lambda: MOVER.freeze(drive.ctx, "source", 300), 3, 7)
    drive.drain("forward")
    surely(lambda: MOVER.finish(drive.ctx, "forward"), 7, 9)
    seen = VERIFIER.verify(drive.ctx, frozen=True)
    assert seen.agrees, differing(seen)
    surely(lambda: MOVER.reverse(drive.ctx), 17, 3)
    surely(lambda: MOVER.hold(drive.ctx, "source", 5), 5, 8)
    surely(lambda: MOVER.thaw(drive.ctx, "target"), 1, 2)
    drive.sql(TARGET, "INSERT INTO mortal_sea.berths (`what? now`) VALUES ('on the target')")
    assert MOVER.healthy(drive.ctx) == ""
    surely(lambda: MOVER.freeze(drive.ctx, "target", 300), 3, 9)
    drive.drain("back")
    surely(lambda: MOVER.finish(drive.ctx, "back"), 9, 11)
    seen = VERIFIER.verify(drive.ctx, frozen=True)
    assert seen.agrees, differing(seen)
    surely(lambda: MOVER.hold(drive.ctx, "target", 5), 5, 8)
    surely(lambda: MOVER.thaw(drive.ctx, "source"), 1, 2)
    assert MOVER.still(drive.ctx) == ""
    surely(lambda: MOVER.fold(drive.ctx), 2, 3)
    surely(lambda: MOVER.clean(drive.ctx, None), 5, 13)
    assert kills > 20
    assert MOVER.residue(drive.ctx) == ()
    assert drive.notes == []
    assert drive.sql(SOURCE, "SELECT COUNT(*) FROM mortal_sea.berths WHERE `what? now` = 'on the target'") == "1"
    assert (
        drive.sql(TARGET, "SHOW DATABASES LIKE 'mortal%'; SELECT User FROM mysql.user WHERE User = 'sailor'") == ""
    )
    events = "SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'mortal_sea' ORDER BY EVENT_NAME"
    assert drive.sql(SOURCE, events).split() == ["DISABLED", "ENABLED"]
