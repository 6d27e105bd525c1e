"""A MariaDB database on its way between two real servers: forward, back, given up, broken, and without a trace."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest
from mariadb_drive import MOVER, SOURCE, TARGET, VERIFIER, Drive, Writer, differing, written

from estate.errors import HeldError, RefusedError
from migration.mariadb import gate
from practice.estate import Estate

pytestmark = [pytest.mark.practice, pytest.mark.slow]

HARBOUR = "odd_harbour"
NEIGHBOUR = "oddxharbour"
"""A name that a careless pattern would take for the other."""


@pytest.fixture
def harbour(estate: Estate, request: pytest.FixtureRequest) -> Iterator[Drive]:
    """A move of a small database with everything awkward in it. Afterwards both servers are as they were."""
    made = Drive(estate, f"harbour-{abs(hash(request.node.name)) % 10**6}", database=HARBOUR)
    tidy(made)
    made.sql(
        SOURCE, f"CREATE DATABASE {HARBOUR} CHARACTER SET utf8mb4 COMMENT 'ours'; CREATE DATABASE {NEIGHBOUR}"
    )
    made.sql(SOURCE, Path(__file__).with_name("odd_harbour.sql").read_text(), HARBOUR)
    made.sql(
        SOURCE,
        f"""CREATE TABLE {NEIGHBOUR}.theirs (i INT PRIMARY KEY);
            CREATE USER 'harbour'@'10.99.%' IDENTIFIED BY 'x';
            GRANT SELECT, INSERT, EXECUTE ON `odd\\_harbour`.* TO 'harbour'@'10.99.%';
            GRANT UPDATE (stage), DELETE ON {HARBOUR}.berths TO 'harbour'@'10.99.%';""",
    )
    yield made
    tidy(made)


def tidy(drive: Drive) -> None:
    """Remove what a test left, by hand."""
    for host in (TARGET, SOURCE):
        for flow in drive.sql(host, "SHOW ALL SLAVES STATUS").splitlines():
            drive.sql(host, f"STOP SLAVE '{flow.split(chr(9))[0]}'; RESET SLAVE '{flow.split(chr(9))[0]}' ALL")
        for user in drive.sql(host, "SELECT User FROM mysql.user WHERE User LIKE 'decant%'").split():
            at = drive.sql(host, f"SELECT Host FROM mysql.user WHERE User = '{user}'")
            drive.sql(host, f"DROP USER '{user}'@'{at}'")
        drive.shell(
            host, "systemctl stop 'decant_*' ; rm -rf /var/lib/decant_* /etc/mysql/mariadb.conf.d/zz-decant_*"
        )
        drive.sql(
            host,
            f"""DROP DATABASE IF EXISTS {HARBOUR}; DROP DATABASE IF EXISTS {NEIGHBOUR};
                DROP USER IF EXISTS 'harbour'@'10.99.%';""",
        )


def _locked(drive: Drive, host: str) -> str:
    return drive.sql(
        host,
        """SELECT COALESCE(JSON_VALUE(Priv, '$.account_locked'), '') FROM mysql.global_priv
           WHERE User IN ('shop_app', 'harbour')""",
    )


def test_forward_and_back_under_writes_loses_nothing_and_leaves_nothing(estate: Estate) -> None:
    drive = Drive(estate, "shop-1")
    writer = Writer(drive)
    writer.start()
    try:
        assert MOVER.describe(drive.ctx).lossless_rollback
        drive.until_ready()
        seen = VERIFIER.verify(drive.ctx, frozen=False)
        assert seen.agrees, differing(seen)
        assert any(step.unit == "bytes" for step in drive.steps)

        began = time.monotonic()
        drive.cut_over()
        assert time.monotonic() - began < 60
        with pytest.raises(pymysql.MySQLError):
            drive.as_application(SOURCE)
        moved = set(writer.kept)
        writer.host = TARGET
        _until(lambda: len(writer.kept) > len(moved) + 20)
        assert moved - writer.gone - written(drive, TARGET) == set()
        assert MOVER.healthy(drive.ctx) == ""
        drive.sql(TARGET, "INSERT INTO till_log VALUES (NOW(), 'T001', 'on the target')", "shop")

        drive.roll_back()
        writer.host = SOURCE
        back = set(writer.kept)
        _until(lambda: len(writer.kept) > len(back) + 5)
    finally:
        kept = writer.stop()
    assert kept - written(drive, SOURCE) == set()
    assert drive.sql(SOURCE, "SELECT COUNT(*) FROM till_log WHERE message = 'on the target'", "shop") == "1"
    assert MOVER.residue(drive.ctx) == ()
    assert drive.notes == []
    assert (
        drive.sql(TARGET, "SHOW DATABASES LIKE 'shop'; SELECT User FROM mysql.user WHERE User = 'shop_app'") == ""
    )
    assert (
        drive.sql(SOURCE, "SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'shop'") == "ENABLED"
    )
    for host in (SOURCE, TARGET):
        assert (
            drive.shell(
                host, "grep -rl decant /etc/mysql /etc/systemd/system || true; ls /var/lib | grep decant || true"
            )
            == ""
        )
        assert (
            drive.sql(host, "SHOW ALL SLAVES STATUS; SELECT User FROM mysql.user WHERE User LIKE 'decant%'") == ""
        )


def test_everything_awkward_arrives_and_what_breaks_the_flow_back_is_told(harbour: Drive) -> None:
    drive = harbour
    drive.until_ready()
    drive.sql(
        SOURCE,
        f"""INSERT INTO {HARBOUR}.berths (`what? now`, bits, place) VALUES ('followed', b'1', POINT(1, 2));
            DELETE FROM {HARBOUR}.berths WHERE id = 1000; SELECT NEXTVAL({HARBOUR}.tickets);
            DELETE FROM {HARBOUR}.till_log LIMIT 1;
            INSERT INTO {NEIGHBOUR}.theirs VALUES (1); CREATE TABLE {NEIGHBOUR}.more (i INT);
            USE {HARBOUR}; ALTER TABLE berths ADD COLUMN later INT; CREATE TABLE new_one (i INT PRIMARY KEY);""",
    )
    drive.cut_over()
    both = (SOURCE, TARGET)
    assert drive.sql(TARGET, f"SHOW DATABASES LIKE '{NEIGHBOUR}'") == ""
    assert [drive.sql(h, f"SELECT COUNT(*) FROM {HARBOUR}.by_year WHERE day = '2026-11-23'") for h in both] == [
        "1",
        "1",
    ]
    status = f"SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '{HARBOUR}' ORDER BY EVENT_NAME"
    assert [drive.sql(h, status).split() for h in both] == [["DISABLED"] * 2, ["DISABLED", "ENABLED"]]
    assert drive.sql(TARGET, f"SELECT name FROM {HARBOUR}.earlier; SELECT {HARBOUR}.harbour_name(7)") == "b;7"
    _break(drive)
    MOVER.clean(drive.ctx, "target")
    assert MOVER.residue(drive.ctx) == ()
    assert drive.notes == []
    assert [_locked(drive, h).split()[-1:] for h in both] == [["1"], ["false"]] or _locked(drive, SOURCE)
    assert drive.sql(TARGET, f"SHOW CREATE DATABASE {HARBOUR}").endswith("COMMENT 'ours'")
    with pytest.raises(pymysql.MySQLError):
        pymysql.connect(host="10.99.1.12", user="harbour", password="x")
    pymysql.connect(host="10.99.2.22", user="harbour", password="x", database=HARBOUR).close()


def _break(drive: Drive) -> None:
    """Change definitions on the target, where it serves, until the flow back cannot follow."""
    assert MOVER.healthy(drive.ctx) == ""
    drive.sql(TARGET, "CREATE TABLE known (i INT PRIMARY KEY)", HARBOUR)  # a change that the source knows flows
    drive.sql(TARGET, f"ALTER TABLE {HARBOUR}.by_year ADD COLUMN unseen INT")  # not made with USE
    assert "by_year" in MOVER.healthy(drive.ctx)
    drive.sql(TARGET, f"ALTER TABLE {HARBOUR}.by_year DROP COLUMN unseen")
    assert MOVER.healthy(drive.ctx) == ""
    drive.sql(TARGET, "CREATE TABLE unknown (i UUID)", HARBOUR)  # a type that 10.5 has not
    _until(lambda: "not taken up" in MOVER.healthy(drive.ctx))
    with pytest.raises(RefusedError, match="SQL thread stopped"):
        drive.drain("back", 30)


def _finds_whatever_differs(drive: Drive) -> None:
    """The verifier tells of each thing that is changed behind the mover's back, and names keys that are numbers."""
    quiet = "SET SESSION sql_log_bin = 0, foreign_key_checks = 0, sql_mode = '';"
    for change in (
        "UPDATE berths SET small = small * 1.0000002 WHERE id = 1234",
        "DELETE FROM berths WHERE id IN (1007, 1011)",
        "UPDATE till_log SET message = 'other' LIMIT 1",
        "INSERT INTO till_log SELECT * FROM till_log LIMIT 1",
        "SELECT NEXTVAL(tickets)",
        "ALTER TABLE berths DROP KEY words",
        "ALTER TABLE berths MODIFY tags SET('a', 'b', 'c')",
        "DROP TRIGGER counted",
        "DROP FUNCTION harbour_name",
        "ALTER VIEW later AS SELECT id, stage FROM berths",
        "REVOKE EXECUTE ON `odd\\_harbour`.* FROM 'harbour'@'10.99.%'",
        "REVOKE DELETE ON berths FROM 'harbour'@'10.99.%'",
        "ALTER USER 'harbour'@'10.99.%' IDENTIFIED BY 'y'",
    ):
        drive.sql(TARGET, quiet + change, HARBOUR)
    told = "\n".join(f"{c.name}: {c.note}" for c in VERIFIER.verify(drive.ctx, frozen=True).checks if not c.agrees)
    for said in (
        "rows of berths: 1 row(s) differ, 2 only on the source, 0 only on the target; id: 1007; 1011; 1234",
        "rows of till_log: 0 row(s) differ, 1 only on the source, 2 only on the target",
        "rows of tickets", "index berths.words.1", "column berths.tags", "trigger counted",
        "routine FUNCTION harbour_name", "view later", "right harbour@10.99.%", "right on table harbour@10.99.%.berths",
        "account harbour@10.99.%", "event hourly",
    ):  # fmt: skip
        assert said in told, told


def test_a_freeze_that_leaks_is_found_one_left_alone_thaws_itself_and_differences_are_named(
    harbour: Drive,
) -> None:
    drive = harbour
    drive.until_ready()
    inside = pymysql.connect(host="10.99.1.12", user="harbour", password="x", database=HARBOUR, autocommit=True)
    MOVER.freeze(drive.ctx, "source", 60)
    with pytest.raises(pymysql.MySQLError), inside.cursor() as cursor:
        cursor.execute("INSERT INTO by_year VALUES (NOW(), 1)")
    with pytest.raises(RefusedError, match="seconds of the deadline are left"):
        MOVER.hold(drive.ctx, "source", 90)
    drive.sql(SOURCE, f"INSERT INTO {NEIGHBOUR}.theirs VALUES (7)")
    MOVER.hold(drive.ctx, "source", 5)
    for change in (
        "INSERT INTO by_year VALUES (NOW(), 2)",
        "CREATE TABLE sneaked (i INT)",
        "SELECT NEXTVAL(tickets)",
    ):
        drive.sql(SOURCE, change, HARBOUR)
        with pytest.raises(RefusedError, match="written to after its freeze"):
            MOVER.hold(drive.ctx, "source", 5)
        MOVER.thaw(drive.ctx, "source")
        MOVER.freeze(drive.ctx, "source", 60)
    MOVER.thaw(drive.ctx, "source")
    MOVER.freeze(drive.ctx, "source", 8)
    _until(lambda: gate.status(drive.sides, drive.sides.source).word == "lapsed")
    with pymysql.connect(host="10.99.1.12", user="harbour", password="x", database=HARBOUR) as there:
        there.ping()
    with pytest.raises(RefusedError, match="open to its applications again"):
        MOVER.hold(drive.ctx, "source", 0)
    drive.epoch = 0
    with pytest.raises(HeldError):
        MOVER.freeze(drive.ctx, "source", 60)
    drive.epoch = 1
    _finds_whatever_differs(drive)
    MOVER.clean(drive.ctx, None)
    assert MOVER.residue(drive.ctx) == ()


def test_a_write_on_the_copy_after_it_was_judged_is_seen(harbour: Drive) -> None:
    drive = harbour
    drive.until_ready()
    drive.cut_over()
    MOVER.freeze(drive.ctx, "target", 120)
    drive.drain("back")
    MOVER.hold(drive.ctx, "target", 5)
    MOVER.thaw(drive.ctx, "source")
    MOVER.fold(drive.ctx)
    assert MOVER.still(drive.ctx) == ""
    drive.sql(TARGET, "INSERT INTO by_year VALUES (NOW(), 3)", HARBOUR)
    assert "after its freeze" in MOVER.still(drive.ctx)
    MOVER.clean(drive.ctx, "source")
    assert drive.sql(TARGET, f"SELECT COUNT(*) FROM {HARBOUR}.by_year WHERE n = 3 AND day > '2026-01-01'") == "1"
    assert MOVER.residue(drive.ctx) == ()
    assert MOVER.still(drive.ctx) == ""


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)
