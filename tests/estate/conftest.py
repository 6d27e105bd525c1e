"""Stores for the tests: SQLite always, and a PostgreSQL of our own where its server programs are installed."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.store import Store, sqlite_url


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL, up to the database's name, of a server that listens on a socket in a folder of its own."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="decant-test-pg-", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
        as_user = ["setpriv", "--reuid=nobody", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    run = [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "decant", "-A", "trust", "-N"]
    subprocess.run(run, check=True, capture_output=True, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses= -c fsync=off"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql://decant@/{{name}}?host={folder}&port={port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/")
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that is not there yet."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "estate.db")
    import psycopg

    server: str = request.getfixturevalue("postgres_server")
    name = f"t{abs(hash(tmp_path)):x}"
    with psycopg.connect(server.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # our own name
    return server.format(name=name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store, closed at the end."""
    opened = Store.open(url)
    yield opened
    opened.close()
