"""The writer against a real MariaDB on loopback, with the practice estate's own table."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pymysql
import pytest

from practice import places
from practice.load.control import Load
from practice.load.judge import Kind
from practice.load.settings import StreamSettings
from tests.practice.conftest import PASSWORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="runs the server as the user mysql, which needs root"),
    pytest.mark.skipif(shutil.which("mariadbd") is None, reason="MariaDB's server is not installed"),
]


@dataclass
class Server:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                "mariadbd", "--no-defaults", "--user=mysql", f"--datadir={self.folder}/data",
                f"--socket={self.folder}/socket", f"--port={self.port}", "--bind-address=127.0.0.1",
                "--skip-name-resolve", "--innodb-buffer-pool-size=32M", f"--log-error={self.folder}/log",
            ]
        )  # fmt: skip
        for _ in range(200):
            try:
                self.sql("SELECT 1")
                return
            except pymysql.MySQLError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with (
            pymysql.connect(unix_socket=f"{self.folder}/socket", user="root", autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    folder = Path("/tmp") / f"decant-maria-{os.getpid()}"
    folder.mkdir()
    shutil.chown(folder, "mysql", "mysql")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made = Server(folder, probe.getsockname()[1])
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={folder}/data", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    text = (places.LAYERS / "db-legacy" / "shop.sql").read_text()
    table = text[text.index("CREATE TABLE customers") : text.index("CREATE TABLE products")]
    try:
        made.start()
        for statement in (
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            table.replace("customers", "shop.customers", 1),
            f"CREATE USER 'shop_app'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON shop.* TO 'shop_app'@'127.0.0.1'",
        ):
            made.sql(statement)
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder)


@pytest.fixture
def streams(server: Server, password: str) -> dict[str, StreamSettings]:
    shop = StreamSettings(
        kind="mariadb",
        service="127.0.0.1",
        port=server.port,
        user="shop_app",
        password=password,
        space="shop",
    )
    return {"shop": shop}


def test_a_killed_writer_and_a_killed_server_lose_nothing(
    load: Load, streams: dict[str, StreamSettings], server: Server
) -> None:
    os.kill(load.start(streams, per_second=60), signal.SIGKILL)
    while load.running() is not None:
        time.sleep(0.01)
    load.start(streams, per_second=60)
    server.kill()
    time.sleep(0.5)
    server.start()
    time.sleep(1.5)
    load.stop()
    report = load.verify()
    assert (report.exit_code, report.lost) == (0, 0)
    (stream,) = report.streams
    assert stream.refused > 5
    assert stream.longest_gap is not None
    assert stream.longest_gap.ended


def test_ended_sessions_and_a_locked_account_lose_nothing(
    load: Load, streams: dict[str, StreamSettings], server: Server
) -> None:
    load.start(streams, per_second=200)
    for _ in range(10):
        server.sql("KILL CONNECTION USER 'shop_app'@'127.0.0.1'")
        time.sleep(0.1)
    server.sql("ALTER USER 'shop_app'@'127.0.0.1' ACCOUNT LOCK")
    server.sql("KILL CONNECTION USER 'shop_app'@'127.0.0.1'")
    time.sleep(0.5)
    server.sql("ALTER USER 'shop_app'@'127.0.0.1' ACCOUNT UNLOCK")
    time.sleep(0.5)
    load.stop()
    report = load.verify()
    assert report.exit_code == 0
    assert report.streams[0].in_doubt > 2
    assert any("locked" in reason for reason in report.streams[0].reasons)


def test_a_deleted_row_and_a_stale_one_are_found(
    load: Load, streams: dict[str, StreamSettings], server: Server
) -> None:
    load.start(streams, per_second=100)
    time.sleep(1)
    load.stop()
    run = load.folder.read().run
    rows = server.sql("SELECT email FROM shop.customers WHERE email LIKE %s LIMIT 2", f"load-{run}-%")
    gone, changed = (str(row[0]) for row in rows)
    server.sql("DELETE FROM shop.customers WHERE email = %s", gone)
    server.sql("UPDATE shop.customers SET name = 'X' WHERE email = %s", changed)
    report = load.verify()
    kinds = {fault.item: fault.kind for fault in report.streams[0].faults}
    assert kinds == {gone.split("@")[0]: Kind.MISSING, changed.split("@")[0]: Kind.ALTERED}
    assert report.exit_code == 1
