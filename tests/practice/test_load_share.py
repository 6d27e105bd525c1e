"""The writer against a real Samba server on loopback."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from practice.load.control import Load
from practice.load.judge import Kind
from practice.load.settings import StreamSettings
from practice.load.share import FOLDER
from tests.practice.conftest import PASSWORD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="a Samba server needs root"),
    pytest.mark.skipif(shutil.which("smbd") is None, reason="Samba is not installed"),
]
CONF = """[global]
    server role = standalone server
    disable netbios = yes
    load printers = no
    interfaces = lo
    bind interfaces only = yes
    smb ports = {port}
    private dir = {folder}/private
    state directory = {folder}/state
    cache directory = {folder}/cache
    lock directory = {folder}/lock
    pid directory = {folder}
    ncalrpc dir = {folder}/rpc
    log file = {folder}/log.%m
[shared]
    path = {folder}/tree
    valid users = nobody
    read only = {frozen}
"""


@dataclass
class Share:
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def files(self) -> Path:
        return self.folder / "tree" / FOLDER

    def configure(self, frozen: bool = False) -> None:
        text = CONF.format(folder=self.folder, port=self.port, frozen="yes" if frozen else "no")
        (self.folder / "smb.conf").write_text(text)

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["smbd", "--foreground", "--no-process-group", "-s", str(self.folder / "smb.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def kill(self) -> None:
        """The server and the processes that serve its clients, all of one session that we made."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        made = Share(Path("/tmp") / f"decant-smb-{os.getpid()}", probe.getsockname()[1])
    for name in ("private", "state", "cache", "lock", "rpc", "tree"):
        (made.folder / name).mkdir(parents=True)
    shutil.chown(made.folder / "tree", "nobody")
    made.configure()
    try:
        subprocess.run(
            ["smbpasswd", "-c", str(made.folder / "smb.conf"), "-s", "-a", "nobody"],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
            check=True,
            capture_output=True,
        )
        made.start()
        yield made
        made.kill()
    finally:
        shutil.rmtree(made.folder)


@pytest.fixture
def streams(share: Share, password: str) -> dict[str, StreamSettings]:
    files = StreamSettings(
        kind="share",
        service="127.0.0.1",
        port=share.port,
        user="nobody",
        password=password,
        space="shared",
    )
    return {"shared": files}


def test_a_killed_writer_and_a_killed_server_lose_nothing(
    load: Load, streams: dict[str, StreamSettings], share: Share
) -> None:
    os.kill(load.start(streams, per_second=40), signal.SIGKILL)
    while load.running() is not None:
        time.sleep(0.01)
    load.start(streams, per_second=40)
    time.sleep(1)
    share.kill()
    time.sleep(1)
    share.start()
    time.sleep(2)
    load.stop()
    report = load.verify()
    assert (report.exit_code, report.lost) == (0, 0), report
    (stream,) = report.streams
    assert stream.acknowledged > 40
    assert stream.longest_gap is not None
    assert stream.longest_gap.ended


def test_a_share_that_becomes_read_only_refuses_and_loses_nothing(
    load: Load, streams: dict[str, StreamSettings], share: Share
) -> None:
    load.start(streams, per_second=40)
    share.kill()
    share.configure(frozen=True)
    share.start()
    time.sleep(1)
    load.stop()
    report = load.verify()
    assert report.exit_code == 0
    assert report.streams[0].refused > 5
    assert report.streams[0].in_doubt <= 3


def test_what_a_copy_can_get_wrong_is_found(load: Load, streams: dict[str, StreamSettings], share: Share) -> None:
    load.start(streams, per_second=60)
    time.sleep(1.5)
    load.stop()
    lost, cut, kept = sorted(share.files.iterdir())[:3]
    lost.unlink()
    cut.write_text(cut.read_text()[:5])
    # The old name left behind after a rename, as a copy without deletion does.
    item = kept.name.split(" ")[0]
    shutil.copy(kept, share.files / f"{item} older.txt")
    report = load.verify()
    kinds = {fault.item: fault.kind for fault in report.streams[0].faults}
    assert kinds == {
        lost.name.split(" ")[0]: Kind.MISSING,
        cut.name.split(" ")[0]: Kind.ALTERED,
        item: Kind.DUPLICATED,
    }
    assert (report.exit_code, report.lost) == (1, 2)
