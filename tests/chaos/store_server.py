"""A PostgreSQL of its own for what Decant keeps, on a socket, that can go away and come back."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class StoreServer:
    """Made and started at once; `remove` ends it for good."""

    def __init__(self) -> None:
        self._programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
        self._folder = Path(tempfile.mkdtemp(prefix="decant-store-", dir="/tmp"))
        self._as_user = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(self._folder, "nobody")
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "decant", "-A", "trust", "-N")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://decant@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start it where it does not run; returns when it answers."""
        if not (self._folder / "data" / "postmaster.pid").exists():
            options = f"-k {self._folder} -c listen_addresses= -c max_connections=50"
            self._control("-o", options, "start")

    def stop(self) -> None:
        """End it as a crash would. Safe to repeat."""
        if (self._folder / "data" / "postmaster.pid").exists():
            self._control("-m", "immediate", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _control(self, *words: str) -> None:
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", *words)

    def _run(self, program: str, *words: str) -> None:
        argv = [*self._as_user, str(self._programs / program), *words]
        subprocess.run(argv, check=True, capture_output=True, cwd="/", stdin=subprocess.DEVNULL)
