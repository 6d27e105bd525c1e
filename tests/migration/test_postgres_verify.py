"""The PostgreSQL verifier finds each sort of difference by itself, and names it without a value."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing

from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]

ODD_ROWS = 'rows of Planning Dept.Odd "Table"'
TABLE = '"Planning Dept"."Odd ""Table"""'

FUNCTION = "CREATE OR REPLACE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
VIEW = 'CREATE OR REPLACE VIEW recent AS SELECT n.id, NULL::"Planning Dept".stage AS stage FROM notes n'
DEFAULTS = (
    'ALTER DEFAULT PRIVILEGES FOR ROLE odd_owner IN SCHEMA "Planning Dept" REVOKE ALL ON TABLES FROM odd_clerk'
)

PLANTED = [
    ("ALTER TABLE notes DISABLE TRIGGER ALL", "table public.notes", ""),
    (f"UPDATE {TABLE} SET fee = 1 WHERE \"Id\" IN (7, 10)", ODD_ROWS, "2 row(s) differ (Id = "),
    (f"UPDATE {TABLE} SET amount = 2/3.0::float8 + 1e-15 WHERE \"Id\" = 13", ODD_ROWS, "Id = 13"),
    (f"UPDATE {TABLE} SET details = '{{\"b\":1, \"a\": [1,  2]}}' WHERE \"Id\" = 16", ODD_ROWS, "Id = 16"),
    ("DELETE FROM notes WHERE id = 3", "rows of public.notes", "1 row(s) only on the source (id = 3)"),
    ("INSERT INTO parts VALUES (500, '2026-02-02')", "rows of public.parts_2026", "id = 500, at = 2026-02-02"),
    ("INSERT INTO visits SELECT * FROM visits WHERE page = 'home' LIMIT 1", "rows of public.visits", "1 only on the target"),
    ("UPDATE scratch SET t = 'x' WHERE n = 1", "rows of public.scratch", "1 row(s) differ (n = 1)"),
    ("SELECT setval('tickets', 7)", "sequence public.tickets stands", ""),
    ("SELECT setval('unused', 1, true)", "sequence public.unused stands", ""),
    ("ALTER SEQUENCE tickets NO CYCLE", "sequence definition public.tickets", ""),
    ("DROP INDEX \"Planning Dept\".\"Lower\"", "index Planning Dept.Lower", ""),
    ("ALTER TABLE notes DISABLE TRIGGER noted", "trigger public.notes.noted", ""),
    ("ALTER TABLE notes OWNER TO odd_clerk", "table public.notes", ""),
    ("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "table public.notes", ""),
    ("ALTER POLICY own ON notes USING (true)", "policy public.notes.own", ""),
    ("ALTER TABLE codes DROP CONSTRAINT codes_code_key", "constraint public.codes.codes_code_key", ""),
    ("ALTER TABLE visits ALTER seconds SET DEFAULT 5", "column public.visits.seconds", ""),
    ("ALTER TABLE visits ALTER page TYPE varchar(40)", "column public.visits.page", ""),
    ("REVOKE SELECT (page) ON visits FROM odd_clerk", "column public.visits.page", ""),
    ("REVOKE INSERT ON notes FROM odd_clerk", "table public.notes", ""),
    ("COMMENT ON COLUMN visits.page IS NULL", "column public.visits.page", ""),
    (VIEW, "view public.recent", ""),
    (FUNCTION, "function public.noted()", ""),
    ("ALTER TYPE \"Planning Dept\".stage RENAME VALUE 'asked' TO 'wanted'", "type \"Planning Dept\".stage", ""),
    ("DROP RULE no_delete ON log", "rule public.log.no_delete", ""),
    ("DROP STATISTICS at_and_page", "statistics public.at_and_page", ""),
    (DEFAULTS, "default privileges", ""),
    ("DROP TABLE nothing", "table public.nothing", ""),
    ("CREATE EXTENSION pgcrypto", "extension pgcrypto", ""),
    ("ALTER ROLE odd_clerk PASSWORD 'y'", "role odd_clerk", ""),
    ("REVOKE odd_owner FROM odd_clerk", "role odd_clerk", ""),
    ("SELECT lo_put(70001, 3, 'x')", "large object 70001", ""),
    ("SELECT lo_unlink(70002)", "large object 70002", ""),
    ("ALTER LARGE OBJECT 70001 OWNER TO postgres", "large object 70001", ""),
    ("REVOKE SELECT ON LARGE OBJECT 70001 FROM odd_clerk", "large object 70001", ""),
]  # fmt: skip


def rounds() -> list[list[tuple[str, str, str]]]:
    """The planted differences in rounds, no two of one round in the same place."""
    made: list[list[tuple[str, str, str]]] = []
    for planted in PLANTED:
        room = next((r for r in made if all(planted[1] != other[1] for other in r)), None)
        if room is None:
            made.append(room := [])
        room.append(planted)
    return made


@pytest.fixture
def frozen(estate: Estate) -> Iterator[Drive]:
    """A database, copied, frozen and finished: both sides agree."""
    drive = Drive(estate, "planted", database="planted")
    drive.sql(
        SOURCE, "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN PASSWORD 'x' IN ROLE odd_owner;", "postgres"
    )
    drive.sql(SOURCE, "CREATE DATABASE planted OWNER odd_owner", "postgres")
    drive.sql(SOURCE, Path(__file__).with_name("odd_town.sql").read_text())
    drive.until_ready()
    MOVER.freeze(drive.ctx, "source", 900)
    drive.drain("forward")
    MOVER.finish(drive.ctx, "forward")
    yield drive
    MOVER.clean(drive.ctx, None)
    drive.sql(SOURCE, "DROP DATABASE planted WITH (FORCE)", "postgres")
    drive.sql(SOURCE, "DROP ROLE odd_clerk, odd_owner", "postgres")


def test_each_sort_of_difference_is_found_and_named(frozen: Drive) -> None:
    seen = VERIFIER.verify(frozen.ctx, frozen=True)
    assert seen.agrees, differing(seen)
    missed = []
    for planting in rounds():
        before = {check.name: check for check in seen.checks}
        for statement, _, _ in planting:
            frozen.sql(TARGET, statement)
        seen = VERIFIER.verify(frozen.ctx, frozen=True)
        for statement, name, note in planting:
            told = [c for c in seen.checks if not c.agrees and c.name.startswith(name) and note in c.note]
            if not any(c.name not in before or c.target != before[c.name].target for c in told):
                missed.append((statement, [(c.agrees, c.note) for c in seen.checks if c.name.startswith(name)]))
    assert missed == []
    assert not seen.agrees
    told = " ".join(f"{c.name} {c.source} {c.target} {c.note}" for c in seen.checks)
    assert "example.org" not in told
    assert "late" not in told


def test_what_is_only_in_flight_is_no_difference(frozen: Drive) -> None:
    MOVER.thaw(frozen.ctx, "source")
    frozen.sql(TARGET, f"ALTER SUBSCRIPTION {frozen.sides.names.tag} DISABLE")
    frozen.sql(SOURCE, "UPDATE visits SET seconds = 77 WHERE page = 'page 7'; DELETE FROM notes WHERE id = 9;"
                       "INSERT INTO parts VALUES (900, '2026-03-03')")  # fmt: skip
    behind = VERIFIER.verify(frozen.ctx, frozen=False)
    wrong = [check.name for check in behind.checks if not check.agrees]
    assert set(wrong) == {"rows of public.visits", "rows of public.notes", "rows of public.parts_2026"}
    resumed = threading.Timer(1.5, frozen.sql, (TARGET, f"ALTER SUBSCRIPTION {frozen.sides.names.tag} ENABLE"))
    resumed.start()
    caught_up = VERIFIER.verify(frozen.ctx, frozen=False)
    resumed.join()
    assert caught_up.agrees, differing(caught_up)
