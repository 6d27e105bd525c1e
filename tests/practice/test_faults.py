"""Each fault of the practice estate happens, is felt by a client, and ends; one estate of its own bears them all."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from estate.errors import RefusedError
from practice import places, processes, spec
from practice.estate import Estate
from practice.faults import Faults
from practice.host import BootedHost
from tests.conftest import own_estate_of

pytestmark = [pytest.mark.practice, pytest.mark.slow]

HOST = "data-target"
DISK = 1 << 30


@pytest.fixture(scope="module")
def faulty() -> Iterator[Estate]:
    """An estate in which one target has a small disk."""
    with own_estate_of("f", disks={HOST: DISK}) as estate:
        yield estate


@pytest.fixture
def faults(faulty: Estate) -> Faults:
    return Faults(faulty.name)


def on(estate: Estate, host: str, script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*estate.inside(host), "sh", "-c", script], capture_output=True, text=True, check=False)


def answers(estate: Estate, host: str) -> bool:
    return BootedHost(estate.name, spec.host(host)).answers()


def test_a_cable_is_out_and_in_again(faulty: Estate, faults: Faults) -> None:
    faults.cut(HOST)
    faults.cut(HOST)
    assert not answers(faulty, HOST)
    assert answers(faulty, "db-legacy")
    assert on(faulty, HOST, "true").returncode == 0
    faults.mend(HOST)
    BootedHost(faulty.name, spec.host(HOST)).wait(10)


def test_a_slow_link_is_slow_both_ways_and_quick_again(faulty: Estate, faults: Faults) -> None:
    def seconds(argv: list[str]) -> float:
        began = time.monotonic()
        subprocess.run(faulty.command(argv), check=True, capture_output=True, input=bytes(200_000))
        return time.monotonic() - began

    get = faulty.ssh(HOST, ["head -c 200000 /dev/zero"])
    put = faulty.ssh(HOST, ["cat >/dev/null"])
    quick = seconds(get)
    faults.slow(HOST, 100_000)
    assert seconds(get) > quick + 1.2
    assert seconds(put) > quick + 1.2
    faults.quicken(HOST)
    faults.quicken(HOST)
    assert seconds(get) < quick + 1.2


def test_a_full_disk_takes_nothing_and_has_room_again(faulty: Estate, faults: Faults) -> None:
    write = "dd if=/dev/zero of=/home/ops/big bs=65536 count=16 conv=fsync; status=$?; rm -f /home/ops/big; exit $status"
    assert on(faulty, HOST, write).returncode == 0
    size = on(faulty, HOST, "df -B1 --output=size / | tail -1").stdout
    assert DISK * 0.8 < int(size) <= DISK
    faults.fill(HOST)
    full = on(faulty, HOST, write)
    assert full.returncode != 0
    assert "No space left on device" in full.stderr
    assert on(faulty, "db-legacy", write).returncode == 0
    faults.clear(HOST)
    faults.repair(HOST)
    assert on(faulty, HOST, write).returncode == 0
    with pytest.raises(RefusedError, match="db-legacy has no disk of its own"):
        faults.fill("db-legacy")


def test_a_host_whose_power_is_cut_boots_again_with_what_it_held(faulty: Estate, faults: Faults) -> None:
    assert on(faulty, HOST, "echo kept >/home/ops/kept").returncode == 0
    before = on(faulty, HOST, "cat /proc/1/stat | cut -d ' ' -f 22").stdout
    faults.power_off(HOST)
    assert processes.in_namespace(places.NETNS / places.namespace(faulty.name, HOST)) == []
    assert not answers(faulty, HOST)
    faults.power_on(HOST)
    faults.power_on(HOST)
    assert on(faulty, HOST, "cat /home/ops/kept; test -e /run/systemd/system").stdout == "kept\n"
    assert on(faulty, HOST, "cat /proc/1/stat | cut -d ' ' -f 22").stdout != before
    assert faulty.ready()


def test_a_service_is_restarted_and_one_that_failed_is_repaired(faulty: Estate, faults: Faults) -> None:
    def began() -> str:
        return on(faulty, "db-legacy", "systemctl show --property=ActiveEnterTimestampMonotonic mariadb").stdout

    first = began()
    faults.restart("db-legacy", "mariadb")
    assert began() != first

    def as_root(script: str) -> str:
        argv = faulty.command(faulty.ssh("db-legacy", ["sudo sh -s"]))
        return subprocess.run(argv, input=script, capture_output=True, text=True, check=False).stdout.strip()

    as_root("systemd-run --quiet --unit=odd --property=RemainAfterExit=yes test -e /run/mended; sleep 0.5")
    assert as_root("systemctl is-failed odd; touch /run/mended") == "failed"
    faults.repair("db-legacy")
    assert as_root("systemctl is-active odd") == "active"
    faults.repair("db-legacy")
    assert faulty.ready()
