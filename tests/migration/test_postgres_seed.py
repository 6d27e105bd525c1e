"""The first copy of a PostgreSQL database is cut off, killed, and begun again: what was copied is not sent twice."""

import contextlib
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing
from test_postgres_move import Before, drive  # noqa: F401 - a fixture

from estate.errors import HeldError, UnfinishedError
from migration.context import Context
from migration.postgres import holding, seed
from practice.places import namespace

pytestmark = [pytest.mark.practice, pytest.mark.slow]

JOBS = 2
LARGE = """
    CREATE TABLE numbered (id int PRIMARY KEY, filler text);
    INSERT INTO numbered SELECT n * 7, repeat(md5(n::text), 4) FROM generate_series(-60000, 60000) n;
    CREATE TABLE "Named: odd" ("The \\ 'key'" text PRIMARY KEY, filler text);
    INSERT INTO "Named: odd" SELECT E'\\\\ ''"\\t' || md5(n::text), repeat('x', 90) FROM generate_series(1, 60000) n;
    CREATE TABLE never_analysed (id int PRIMARY KEY, filler text) WITH (autovacuum_enabled = false);
    INSERT INTO never_analysed SELECT n, repeat('y', 90) FROM generate_series(1, 50000) n;
    ANALYZE numbered, "Named: odd";
"""


@pytest.fixture
def large(drive: Drive) -> Drive:  # noqa: F811
    """A move of a database some tables of which are copied in parts."""
    drive.sql(SOURCE, LARGE)
    drive.settings = {"close_seconds": 3, "part_mib": 1, "parallel": JOBS}
    return drive


def begun(drive: Drive) -> Counter[int]:  # noqa: F811
    """How often each part was begun."""
    log = drive.shell(TARGET, f"cat {drive.sides.names.work}/seed/seed.log")
    return Counter(int(number) for number in re.findall(r"part (\d+) begins", log))


def until(drive: Drive, true: Callable[[], bool], seconds: float = 120) -> None:  # noqa: F811
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, drive.shell(
            TARGET, f"cd {drive.sides.names.work}/seed; cat phase seed.log"
        )
        time.sleep(0.1)


def till_overtaken(act: Callable[[Context], None], ctx: Context) -> None:
    """What an older attempt does, until the fence ends it."""
    with contextlib.suppress(HeldError):
        act(ctx)


def phase(drive: Drive) -> str:  # noqa: F811
    return drive.shell(TARGET, f"cat {drive.sides.names.work}/seed/phase 2>/dev/null || true")


@contextmanager
def cut_off(drive: Drive) -> Iterator[None]:  # noqa: F811
    """The source's network cable is out while the body runs."""

    def link(state: str) -> None:
        inside = namespace(drive.estate.name, SOURCE)
        subprocess.run(["ip", "-n", inside, "link", "set", "eth0", state], check=True)

    link("down")
    try:
        yield
    finally:
        link("up")
        drive.links.clear()


def agree(drive: Drive) -> None:  # noqa: F811
    """Finish the copy, and compare both sides whole."""
    MOVER.seed(drive.ctx)
    drive.drain("forward")
    seen = VERIFIER.verify(drive.ctx, frozen=False)
    assert seen.agrees, differing(seen)


def test_a_copy_that_is_cut_off_from_its_source_goes_on_by_itself(large: Drive) -> None:
    before = Before(large)
    MOVER.prepare(large.ctx)
    sides = large.sides
    holding.begin(sides)
    seed._start(sides, holding.wait(sides))
    until(large, lambda: len(begun(large)) > 6)
    with cut_off(large):
        until(large, lambda: phase(large) == "waiting for the source, which cannot be reached")
    until(large, lambda: phase(large) == "done")
    parts = begun(large)
    assert len(parts) > 20
    assert parts.total() - len(parts) <= JOBS
    large.sql(SOURCE, "UPDATE numbered SET filler = 'since' WHERE id % 11 = 0; DELETE FROM notes WHERE id < 5")
    agree(large)
    MOVER.clean(large.ctx, None)
    before.serves_as_before(large)


def test_a_copy_that_is_killed_goes_on_where_it_stopped_and_one_that_runs_is_joined(large: Drive) -> None:
    before = Before(large)
    MOVER.prepare(large.ctx)
    sides = large.sides
    holding.begin(sides)
    seed._start(sides, holding.wait(sides))
    unit = f"{sides.names.seed_unit}.service"
    until(large, lambda: len(begun(large)) > 6)
    large.shell(TARGET, f"systemctl kill --signal=KILL {unit}")
    with pytest.raises(UnfinishedError, match="copying rows") as ended:
        seed._watch(sides)
    assert "goes on where it stopped" in ended.value.remedy
    large.epoch += 1
    first = threading.Thread(target=till_overtaken, args=(MOVER.seed, large.ctx))
    first.start()
    until(large, lambda: "=active" in large.shell(TARGET, f"systemctl show -p ActiveState {unit}"))
    large.epoch += 1
    agree(large)
    first.join(60)
    started = f"journalctl -u {unit} -o cat | grep -c ^Started"
    assert large.shell(TARGET, started) == "2"  # the one that was killed, and the one that both waited for
    MOVER.clean(large.ctx, None)
    before.serves_as_before(large)


def test_a_copy_whose_indexes_were_half_built_builds_them_again(large: Drive) -> None:
    MOVER.prepare(large.ctx)
    sides = large.sides
    holding.begin(sides)
    snapshot = holding.wait(sides)
    seed._start(sides, snapshot)
    until(large, lambda: phase(large) == "done")
    once = begun(large)
    half = 'DROP INDEX "Planning Dept"."Lower"; ALTER TABLE notes DROP CONSTRAINT notes_pkey; DROP TRIGGER noted ON notes'
    large.sql(TARGET, half, sides.names.database)
    seed._start(sides, snapshot)  # as where the target was switched off in the midst of it
    until(large, lambda: phase(large) == "done")
    assert begun(large) == once
    agree(large)
    MOVER.clean(large.ctx, None)


def test_a_copy_whose_snapshot_is_gone_begins_afresh(large: Drive) -> None:
    MOVER.prepare(large.ctx)
    sides = large.sides
    holding.begin(sides)
    seed._start(sides, holding.wait(sides))
    until(large, lambda: len(begun(large)) > 3)
    large.shell(SOURCE, f"systemctl kill --signal=KILL {sides.names.hold_unit}.service")
    with pytest.raises(UnfinishedError, match="snapshot"):
        seed._watch(sides)
    large.sql(SOURCE, "INSERT INTO visits VALUES (now(), 'between', 1)")
    large.epoch += 1
    agree(large)
    MOVER.clean(large.ctx, None)
