"""The writer against a real PostgreSQL on loopback, with the practice estate's own tables."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from estate.errors import HeldError, UnreachableError
from practice import places
from practice.load.control import Load
from practice.load.judge import Kind
from practice.load.settings import StreamSettings
from tests.practice.conftest import PASSWORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="runs the server as the user postgres, which needs root"),
]
FEW = """
    INSERT INTO wards (name) VALUES ('Northgate');
    INSERT INTO categories VALUES (1, 'Roads', NULL, 5);
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO reports_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO reports_app;
"""


@dataclass
class Cluster:
    folder: Path
    port: int
    programs: Path

    def run(self, *argv: str) -> None:
        subprocess.run(["runuser", "-u", "postgres", "--", *argv], check=True, capture_output=True, cwd="/")

    def ctl(self, action: str, *more: str) -> None:
        log = str(self.folder / "log")
        self.run(str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-l", log, "-w", action, *more)

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname="reports", autocommit=True
        ) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []


def tables() -> str:
    """The tables, trigger included, as the practice estate makes them."""
    text = (places.LAYERS / "db-legacy" / "reports.sql").read_text()
    ddl = text[text.index("CREATE TYPE report_status") : text.index("\\copy wards")]
    trigger = text[text.index("CREATE FUNCTION note_change") : text.index("GRANT USAGE ON SCHEMA")]
    return " ".join(["CREATE EXTENSION citext;", ddl, trigger, FEW])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path("/tmp") / f"decant-pg-{os.getpid()}"
    folder.mkdir()
    shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Cluster(folder, port, found[-1].parent)
    try:
        made.run(str(found[-1]), "-D", str(folder / "data"), "--auth=scram-sha-256", "--auth-local=trust", "-N")
        with (folder / "data" / "postgresql.conf").open("a") as conf:
            conf.write(f"port = {port}\nunix_socket_directories = '{folder}'\nlisten_addresses = 'localhost'\n")
        made.ctl("start")
        made.run(
            "psql", "-qXh", str(folder), "-p", str(port),
            "-c", f"CREATE ROLE reports_app LOGIN PASSWORD '{PASSWORD}'", "-c", "CREATE DATABASE reports",
        )  # fmt: skip
        made.sql(tables())
        yield made
    finally:
        made.ctl("stop", "-m", "immediate")
        shutil.rmtree(folder)


@pytest.fixture
def streams(cluster: Cluster, password: str) -> dict[str, StreamSettings]:
    return {
        "reports": StreamSettings(
            kind="postgres",
            service="localhost",
            port=cluster.port,
            user="reports_app",
            password=password,
            space="reports",
        )
    }


def worked(load: Load, streams: dict[str, StreamSettings], seconds: float = 2.0) -> None:
    load.start(streams, per_second=60)
    time.sleep(seconds)
    load.stop()


def test_a_server_that_keeps_everything_loses_nothing(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    pid = load.start(streams, per_second=60)
    assert load.running() == pid
    with pytest.raises(HeldError, match=str(pid)):
        load.start(streams, per_second=60)
    time.sleep(1)
    during = load.verify()
    assert (during.exit_code, during.lost) == (0, 0)
    assert load.stop()
    assert not load.stop()
    (report,) = load.verify().streams
    assert (report.faults, report.refused, report.in_doubt, report.longest_gap) == ((), 0, 0, None)
    assert report.acknowledged > 30
    assert report.there > 10
    # Updates made the application's own trigger fire.
    assert cluster.sql("SELECT count(*) > 0 FROM report_changes") == [(True,)]


def test_a_killed_writer_and_a_crashed_server_lose_nothing_and_the_gap_is_measured(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    pid = load.start(streams, per_second=60)
    time.sleep(0.5)
    os.kill(pid, signal.SIGKILL)
    while load.running() is not None:
        time.sleep(0.01)
    load.start(streams, per_second=60)
    time.sleep(0.5)
    began = time.monotonic()
    cluster.ctl("stop", "-m", "immediate")
    time.sleep(1)
    cluster.ctl("start")
    time.sleep(2)
    passed = time.monotonic() - began
    load.stop()
    report = load.verify()
    assert (report.exit_code, report.lost) == (0, 0)
    (stream,) = report.streams
    assert stream.refused > 5
    assert stream.in_doubt >= 1
    assert stream.longest_gap is not None
    assert stream.longest_gap.ended
    assert 1 < stream.longest_gap.seconds < passed


def test_sessions_that_are_ended_one_after_another_lose_nothing(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    load.start(streams, per_second=200)
    for _ in range(20):
        cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reports_app'")
        time.sleep(0.1)
    load.stop()
    report = load.verify()
    assert report.exit_code == 0
    assert report.streams[0].in_doubt > 5


def test_a_frozen_server_is_one_gap_that_has_not_ended(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    load.start(streams, per_second=60)
    cluster.sql("ALTER DATABASE reports SET default_transaction_read_only = on")
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reports_app'")
    time.sleep(1)
    load.stop()
    cluster.sql("BEGIN READ WRITE; ALTER DATABASE reports RESET default_transaction_read_only; COMMIT")
    (report,) = load.verify().streams
    assert report.faults == ()
    assert report.longest_gap is not None
    assert not report.longest_gap.ended
    assert any("read-only" in reason for reason in report.reasons)


def test_a_silent_server_is_cut_off_and_what_it_does_later_is_no_loss(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    load.start(streams, per_second=60, answer_seconds=0.5)
    ((backend,),) = cluster.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'reports_app'")
    os.kill(int(str(backend)), signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(int(str(backend)), signal.SIGCONT)
    time.sleep(0.5)
    load.stop()
    report = load.verify()
    assert report.exit_code == 0
    # More than one where the backend was stopped with a lock in its hand that the next writes wait for.
    assert report.streams[0].in_doubt >= 1
    assert report.streams[0].longest_gap is not None
    assert report.streams[0].longest_gap.ended
    assert report.streams[0].longest_gap.seconds > 0.4


def test_every_kind_of_loss_is_found(load: Load, streams: dict[str, StreamSettings], cluster: Cluster) -> None:
    worked(load, streams)
    marks = cluster.sql("SELECT details->>'load' FROM reports WHERE details ? 'load_run' ORDER BY id DESC LIMIT 2")
    run = load.folder.read().run
    missing, altered = (str(row[0]) for row in marks)
    assert run in missing
    cluster.sql("DELETE FROM reports WHERE details->>'load' = %s", missing)
    cluster.sql("UPDATE reports SET description = 'else' WHERE details->>'load' = %s", altered)
    doubled = cluster.sql(
        "INSERT INTO page_views SELECT * FROM page_views WHERE agent LIKE %s LIMIT 1 RETURNING agent",
        f"load-{run}-%",
    )
    report = load.verify()
    faults = {fault.item: fault.kind for fault in report.streams[0].faults}
    assert faults == {missing: Kind.MISSING, altered: Kind.ALTERED, str(doubled[0][0]): Kind.DUPLICATED}
    assert (report.exit_code, report.lost) == (1, 2)


def test_a_server_that_cannot_be_read_is_not_called_lossless(
    load: Load, streams: dict[str, StreamSettings], cluster: Cluster
) -> None:
    worked(load, streams, 0.2)
    cluster.sql("ALTER ROLE reports_app NOLOGIN")
    try:
        report = load.verify()
    finally:
        cluster.sql("ALTER ROLE reports_app LOGIN")
    assert report.exit_code == 3
    assert report.streams[0].lost is None
    assert "not permitted to log in" in report.streams[0].why


def test_a_writer_that_can_write_nothing_does_not_start(
    load: Load, streams: dict[str, StreamSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("practice.load.control.FIRST_WRITE_SECONDS", 1.0)
    wrong = streams["reports"].model_copy(update={"port": 1})
    with pytest.raises(UnreachableError, match="took no write"):
        load.start({"reports": wrong}, per_second=20)
    assert load.running() is None
