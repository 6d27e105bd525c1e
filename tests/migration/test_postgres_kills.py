"""Decant is killed again and again, each time a little later; every step is repeated and the move ends right."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing

from estate.transport.base import DEFAULT_TIMEOUT, OUTPUT_LIMIT, Result, Transport
from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]


class Killed(BaseException):
    """Decant ends here, as by `kill -9`: nothing catches it."""


class Fuse:
    """Burns down with each command that Decant sends, and ends it when it is out."""

    def __init__(self) -> None:
        self.left: int | None = None

    def burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


class Mortal:
    """A transport that Decant may not come back from: killed before a command leaves, or before its answer is seen."""

    def __init__(self, inner: Transport, fuse: Fuse) -> None:
        self.host = inner.host
        self.inner = inner
        self.fuse = fuse

    def run(
        self,
        argv: Sequence[str],
        stdin: bytes | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        limit: int = OUTPUT_LIMIT,
    ) -> Result:
        self.fuse.burn()
        result = self.inner.run(argv, stdin, timeout, limit)
        self.fuse.burn()
        return result

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def drive(estate: Estate) -> Iterator[Drive]:
    made = Drive(estate, "mortal", database="mortal", settings={"parallel": 2})
    made.sql(
        SOURCE, "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN PASSWORD 'x' IN ROLE odd_owner;", "postgres"
    )
    made.sql(SOURCE, "CREATE DATABASE mortal OWNER odd_owner", "postgres")
    made.sql(SOURCE, Path(__file__).with_name("odd_town.sql").read_text())
    yield made
    made.sql(SOURCE, "DROP DATABASE mortal WITH (FORCE)", "postgres")
    made.sql(SOURCE, "DROP ROLE odd_clerk, odd_owner", "postgres")


def test_a_move_killed_at_every_turn_ends_right(drive: Drive) -> None:
    fuse = Fuse()
    drive.links = {name: Mortal(link, fuse) for name, link in _links(drive).items()}
    kills = 0

    def surely(act: Callable[[], object], first: int, stride: int = 7) -> None:
        """Repeat a step as later and later attempts, each of which lives a little longer, until one comes through."""
        nonlocal kills
        fuse.left = first
        lives = first
        while True:
            try:
                act()
            except Killed:
                kills += 1
                drive.epoch += 1
                lives += stride
                fuse.left = lives
            else:
                fuse.left = None
                return

    surely(lambda: MOVER.prepare(drive.ctx), 20, 31)
    drive.sql(SOURCE, "INSERT INTO visits VALUES (now(), 'between', 1)")
    surely(lambda: MOVER.seed(drive.ctx), 1, 9)
    drive.sql(SOURCE, "UPDATE notes SET body = 'changed' WHERE id < 9; SELECT lo_put(70001, 9, 'late')")
    surely(lambda: MOVER.freeze(drive.ctx, "source", 300), 1, 3)
    drive.drain("forward")
    surely(lambda: MOVER.finish(drive.ctx, "forward"), 2, 5)
    seen = VERIFIER.verify(drive.ctx, frozen=True)
    assert seen.agrees, differing(seen)
    surely(lambda: MOVER.reverse(drive.ctx), 1, 3)
    surely(lambda: MOVER.hold(drive.ctx, "source", 5), 1, 3)
    surely(lambda: MOVER.thaw(drive.ctx, "target"), 0, 2)
    drive.sql(TARGET, "INSERT INTO notes (odd, body) VALUES (7, 'on the target'); SELECT lo_put(70001, 1, 'back')")
    assert MOVER.healthy(drive.ctx) == ""
    surely(lambda: MOVER.freeze(drive.ctx, "target", 300), 1, 3)
    drive.drain("back")
    surely(lambda: MOVER.finish(drive.ctx, "back"), 1, 5)
    seen = VERIFIER.verify(drive.ctx, frozen=True)
    assert seen.agrees, differing(seen)
    surely(lambda: MOVER.hold(drive.ctx, "target", 5), 1, 5)
    surely(lambda: MOVER.thaw(drive.ctx, "source"), 0, 2)
    surely(lambda: _must_be_still(drive), 0, 2)
    surely(lambda: MOVER.fold(drive.ctx), 1, 4)
    surely(lambda: MOVER.clean(drive.ctx, None), 2, 11)
    assert kills > 30
    assert MOVER.residue(drive.ctx) == ()
    assert drive.notes == []
    assert drive.sql(SOURCE, "SELECT count(*) FROM notes WHERE body = 'on the target'") == "1"
    assert drive.sql(SOURCE, "SELECT count(*) FROM notes WHERE body = 'changed'") == "8"
    assert drive.sql(SOURCE, "SELECT coalesce(datacl::text, '') FROM pg_database WHERE datname = 'mortal'") == ""
    left = "FROM pg_database WHERE datname = 'mortal' UNION SELECT rolname FROM pg_roles WHERE rolname ~ '^odd_'"
    assert drive.sql(TARGET, f"SELECT datname {left}", "postgres") == ""


def _must_be_still(drive: Drive) -> None:
    assert MOVER.still(drive.ctx) == ""


def _links(drive: Drive) -> dict[str, Transport]:
    assert drive.ctx
    return dict(drive.links)
