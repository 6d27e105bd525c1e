"""Object stores that tests start: Azurite from npm and moto's server, each a process of its own, over HTTP."""

import base64
import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.object_store import azure, s3
from estate.records.object_store import ObjectStore
from tests import azurite

ACCOUNT, KEY = "decanttest", base64.b64encode(b"a key of the tests, no secret").decode()


class Served:
    """Both servers; `store` makes a container in one of them, or a part of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ports = {"azure": _free(), "s3": _free()}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        secret = folder / "key"
        secret.touch(mode=0o600)
        secret.write_text(KEY)

    def start(self, kind: str) -> None:
        port = str(self.ports[kind])
        if kind == "azure":
            if not azurite.PROGRAM.exists():
                pytest.skip("Azurite is not installed")
            flags = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
            command = [str(azurite.PROGRAM), "--blobHost", "127.0.0.1", "--blobPort", port, *flags]
        else:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
        with (self._folder / kind).open("wb") as log:
            self._processes[kind] = subprocess.Popen(
                command,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"},
            )
        end = time.monotonic() + 60
        while not _answers(self.ports[kind]):
            assert self._processes[kind].poll() is None, (self._folder / kind).read_text()
            assert time.monotonic() < end, "it did not start"
            time.sleep(0.1)

    def stop(self, kind: str) -> None:
        process = self._processes.pop(kind, None)
        if process is not None:
            process.terminate()
            process.wait(20)

    def close(self) -> None:
        for kind in list(self._processes):
            self.stop(kind)

    def store(self, kind: str, prefix: str = "", versions: bool = True) -> ObjectStore:
        """A new container, with its first objects at `prefix`."""
        if kind not in self._processes:
            self.start(kind)
        path = f"/{ACCOUNT}" if kind == "azure" else ""
        made = ObjectStore(
            name=f"{kind}-store",
            kind="azure" if kind == "azure" else "s3",
            container=f"c{uuid.uuid4().hex[:12]}",
            prefix=prefix,
            url=f"http://127.0.0.1:{self.ports[kind]}{path}",
            account=ACCOUNT,
            key=f"file:{self._folder / 'key'}",
        )
        if kind == "azure":
            azure(made).create_container()
        else:
            client = s3(made)
            client.create_bucket(
                Bucket=made.container, CreateBucketConfiguration={"LocationConstraint": made.region}
            )
            if versions:
                client.put_bucket_versioning(Bucket=made.container, VersioningConfiguration={"Status": "Enabled"})
        return made


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Served]:
    made = Served(folder)
    try:
        yield made
    finally:
        made.close()


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
