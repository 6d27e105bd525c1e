"""Up and down: quick, several at once, and nothing is left behind, whatever happened before."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from estate.errors import HeldError, RefusedError, UsageError
from practice import images, lock, network, places, processes, spec, tool
from practice.estate import Estate
from practice.fleet import Fleet

pytestmark = pytest.mark.practice

UP = "import sys; from practice.estate import Estate; Estate(sys.argv[1]).up()"


def left_of(name: str) -> list[str]:
    """Everything on the machine that belongs to the estate."""
    folder = places.folder(name)
    return [
        *network.of_estate(name),
        *map(str, processes.mounts_below(folder)),
        *map(str, processes.naming(f"--directory={folder}/")),
        *map(str, Path("/sys/fs/cgroup").glob(f"*/decant-{name}-*")),
        *map(str, Path("/etc/netns").glob(f"decant-{name}-*")),
        *map(str, Path("/run/systemd/nspawn/propagate").glob(f"decant-{name}-*")),
        *([str(folder)] if folder.exists() else []),
    ]


@pytest.fixture
def second(practice_estate: Estate) -> Iterator[Estate]:
    """An estate of the test's own; the session's one stays up beside it, so the images are there."""
    estate = Estate(f"s{os.getpid()}")
    try:
        yield estate
    finally:
        estate.down()
        assert left_of(estate.name) == []


@pytest.mark.slow
def test_a_second_estate_is_up_in_seconds_and_apart_from_the_first(
    second: Estate, practice_estate: Estate
) -> None:
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # 15 s are meant for a machine without other work
    started = time.monotonic()
    second.up()
    assert time.monotonic() - started < 15 * crowd
    assert second.ready()
    assert second.tsig_key.read_text() != practice_estate.tsig_key.read_text()
    keys = [
        {line.split()[2] for line in one.known_hosts.read_text().splitlines()} for one in (second, practice_estate)
    ]
    assert len(keys[0] | keys[1]) == 2 * len(spec.HOSTS)
    write = ["sudo touch /root/only-here"]
    subprocess.run(second.command(second.ssh("dns", write)), check=True, capture_output=True)
    look = practice_estate.command(practice_estate.ssh("dns", ["sudo test -e /root/only-here"]))
    assert subprocess.run(look, check=False, capture_output=True).returncode == 1

    second.up()  # a second time changes nothing
    second.down()
    assert left_of(second.name) == []
    assert practice_estate.ready()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.9, 1.1, 1.6, 2.5])
def test_down_cleans_up_after_an_up_that_was_killed(second: Estate, seconds: float) -> None:
    up = subprocess.Popen([sys.executable, "-c", UP, second.name])
    time.sleep(seconds)
    up.send_signal(signal.SIGKILL)
    up.wait()
    second.down()
    assert left_of(second.name) == []


@pytest.mark.slow
def test_a_part_of_an_estate_is_refused_until_it_is_taken_down(second: Estate) -> None:
    second.prepare()
    network.attach(second.name, [("dns", spec.DNS_ADDRESS)])
    with pytest.raises(RefusedError, match="practice down --estate"):
        second.up()


def test_down_of_what_is_not_there_does_nothing(second: Estate) -> None:
    second.down()
    assert left_of(second.name) == []


def test_a_clients_namespace_that_was_never_finished_is_made_anew(second: Estate) -> None:
    subprocess.run(["ip", "netns", "add", second.client], check=True)
    second.prepare()
    shown = subprocess.run(second.command(["ip", "-brief", "address"]), capture_output=True, text=True, check=True)
    assert "10.99.255.1/16" in shown.stdout


def test_a_name_without_a_namespace_is_removed_too(second: Estate) -> None:
    (places.NETNS / f"{second.client}").touch()
    second.down()
    assert left_of(second.name) == []


def test_down_ends_clients_that_still_run(second: Estate) -> None:
    second.prepare()
    client = subprocess.Popen(second.command(["sleep", "600"]))
    while not processes.in_namespace(places.NETNS / second.client):
        time.sleep(0.02)
    second.down()
    assert client.wait(5) == -signal.SIGKILL


def test_two_changes_at_once_are_refused_and_the_holder_is_named(second: Estate) -> None:
    with (
        lock.held(places.RUN / f"{second.name}.lock", "the estate", 0.0, lambda _: None),
        pytest.raises(HeldError, match=f"process {os.getpid()} since"),
    ):
        second.down()


def test_a_command_runs_as_a_client_and_its_status_is_passed_on(practice_estate: Estate) -> None:
    assert practice_estate.run(["sh", "-c", "exit 7"]) == 7
    assert practice_estate.run(["sh", "-c", "kill -TERM $$"]) == 128 + signal.SIGTERM


def test_a_change_from_inside_is_refused(practice_estate: Estate) -> None:
    inside = practice_estate.command([sys.executable, "-c", UP, practice_estate.name])
    done = subprocess.run(inside, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "outside of `decant practice run`" in done.stderr


def test_a_command_in_an_estate_that_is_not_up_is_bad_use() -> None:
    with pytest.raises(UsageError, match="not up"):
        Estate("nosuch").run(["true"])


def test_without_root_it_is_refused() -> None:
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            tool.need_root()
        except RefusedError:
            os._exit(4)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4


def test_what_a_killed_build_left_is_swept_and_a_running_one_is_not(practice_estate: Estate) -> None:
    left = images.IMAGES / "nosuch-0000.building"
    (left / "root").mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(left / "root")], check=True)
    with lock.held(images.IMAGES / "nosuch.lock", "the image", 0.0, lambda _: None):
        images.sweep()
        assert left.exists()
    images.sweep()
    assert not left.exists()


@pytest.mark.slow
def test_light_hosts_are_added_and_removed(second: Estate) -> None:
    fleet = Fleet(second.name)
    for count in (5, 2, 4, 0):
        fleet.resize(count)
        assert [host.name for host in fleet.hosts()] == [f"f{number}" for number in range(1, count + 1)]
        assert len(fleet.known_hosts.read_text().splitlines()) == count
        assert len(processes.mounts_below(second.folder)) == count
        for host in fleet.hosts():
            argv = ["ssh", "-i", str(second.key), "-o", f"UserKnownHostsFile={fleet.known_hosts}"]
            shown = subprocess.run(
                second.command([*argv, f"ops@{host.address}", "hostname; sudo -n id -u"]),
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert shown.stdout.split() == [host.name, "0"]
