"""One look at a server."""

import contextlib
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.observe.look import SCRIPT, Look, Seen, read
from tests.inventory.observe.looks import printed, row

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the kernel writes; nothing is opened
HERE, THERE, FAR = "10.0.0.1", "10.0.0.2", "198.51.100.7"


def look(*rows: str, own: str = "") -> Look:
    return read(printed(rows, own=own), AT)


def test_the_script_is_understood_on_this_machine() -> None:
    done = subprocess.run(["sh"], input=SCRIPT.encode(), capture_output=True, check=True)
    found = read(done.stdout, AT)
    assert done.stderr == b""
    assert found.uptime > 0
    assert found.ticks is not None
    assert found.busy is not None
    assert 0 < found.busy < found.ticks
    assert found.memory_bytes
    assert found.load is not None


def test_the_script_starts_two_processes() -> None:
    traced = subprocess.run(["sh", "-x"], input=SCRIPT.encode(), capture_output=True, check=True).stderr.decode()
    builtins = {"export", "unset", "cd", "printf", "[", "for"}
    started = [line.split()[1] for line in traced.splitlines() if line.startswith("+ ")]
    assert [one for one in started if one not in builtins and "=" not in one] == ["grep", "df"]


def test_who_listens_says_who_began() -> None:
    found = look(
        row("listening", (EVERYWHERE, 5432)),
        row("open", (HERE, 5432), (THERE, 41000)),
        row("open", (HERE, 42000), (FAR, 25)),
    )
    assert found.open == {Seen("in", THERE, 5432, 41000), Seen("out", FAR, 25, 42000)}


def test_what_closes_is_told_apart_by_the_port_that_listens() -> None:
    found = look(
        row("listening", (EVERYWHERE, 443)),
        row("time-wait", (HERE, 443), (THERE, 41000)),
        row("close-wait", (HERE, 42000), (THERE, 5432)),
    )
    assert found.open == frozenset()
    assert found.closing == {Seen("in", THERE, 443, 41000), Seen("out", THERE, 5432, 42000)}


def test_a_connection_that_nobody_answered_is_none() -> None:
    found = look(row("syn-sent", (HERE, 42000), (FAR, 25)))
    assert (found.open, found.closing) == (frozenset(), frozenset())


def test_talk_with_itself_and_decants_own_is_left_out() -> None:
    found = look(
        row("listening", (EVERYWHERE, 22)),
        row("open", (HERE, 22), (THERE, 50000)),
        row("time-wait", (HERE, 22), (THERE, 50001)),
        row("open", ("127.0.0.1", 40000), ("127.0.0.1", 8080)),
        row("open", (HERE, 40001), (HERE, 8080)),
        own=f"{THERE} 50000 {HERE} 22",
    )
    assert (found.open, found.closing) == (frozenset(), frozenset())


def test_partitions_volumes_bonds_and_loopback_do_not_count_twice() -> None:
    counters = "10 0 80 0 20 0 160 0 0 0 0"
    found = read(
        printed(
            disks=dict.fromkeys(("sda", "sda1", "dm-0", "md0", "loop0"), counters),
            net=dict.fromkeys(("lo", "eth0", "bond0", "eth0.7", "docker0"), "5 0 0 0 0 0 0 0 7 0"),
        ),
        AT,
    )
    assert found.disks == {"sda": (30, 240 * 512)}
    assert found.cards == {"eth0": (5, 7)}
    container = read(
        printed(disks=dict.fromkeys(("xvda", "xvda1", "dm-0"), counters), real=()),
        AT,
    )
    assert set(container.disks) == {"xvda"}
    assert set(container.cards) == {"eth0"}


def test_space_that_is_mounted_twice_counts_once_and_memory_disks_do_not() -> None:
    assert look().disk_used_bytes == 400 * 1024


def test_an_old_kernel_does_not_say_what_is_available() -> None:
    old = read(printed(memory={"MemTotal": 1000, "MemFree": 200, "Buffers": 100, "Cached": 300}), AT)
    assert old.memory_bytes == 400 * 1024
    assert look().memory_bytes == 1000 * 1024


def test_a_greeting_of_the_login_shell_is_passed_over() -> None:
    assert read(b"Authorised users only\n" + printed(), AT).uptime == 1000


@pytest.mark.parametrize("part", [b"", b"sh: not found", printed()[:-20], printed()[: len(printed()) // 2]])
def test_what_is_cut_off_is_no_look(part: bytes) -> None:
    with pytest.raises(ValueError, match=r"printed|cut off"):
        read(part, AT)


@given(st.binary(max_size=400), st.integers(0, 2000))
def test_arbitrary_bytes_raise_nothing_that_is_not_expected(noise: bytes, place: int) -> None:
    whole = printed([row("open", (HERE, 42000), (FAR, 25))])
    for output in (noise, whole[:place] + noise + whole[place:], whole[:place] + noise):
        with contextlib.suppress(ValueError, LookupError, TypeError, ArithmeticError):
            read(output, AT)
