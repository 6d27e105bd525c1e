"""The bulk of a PostgreSQL database compared before a freeze; inside it, what was changed since, on either side."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing

from estate.errors import UnfinishedError
from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]

MORE = r"""
CREATE TABLE people (email text PRIMARY KEY, note text);
INSERT INTO people SELECT format('o''%s\%s "é%s"@example.org', n, n, n), repeat('x', 3000) FROM generate_series(1, 3000) n;
CREATE TABLE pairs (b int, filler text, a text, PRIMARY KEY (a, b));
INSERT INTO pairs SELECT n % 7, NULL, E'a\tb\\' || n FROM generate_series(1, 2000) n;
CREATE TABLE idle (n int PRIMARY KEY);
INSERT INTO idle SELECT generate_series(1, 5000);
"""
CHANGES = r"""
UPDATE people SET email = 'new ' || email WHERE email LIKE 'o''7_7 %';
UPDATE people SET note = 'changed' WHERE email LIKE 'o''8_8 %';
DELETE FROM people WHERE email LIKE 'o''9_9 %';
INSERT INTO people VALUES ('', NULL);
UPDATE pairs SET b = b + 100 WHERE a = E'a\tb\\5';
UPDATE pairs SET filler = 'f' WHERE a = E'a\tb\\6';
INSERT INTO visits VALUES (now(), 'late', 1);
TRUNCATE codes;
INSERT INTO parts VALUES (700, '2026-07-07');
UPDATE notes SET body = 'late', id = id + 10000 WHERE id = 4;
INSERT INTO scratch VALUES (500, 'unlogged');
"""
PLANTED = {
    r"UPDATE people SET note = 'y' WHERE email LIKE 'o''12_12 %'": (
        "public.people",
        "1 row(s) differ (md5(email) = ",
    ),
    r"DELETE FROM pairs WHERE a = E'a\tb\\9'": ("public.pairs", "1 row(s) only on the source (md5(a) = "),
    "INSERT INTO idle VALUES (9000)": ("public.idle", "1 row(s) only on the target (n = 9000)"),
    "INSERT INTO visits VALUES (now(), 'sneaked', 1)": ("public.visits", "1 only on the target"),
    "INSERT INTO codes VALUES ('z', NULL)": ("public.codes", "only on the target (md5(code) = "),
    "UPDATE scratch SET t = 'w' WHERE n = 2": ("public.scratch", "1 row(s) differ (n = 2)"),
}
"""What somebody does on the target: the source's changes tell nothing of it."""


@pytest.fixture
def ready(estate: Estate) -> Iterator[Drive]:
    """A database that is followed."""
    drive = Drive(estate, "ahead", database="ahead")
    drive.sql(
        SOURCE, "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN PASSWORD 'x' IN ROLE odd_owner;", "postgres"
    )
    drive.sql(SOURCE, "CREATE DATABASE ahead OWNER odd_owner", "postgres")
    drive.sql(SOURCE, Path(__file__).with_name("odd_town.sql").read_text() + MORE)
    drive.until_ready()
    yield drive
    VERIFIER.forget(drive.ctx)
    VERIFIER.forget(drive.ctx)
    assert VERIFIER.residue(drive.ctx) == ()
    MOVER.clean(drive.ctx, None)
    assert drive.notes == []
    drive.sql(SOURCE, "DROP DATABASE ahead WITH (FORCE)", "postgres")
    drive.sql(SOURCE, "DROP ROLE odd_clerk, odd_owner", "postgres")


def test_what_changed_since_on_either_side_is_compared_inside_the_freeze_and_nothing_else(ready: Drive) -> None:
    ready.sql(TARGET, "UPDATE idle SET n = 6000 WHERE n = 60")
    with pytest.raises(
        UnfinishedError, match=r"differ between db-legacy and data-target.*n = 60.*nothing was frozen"
    ):
        VERIFIER.ahead(ready.ctx)
    assert {(left.host, left.kind) for left in VERIFIER.residue(ready.ctx)} == {
        (host, kind) for host in (SOURCE, TARGET) for kind in ("slot", "publication")
    }
    ready.sql(TARGET, "UPDATE idle SET n = 60 WHERE n = 6000")
    subscription = f"ALTER SUBSCRIPTION {ready.sides.names.tag}"
    ready.sql(TARGET, f"{subscription} DISABLE")
    ready.sql(SOURCE, "UPDATE people SET note = 'in flight' WHERE email LIKE '%77%'")
    resumed = threading.Timer(1.5, ready.sql, (TARGET, f"{subscription} ENABLE"))
    resumed.start()
    rest = VERIFIER.ahead(ready.ctx)
    resumed.join()
    assert rest is not None
    ready.sql(SOURCE, CHANGES)
    MOVER.freeze(ready.ctx, "source", 900)
    ready.drain("forward")
    MOVER.finish(ready.ctx, "forward")
    seen = rest.verify(ready.ctx)
    assert seen.agrees, differing(seen)
    assert seen.frozen
    assert seen.items > 12_000
    said = {check.name: check for check in seen.checks}
    assert said["rows of public.idle"].source == "5000 rows before the freeze, 0 changed since"
    assert " 0 changed since" not in said["rows of public.people"].source
    whole = {name for name, check in said.items() if "compared whole" in check.note}
    assert whole == {f"rows of public.{name}" for name in ("visits", "codes", "scratch")}
    for statement, (table, note) in PLANTED.items():
        ready.sql(TARGET, statement)
        told = {check.name: check.note for check in rest.verify(ready.ctx).checks if not check.agrees}
        assert note in told.get(f"rows of {table}", "it was not found"), statement
        assert "@" not in str(told)
    ready.sql(TARGET, "SELECT setval('tickets', 77); SELECT lo_unlink(70002); ALTER TABLE idle ADD more int")
    told = {check.name: check.note for check in rest.verify(ready.ctx).checks if not check.agrees}
    assert {"sequence public.tickets stands", "large object 70002", "column public.idle.more"} <= told.keys()
