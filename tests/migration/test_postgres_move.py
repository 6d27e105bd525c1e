"""A PostgreSQL database on its way between two real servers: forward, back, given up, killed, and without a trace."""

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from postgres_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, differing
from postgres_writer import Writer, written

from estate.errors import RefusedError
from migration.postgres import gate
from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]

ODD = 'odd "town"'
CONFIGURATION = "cat /etc/postgresql/*/main/pg_hba.conf /var/lib/postgresql/*/main/postgresql.auto.conf"
IDENTITIES = (
    "SELECT string_agg(oid::regclass || relreplident::text, ',' ORDER BY oid) FROM pg_class WHERE relkind = 'r'"
)
ACL = "SELECT coalesce(datacl::text, 'default') FROM pg_database WHERE datname = current_database()"


@pytest.fixture
def drive(estate: Estate, request: pytest.FixtureRequest) -> Iterator[Drive]:
    """A move of a small database with everything awkward in it. Afterwards both servers are as they were."""
    made = Drive(
        estate, f"odd-{abs(hash(request.node.name)) % 10**6}", database=ODD, settings={"close_seconds": 3}
    )
    tidy(made)
    made.sql(
        SOURCE, "CREATE ROLE odd_owner; CREATE ROLE odd_clerk LOGIN PASSWORD 'x' IN ROLE odd_owner;", "postgres"
    )
    made.sql(SOURCE, f"""CREATE DATABASE "{ODD.replace('"', '""')}" OWNER odd_owner;""", "postgres")
    made.sql(
        SOURCE,
        Path(__file__).with_name("odd_town.sql").read_text()
        + f"""ALTER DATABASE "{ODD.replace('"', '""')}" SET search_path = 'Planning Dept', public;
              ALTER ROLE odd_clerk IN DATABASE "{ODD.replace('"', '""')}" SET work_mem = '8MB';
              ALTER ROLE odd_clerk SET statement_timeout = '5min';
              REVOKE TEMPORARY ON DATABASE "{ODD.replace('"', '""')}" FROM PUBLIC;
              GRANT CREATE ON DATABASE "{ODD.replace('"', '""')}" TO odd_clerk;
              COMMENT ON DATABASE "{ODD.replace('"', '""')}" IS 'The odd town''s';""",
    )
    yield made
    tidy(made)


def tidy(drive: Drive) -> None:
    """Remove what a test left, by hand."""
    for host in (TARGET, SOURCE):
        name = '"' + ODD.replace('"', '""') + '"'
        drive.shell(host, "systemctl stop 'decant_*_hold.service' 'decant_*_seed.service' 2>/dev/null || true")
        for gate_of_a_move in drive.shell(host, "ls /var/lib/decant_*/gate/gate.sh 2>/dev/null || true").split():
            drive.shell(host, f"sh {gate_of_a_move} open")
        if drive.sql(host, f"SELECT 1 FROM pg_database WHERE datname = '{ODD}'", "postgres"):
            drive.sql(
                host,
                """SELECT format('ALTER SUBSCRIPTION %I DISABLE', subname) FROM pg_subscription \\gexec
                SELECT format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subname) FROM pg_subscription \\gexec
                SELECT format('DROP SUBSCRIPTION %I', subname) FROM pg_subscription \\gexec""",
            )
        drive.sql(
            host,
            """SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active;
            SELECT pg_sleep(0.5); SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots""",
            "postgres",
        )
        if drive.sql(host, f"SELECT 1 FROM pg_database WHERE datname = '{ODD}'", "postgres"):
            drive.sql(host, f"DROP DATABASE {name} WITH (FORCE)", "postgres")
        drive.sql(
            host,
            "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database "
            "WHERE datname ~ '^decant_' \\gexec",
            "postgres",
        )
        drive.sql(
            host,
            "SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^decant_' \\gexec",
            "postgres",
        )
        drive.sql(host, "ALTER SYSTEM RESET ALL", "postgres")
        marked = "/^# decant_.* begin$/,/^# decant_.* end$/d"
        drive.shell(host, f"rm -rf /var/lib/decant_*; sed -i '{marked}' /etc/postgresql/*/main/pg_hba.conf")
        drive.sql(host, "SELECT pg_reload_conf()", "postgres")
        drive.sql(host, "DROP ROLE IF EXISTS odd_clerk, odd_owner;", "postgres")


class Before:
    """How both servers are before a move, to compare with how they are after it."""

    def __init__(self, drive: Drive) -> None:
        self.configuration = {host: drive.shell(host, CONFIGURATION) for host in (SOURCE, TARGET)}
        self.acl = drive.sql(SOURCE, ACL)
        self.identities = drive.sql(SOURCE, IDENTITIES)

    def no_trace(self, drive: Drive) -> None:
        assert MOVER.residue(drive.ctx) == ()
        assert drive.notes == []
        for host in (SOURCE, TARGET):
            assert drive.shell(host, CONFIGURATION) == self.configuration[host]
            assert (
                drive.shell(host, "ls -d /var/lib/decant_* /etc/systemd/system/decant_* 2>/dev/null || true") == ""
            )
            assert drive.shell(host, "systemctl list-units --all --plain --no-legend 'decant_*'") == ""
            for what in ("pg_replication_slots", "pg_subscription"):
                assert drive.sql(host, f"SELECT count(*) FROM {what}", "postgres") == "0"
            assert drive.sql(host, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^decant'", "postgres") == "0"

    def serves_as_before(self, drive: Drive) -> None:
        self.no_trace(drive)
        assert drive.sql(SOURCE, ACL) == self.acl
        assert drive.sql(SOURCE, IDENTITIES) == self.identities
        assert drive.sql(SOURCE, "SELECT count(*) FROM pg_publication") == "0"


def test_nothing_is_lost_forward_and_back_while_an_application_writes(estate: Estate) -> None:
    drive = Drive(estate, "whole")
    before = Before(drive)
    writer = Writer(drive)
    writer.start()
    drive.until_ready()
    ready = VERIFIER.verify(drive.ctx, frozen=False)
    assert ready.agrees, differing(ready)
    seen = drive.cut_over()
    assert seen.items > 200_000
    assert drive.as_application(SOURCE, "SELECT 1").returncode != 0
    writer.host = TARGET
    time.sleep(2)
    assert MOVER.healthy(drive.ctx) == ""
    drive.roll_back()
    writer.host = SOURCE
    time.sleep(1)
    acknowledged = writer.stop()
    there = written(drive, SOURCE)
    assert len(acknowledged) > 50
    assert acknowledged <= set(there), sorted(acknowledged - set(there))[:5]
    assert len(there) == len(set(there))
    assert drive.sql(SOURCE, "SELECT count(*) FROM reports") != "0"
    before.serves_as_before(drive)
    drive.sql(SOURCE, "DELETE FROM reports WHERE description ~ '^w[0-9]+$'")
    assert drive.sql(TARGET, "SELECT datname FROM pg_database WHERE datname = 'reports'", "postgres") == ""
    assert drive.sql(TARGET, "SELECT rolname FROM pg_roles WHERE rolname ~ '^reports_'", "postgres") == ""
    MOVER.describe(Drive(estate, "again").ctx)  # a second move there is not refused
    marked = "CREATE DATABASE reports; ALTER DATABASE reports SET decant.move = 'decant_again seeding'"
    drive.sql(TARGET, marked, "postgres")
    assert MOVER.residue(drive.ctx) == ()  # what that one makes there is not left of this one
    drive.sql(TARGET, "DROP DATABASE reports", "postgres")


def test_everything_awkward_arrives_and_accept_leaves_no_trace(drive: Drive) -> None:
    before = Before(drive)
    drive.until_ready()
    drive.sql(SOURCE, "INSERT INTO notes (odd, body) VALUES (7, 'late'); DELETE FROM visits WHERE ctid IN "
                      "(SELECT ctid FROM visits LIMIT 3); UPDATE visits SET seconds = 9 WHERE page = 'page 4';"
                      "INSERT INTO parts VALUES (99, '2026-05-05'); SELECT nextval('tickets');"
                      "SELECT lo_put(70001, 5, 'changed'), lo_unlink(70002), lo_from_bytea(70004, 'new');"
                      "INSERT INTO scratch VALUES (99, 'late'); REFRESH MATERIALIZED VIEW by_stage;")  # fmt: skip
    drive.cut_over()
    drive.sql(
        TARGET, "INSERT INTO notes (odd, body) VALUES (10, 'after'); DELETE FROM visits WHERE page = 'page 5'"
    )
    assert MOVER.healthy(drive.ctx) == ""
    drive.drain("back")
    assert drive.sql(SOURCE, "SELECT count(*) FROM visits WHERE page = 'page 5'") == "0"
    MOVER.clean(drive.ctx, "target")
    before.no_trace(drive)
    assert drive.sql(TARGET, ACL) == before.acl
    assert drive.sql(TARGET, IDENTITIES.replace("oid::regclass ||", "")).replace("f", "d") != ""
    closed = "SELECT has_database_privilege('odd_clerk', current_database(), 'CONNECT')"
    assert drive.sql(SOURCE, closed) == "f"
    assert drive.sql(TARGET, closed) == "t"
    assert drive.sql(TARGET, "SELECT relreplident FROM pg_class WHERE relname = 'visits'") == "d"
    assert drive.sql(SOURCE, "SELECT relreplident FROM pg_class WHERE relname = 'visits'") == "d"


def test_a_move_that_is_cancelled_once_its_flow_was_turned_leaves_the_source_as_it_was(drive: Drive) -> None:
    before = Before(drive)
    MOVER.prepare(drive.ctx)
    MOVER.seed(drive.ctx)
    MOVER.freeze(drive.ctx, "source", 120)
    drive.drain("forward")
    MOVER.finish(drive.ctx, "forward")
    MOVER.reverse(drive.ctx)
    MOVER.clean(drive.ctx, None)
    before.serves_as_before(drive)
    databases = drive.sql(TARGET, "SELECT string_agg(datname, ',') FROM pg_database", "postgres")
    assert ODD not in databases
    assert drive.sql(TARGET, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^odd'", "postgres") == "0"


def test_a_session_that_comes_back_makes_the_freeze_fail_and_the_source_serve(drive: Drive) -> None:
    before = Before(drive)
    drive.until_ready()
    loop = f"while :; do runuser -u postgres -- psql -X -q -d '{ODD}' -c 'SELECT pg_sleep(30)'; done"
    drive.shell(SOURCE, f"systemd-run --quiet --unit=stubborn sh -c {shlex.quote(loop)}")
    try:
        time.sleep(1)
        with pytest.raises(RefusedError, match="come back"):
            MOVER.freeze(drive.ctx, "source", 60)
    finally:
        drive.shell(SOURCE, "systemctl stop stubborn")
    assert gate.status(drive.sides, drive.sides.source).word == "open"
    assert drive.sql(SOURCE, ACL) == before.acl
    MOVER.freeze(drive.ctx, "source", 60)
    MOVER.clean(drive.ctx, None)
    before.serves_as_before(drive)


def test_an_open_prepared_transaction_is_refused_before_anything_is_done(drive: Drive) -> None:
    if drive.sql(SOURCE, "SHOW max_prepared_transactions", "postgres") == "0":
        drive.sql(SOURCE, "ALTER SYSTEM SET max_prepared_transactions = 5", "postgres")
        drive.shell(SOURCE, "systemctl restart postgresql@13-main || systemctl restart postgresql")
    try:
        drive.sql(SOURCE, "BEGIN; INSERT INTO visits VALUES (now(), 'pending', 1); PREPARE TRANSACTION 'pending';")
        with pytest.raises(RefusedError, match="prepared transaction"):
            MOVER.describe(drive.ctx)
        drive.sql(SOURCE, "ROLLBACK PREPARED 'pending'")
    finally:
        drive.sql(SOURCE, "ALTER SYSTEM RESET max_prepared_transactions", "postgres")


def test_a_write_after_the_freeze_is_found_in_the_log_whoever_made_it(drive: Drive) -> None:
    drive.until_ready()
    MOVER.freeze(drive.ctx, "source", 120)
    drive.sql(SOURCE, "SELECT count(*) FROM visits; VACUUM ANALYZE visits;")
    MOVER.hold(drive.ctx, "source", 5)
    for change in (
        "UPDATE visits SET seconds = 1 WHERE page = 'page 9'",
        "SELECT nextval('tickets')",
        "SELECT lo_put(70001, 1, 'x')",
        "CREATE TABLE sneaked (i int)",
        "TRUNCATE codes",
    ):
        drive.sql(SOURCE, change)
        assert "after its freeze" in _refusal(lambda: MOVER.hold(drive.ctx, "source", 5)), change
        MOVER.thaw(drive.ctx, "source")
        MOVER.freeze(drive.ctx, "source", 120)
        MOVER.hold(drive.ctx, "source", 5)
    MOVER.clean(drive.ctx, None)


def test_a_slot_that_is_lost_is_said_and_the_next_seed_begins_afresh(drive: Drive) -> None:
    drive.until_ready()
    name = drive.sides.names.tag
    drive.sql(TARGET, f"ALTER SUBSCRIPTION {name} DISABLE")
    _until(lambda: drive.sql(SOURCE, f"SELECT active FROM pg_replication_slots WHERE slot_name = '{name}'") == "f")
    drive.sql(
        SOURCE, f"SELECT pg_drop_replication_slot('{name}'); INSERT INTO visits VALUES (now(), 'unseen', 1);"
    )
    with pytest.raises(RefusedError, match="is gone"):
        MOVER.sync(drive.ctx, "forward")
    drive.epoch += 1
    drive.until_ready()
    seen = VERIFIER.verify(drive.ctx, frozen=False)
    assert seen.agrees, differing(seen)
    MOVER.clean(drive.ctx, None)


def test_a_target_that_holds_something_else_is_refused_and_left_alone(drive: Drive) -> None:
    name = ODD.replace('"', '""')
    drive.sql(TARGET, f'CREATE DATABASE "{name}"', "postgres")
    drive.sql(TARGET, "CREATE TABLE theirs (i int)")
    for act in (MOVER.describe, MOVER.prepare):
        with pytest.raises(RefusedError, match="already"):
            act(drive.ctx)
    MOVER.clean(drive.ctx, None)
    assert drive.sql(TARGET, "SELECT count(*) FROM theirs") == "0"


def test_what_is_written_after_the_copy_was_judged_is_seen_until_it_is_removed(drive: Drive) -> None:
    drive.until_ready()
    drive.cut_over()
    MOVER.freeze(drive.ctx, "target", 120)
    drive.drain("back")
    MOVER.hold(drive.ctx, "target", 5)
    MOVER.thaw(drive.ctx, "source")
    assert MOVER.still(drive.ctx) == ""
    MOVER.fold(drive.ctx)
    assert MOVER.still(drive.ctx) == ""  # ending the flow is no write
    drive.sql(TARGET, "CREATE TABLE after_judge (i int); INSERT INTO after_judge VALUES (1)")
    assert "after its freeze" in MOVER.still(drive.ctx)
    MOVER.clean(drive.ctx, "source")
    assert drive.sql(TARGET, "SELECT count(*) FROM after_judge") == "1"
    assert MOVER.residue(drive.ctx) == ()
    assert MOVER.still(drive.ctx) == ""  # from here on nothing would be removed


def test_what_breaks_the_flow_back_is_told_in_one_line(drive: Drive) -> None:
    drive.until_ready()
    drive.cut_over()
    name = f"{drive.sides.names.tag}_back"
    drive.sql(TARGET, "ALTER TABLE visits ADD COLUMN referrer text")
    assert "public.visits" in MOVER.healthy(drive.ctx)
    drive.sql(TARGET, "INSERT INTO visits VALUES (now(), 'x', 1, 'y')")
    with pytest.raises(RefusedError, match=r"public\.visits was changed"):
        drive.drain("back", 30)
    drive.sql(TARGET, "ALTER TABLE visits DROP COLUMN referrer")
    drive.sql(SOURCE, f"ALTER SUBSCRIPTION {name} DISABLE")
    assert "not taken up" in MOVER.healthy(drive.ctx)
    MOVER.clean(drive.ctx, "target")
    assert MOVER.residue(drive.ctx) == ()


def test_without_leave_to_restart_nothing_is_changed(drive: Drive) -> None:
    drive.confirmed = ()
    running = drive.sql(SOURCE, "SHOW wal_level", "postgres")
    if running == "logical":
        drive.shell(SOURCE, "systemctl restart postgresql@13-main || systemctl restart postgresql")
    assert drive.sql(SOURCE, "SHOW wal_level", "postgres") == "replica"
    assert MOVER.describe(drive.ctx).restarts == (SOURCE,)
    with pytest.raises(RefusedError, match="must be restarted once"):
        MOVER.prepare(drive.ctx)
    assert drive.notes == []
    assert drive.sql(SOURCE, "SHOW wal_level", "postgres") == "replica"


def test_by_dump_inside_the_freeze_where_nothing_may_be_followed(drive: Drive) -> None:
    before = Before(drive)
    drive.settings = {"method": "dump"}
    drive.confirmed = ()
    description = MOVER.describe(drive.ctx)
    assert (description.restarts, description.lossless_rollback) == ((), False)
    drive.until_ready()
    drive.sql(SOURCE, "INSERT INTO notes (odd, body) VALUES (7, 'since the trial copy')")
    assert VERIFIER.verify(drive.ctx, frozen=False).agrees
    drive.cut_over()
    assert "nothing flows back" in MOVER.healthy(drive.ctx)
    assert drive.sql(TARGET, "SELECT count(*) FROM notes WHERE body = 'since the trial copy'") == "1"
    MOVER.clean(drive.ctx, "target")
    before.no_trace(drive)


def _refusal(act: Callable[[], None]) -> str:
    """Why it was refused; empty where it was not."""
    try:
        act()
    except RefusedError as refused:
        return refused.what
    return ""


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
