"""Servers that behave badly: each ends as a stated outcome for the host or the fact, and nothing hangs."""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from estate.records.facts.os import Os
from estate.records.facts.packages import Packages
from estate.records.facts.processes import Processes
from estate.records.host import Host
from estate.records.observation import Observation, Outcome
from estate.transport.local import LocalTransport
from estate.transport.ssh import SshTransport
from inventory import script
from inventory.collect import Collected, collect
from inventory.facts import all_facts
from inventory.facts.base import Section
from tests.estate.transport.conftest import Sshd, StartSshd, ordinary, start_sshd

__all__ = ["ordinary", "start_sshd"]

FEW = ("os", "memory", "users", "sudoers", "timers")
Ordinary = Callable[[str], Sshd]


def read(server: Sshd, timeout: float = 30, facts: Sequence[str] = FEW, **changes: str) -> Collected:
    host = server.host().model_copy(update=changes)
    transport = SshTransport(host, server.known_hosts)
    try:
        return collect(host, transport, [all_facts()[name] for name in facts], timeout)
    finally:
        transport.close()


def by_fact(found: Collected) -> dict[str, Observation]:
    return {one.fact: one for one in found.observations}


def wrapped(folder: Path, body: str) -> str:
    """A setting of sshd that runs `body` in place of whatever is asked for."""
    program = folder / "wrapper"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return f"ForceCommand {program}"


def test_a_login_shell_that_talks_before_and_after_is_passed_over(start_sshd: StartSshd, tmp_path: Path) -> None:
    talk = "echo 'Welcome to Ambleford'; echo; sh -c \"$SSH_ORIGINAL_COMMAND\"; echo goodbye"
    found = read(start_sshd(extra=wrapped(tmp_path, talk)))
    assert {name: one.outcome for name, one in by_fact(found).items()}["os"] is Outcome.KNOWN
    assert all(one.outcome is not Outcome.FAILED for one in found.observations)


@pytest.mark.skipif(shutil.which("csh") is None, reason="no csh on this machine")
def test_a_login_shell_that_is_csh_starts_the_script_as_any_other(start_sshd: StartSshd, tmp_path: Path) -> None:
    found = read(start_sshd(extra=wrapped(tmp_path, 'exec csh -c "$SSH_ORIGINAL_COMMAND"')))
    assert all(one.outcome is not Outcome.FAILED for one in found.observations)


def test_a_host_without_sh_ran_no_script(start_sshd: StartSshd) -> None:
    found = read(start_sshd(extra="SetEnv PATH=/nowhere"))
    assert not found.server.reached
    assert "ran no script" in found.server.unreached_reason
    assert any(word in found.server.unreached_reason for word in ("not found", "No such file"))


def test_a_host_that_floods_without_end_is_left_in_time_and_costs_no_memory(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    server = start_sshd(extra=wrapped(tmp_path, "exec yes flood"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    found = read(server, timeout=4)
    assert time.monotonic() - begun < 15
    assert not found.server.reached
    assert "within 4 seconds" in found.server.unreached_reason
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < 3 * script.OUTPUT_LIMIT


def test_a_host_that_stops_half_way_keeps_what_it_said(start_sshd: StartSshd, tmp_path: Path) -> None:
    """The command prints its first kilobytes and then hangs: those facts are known, the others say why not."""
    half = "sh | head -c 3000; sleep 60"
    begun = time.monotonic()
    seen = by_fact(read(start_sshd(extra=wrapped(tmp_path, half)), timeout=4))
    assert time.monotonic() - begun < 20
    assert {one.outcome for one in seen.values()} >= {Outcome.FAILED}
    late = [one.reason for one in seen.values() if one.outcome is Outcome.FAILED]
    assert all(reason == "the host took longer than 4 seconds" for reason in late)


def test_sudo_that_wants_a_password_after_all_is_said_and_costs_no_fact(ordinary: Ordinary) -> None:
    found = by_fact(read(ordinary("tester ALL=(ALL) ALL"), user="tester", sudo="nopasswd"))
    assert found["os"].outcome is Outcome.KNOWN
    assert found["users"].outcome is Outcome.KNOWN
    assert "a password is required" in found["users"].partial
    assert found["sudoers"].outcome is Outcome.UNREADABLE
    assert (found["sudoers"].privilege, "a password is required" in found["sudoers"].reason) == ("root", True)


def test_sudo_that_hangs_is_left_and_what_it_kept_back_is_read_without_it(tmp_path: Path) -> None:
    for name, body in (("id", "echo 1000"), ("sudo", "sleep 60")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    here = LocalTransport("here", {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    host = Host(name="here", address="10.0.0.1", user="svc", sudo="nopasswd")
    begun = time.monotonic()
    seen = by_fact(collect(host, here, [all_facts()[name] for name in (*FEW, "updates")], 6))
    assert time.monotonic() - begun < 45
    assert seen["os"].outcome is Outcome.KNOWN
    assert seen["users"].outcome is Outcome.KNOWN
    assert seen["updates"].outcome is not None


def test_an_expired_account_is_not_reached(ordinary: Ordinary, tmp_path: Path) -> None:
    server = ordinary("")
    shadow = tmp_path / "etc" / "shadow"
    shadow.write_text(shadow.read_text().replace(":19000:0:99999:7:::\n", ":19000:0:99999:7::10:\n"))
    found = read(server, user="tester")
    assert not found.server.reached
    assert found.exit_code == 3
    assert "tester" in found.server.unreached_reason


def test_a_full_disk_keeps_nothing_from_being_read(start_sshd: StartSshd) -> None:
    full = "mount -t tmpfs -o size=64k tmpfs /var/tmp\ndd if=/dev/zero of=/var/tmp/full bs=1k count=200 2>/dev/null || true"
    found = read(start_sshd(extra="SetEnv TMPDIR=/var/tmp HOME=/var/tmp", before=full))
    assert all(one.outcome is not Outcome.FAILED for one in found.observations)


def test_more_files_than_fit_in_one_call_fail_the_facts_with_files_alone(tmp_path: Path) -> None:
    from tests.inventory.test_files import of

    for number in range(3000):
        (tmp_path / f"{'x' * 120}{number}.conf").touch()
    composed = script.compose([of("many", f"{tmp_path}/*.conf"), all_facts()["timers"]], sudo=False)
    # The kernel gives a quarter of the stack to arguments, and no less than 128 KiB.
    done = subprocess.run(
        ["sh", "-c", "ulimit -s 512; exec sh"], input=composed.text.encode(), capture_output=True, check=False
    )
    readings = script.read(composed.facts, script.cut(composed, done.stdout))
    assert readings["many"].outcome is Outcome.FAILED
    assert "rgument list too long" in readings["many"].reason
    assert readings["timers"].outcome is not Outcome.FAILED


def test_a_hundred_thousand_packages_and_processes_are_read() -> None:
    stanza = "Package: p{0}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{0}\n\n"
    packages = all_facts()["packages"].read(
        Section(b"dpkg\n" + b"".join(stanza.format(number).encode() for number in range(100_000)))
    )
    assert isinstance(packages.payload, Packages)
    assert len(packages.payload.packages) == 100_000
    table = b"PID PPID USER RSS COMMAND\n" + b"".join(
        b"%d 1 app 4 /opt/x\n" % number for number in range(2, 100_002)
    )
    processes = all_facts()["processes"].read(Section(table + b"--- units\nnone\n"))
    assert isinstance(processes.payload, Processes)
    assert len(processes.payload.processes) == 100_000


def test_a_host_with_a_hundred_thousand_packages_is_read_over_the_wire(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    text = "Description: a package\n of some lines\n .\n and more\nDepends: libc6 (>= 2.34)\n"
    with (tmp_path / "status").open("w") as status:
        for number in range(100_000):
            status.write(
                f"Package: p{number}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{number}\n{text}\n"
            )
    server = start_sshd(before=f"mkdir -p /var/lib/dpkg\nmount --bind {tmp_path}/status /var/lib/dpkg/status")
    seen = by_fact(read(server, facts=("os", "packages", "memory")))
    packages = seen["packages"].as_(Packages)
    assert packages is not None, seen["packages"].reason
    assert len(packages.packages) == 100_000
    assert seen["os"].outcome is seen["memory"].outcome is Outcome.KNOWN


def test_a_host_with_a_hundred_thousand_processes_is_read_over_the_wire(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    """As `ps` would list them: so many would not fit on the machine that runs this."""
    (tmp_path / "ps").write_text(
        '#!/bin/sh\nawk \'BEGIN { print "PID PPID USER RSS COMMAND"\n'
        'for (n = 2; n < 100002; n++) print n, 1, "app", 4, "/opt/app/worker --number=" n }\'\n'
    )
    (tmp_path / "ps").chmod(0o755)
    seen = by_fact(
        read(start_sshd(extra=f"SetEnv PATH={tmp_path}:/usr/bin:/bin"), facts=("os", "processes", "memory"))
    )
    processes = seen["processes"].as_(Processes)
    assert processes is not None, seen["processes"].reason
    assert len(processes.processes) == 100_000
    assert seen["os"].outcome is seen["memory"].outcome is Outcome.KNOWN


def test_what_is_not_utf_8_in_files_names_and_arguments_is_kept_as_bytes_that_can_be_stored(
    start_sshd: StartSshd, tmp_path: Path
) -> None:
    latin = "Büro".encode("latin-1")
    (tmp_path / "crontab").write_bytes(b"1 2 3 4 5 root /usr/local/bin/" + latin + b" \xff\x00\x1b[31m\n")
    (tmp_path / "cron.d").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "cron.d") + b"/" + latin)).write_bytes(b"1 2 3 4 5 root /bin/true\n")
    binds = "\n".join(
        f"mkdir -p /etc/cron.d; touch /etc/crontab; mount --bind {tmp_path}/{name} /etc/{name}"
        for name in ("crontab", "cron.d")
    )
    worker = subprocess.Popen([b"sh", b"-c", b"sleep 60; :", latin])
    try:
        found = read(start_sshd(before=binds), facts=("cron", "processes", "os"))
    finally:
        worker.kill()
        worker.wait()
    seen = by_fact(found)
    assert {name: one.outcome for name, one in seen.items()} == dict.fromkeys(seen, Outcome.KNOWN)
    kept = "".join(one.model_dump_json() for one in found.observations)
    # The line of the file and the name of the other; ps prints what it cannot as question marks.
    assert kept.count("B\\\\xfcro") == 2
    assert "\\u001b" in kept or "\\x1b" in kept
    assert "\0" not in kept


@pytest.mark.parametrize(("clock", "year"), [("0", 1970), ("4102444800", 2100), ("1e9", None), ("9" * 30, None)])
def test_a_clock_that_is_years_off_is_shown_as_it_is(clock: str, year: int | None) -> None:
    files = b"/proc/sys/kernel/hostname:a\n/etc/os-release:ID=debian\n/proc/uptime:50.1 2\n"
    reading = all_facts()["os"].read(Section(f"clock {clock}\n".encode(), files=files))
    if year is None:
        assert reading.outcome is Outcome.FAILED
    else:
        assert isinstance(reading.payload, Os)
        assert reading.payload.clock is not None
        assert reading.payload.clock.year == year


@pytest.mark.parametrize(("clock", "year"), [(0, 1970), (4102444800, 2100)])
def test_a_host_whose_clock_is_years_off_is_read_and_dated_by_our_own(
    start_sshd: StartSshd, tmp_path: Path, clock: int, year: int
) -> None:
    """A machine's clock is for all that runs on it, so the host says the time by a `date` of its own."""
    (tmp_path / "date").write_text(f"#!/bin/sh\necho {clock}\n")
    (tmp_path / "date").chmod(0o755)
    found = read(start_sshd(extra=f"SetEnv PATH={tmp_path}:/usr/bin:/bin"))
    system = by_fact(found)["os"].as_(Os)
    assert system is not None
    assert system.clock is not None
    assert abs(system.clock.year - year) <= 1
    assert all(one.outcome is not Outcome.FAILED for one in found.observations)
    assert all(abs(one.at.timestamp() - time.time()) < 600 for one in found.observations)
