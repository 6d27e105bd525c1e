"""sysstat's own files, made by its own collector, asked for over real SSH."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from estate.transport.ssh import SshTransport
from inventory.observe.sysstat import History, ask
from tests.estate.transport.conftest import Sshd, StartSshd, start_sshd

__all__ = ["start_sshd"]

SADC = Path("/usr/lib/sysstat/sadc")
pytestmark = pytest.mark.skipif(
    not SADC.exists() or shutil.which("sadf") is None, reason="sysstat is not installed: python -m tests.packages"
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder as sysstat keeps it, with four samples of one day."""
    folder = tmp_path / "sysstat"
    folder.mkdir()
    subprocess.run([str(SADC), "-S", "XDISK", "1", "4", str(folder / "sa22")], check=True)
    return folder


def asked(start_sshd: StartSshd, folder: Path) -> History:
    """What a server says that has this folder as its own /var/log/sysstat."""
    server: Sshd = start_sshd(before=f"mkdir -p /var/log/sysstat\nmount --bind {folder} /var/log/sysstat")
    transport = SshTransport(server.host(), server.known_hosts)
    try:
        return ask("alpha", transport)
    finally:
        transport.close()


def test_what_a_server_kept_of_its_own_use_is_read(start_sshd: StartSshd, kept: Path) -> None:
    begun = time.time()
    found = asked(start_sshd, kept)
    assert found.said == ""
    usage = found.usage
    assert usage is not None
    # The first of four is what the others are counted from.
    assert (usage.server, usage.source, usage.samples) == ("alpha", "sysstat", 3)
    assert abs(usage.until.timestamp() - begun) < 120
    assert usage.cpu_percent is not None
    assert 0 <= usage.cpu_percent.p50 <= usage.cpu_percent.max <= 100
    with Path("/proc/meminfo").open() as meminfo:
        total = int(next(line.split()[1] for line in meminfo if line.startswith("MemTotal"))) * 1024
    assert usage.memory_bytes is not None
    assert 0 < usage.memory_bytes.max < total
    assert usage.load is not None


def test_a_file_that_was_cut_costs_no_more_than_itself(start_sshd: StartSshd, kept: Path) -> None:
    whole = (kept / "sa22").read_bytes()
    (kept / "sa21").write_bytes(whole[: len(whole) // 3])
    (kept / "sa20").write_bytes(b"\xff\xfe rubbish" * 500)
    found = asked(start_sshd, kept)
    assert found.usage is not None
    assert found.usage.samples == 3
    assert "sa20" in found.said


def test_a_server_that_keeps_nothing_says_so(start_sshd: StartSshd, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = asked(start_sshd, tmp_path / "empty")
    assert (found.usage, found.said) == (None, "sysstat is installed and has kept nothing")
