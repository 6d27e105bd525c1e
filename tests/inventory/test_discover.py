"""Many hosts at once, each on its own."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from estate.errors import HostKeyError, InterruptedRunError, UnreachableError
from estate.progress import Step
from estate.records.host import Host
from estate.records.observation import Outcome
from estate.records.server import Server
from estate.transport.base import Result, Transport
from estate.transport.local import LocalTransport
from estate.transport.recorded import RecordedTransport, RecordingTransport
from inventory.collect import collect
from inventory.discover import discover
from inventory.facts import all_facts
from tests.inventory.estates import AT

FEW = tuple(all_facts()[name] for name in ("os", "cpu", "memory", "users"))


def host(name: str, **more: object) -> Host:
    return Host.model_validate({"name": name, "address": "10.0.0.1", "user": "root", **more})


class Canned:
    """A transport that answers from a function."""

    def __init__(self, name: str, answer: Callable[[bytes], bytes]) -> None:
        self.host = name
        self._answer = answer
        self.closed = threading.Event()

    def run(self, argv: object, stdin: bytes | None = None, timeout: float = 60, limit: int = 1 << 20) -> Result:
        return Result(0, self._answer(stdin or b""), b"", 0.0)

    def close(self) -> None:
        self.closed.set()


def quick(facts: tuple[object, ...] = ()) -> Callable[[Host], Transport]:
    """Every host is this machine, and runs no more than the marks of the script."""

    def answer(sent: bytes) -> bytes:
        word = sent.split(b"\nm=", 1)[1].split(b"\n", 1)[0]
        return b"\n%s hello 0\n\n%s begin machine 0\n\n%s end machine 0\n" % (
            word,
            word,
            word,
        )

    return lambda one: Canned(one.name, answer)


def test_this_machine_is_read_whole() -> None:
    found = collect(host("here"), LocalTransport("here"), FEW, 60)
    assert found.exit_code == 0
    assert found.server.reached
    assert found.server.cpus == os.cpu_count()
    assert {one.fact: one.outcome for one in found.observations} == dict.fromkeys(
        ("os", "cpu", "memory", "users"), Outcome.KNOWN
    )


def test_hosts_that_fail_are_listed_with_the_reason_and_the_others_go_on() -> None:
    fine = quick()

    def connect(one: Host) -> Transport:
        if one.name == "dead":
            raise UnreachableError("dead did not answer within 10 seconds", "see whether it runs")
        if one.name == "other":
            raise HostKeyError("other shows another key", "ask why")
        return fine(one)

    found = {one.server.id: one for one in discover([host("dead"), host("a"), host("other"), host("b")], connect)}
    states = {name: (one.server.reached, one.exit_code) for name, one in found.items()}
    assert states == {"a": (True, 0), "b": (True, 0), "dead": (False, 3), "other": (False, 4)}
    assert "did not answer within 10 seconds" in found["dead"].server.unreached_reason
    assert found["dead"].observations == ()


def test_what_was_known_of_a_host_stays_known_when_it_is_not_reached() -> None:
    def connect(one: Host) -> Transport:
        raise UnreachableError(f"{one.name} did not answer", "see whether it runs")

    before = Server(id="a", address="10.9.9.9", cpus=4, os_id="debian", reached=True, seen_at=AT)
    (found,) = discover([host("a", owner="ICT")], connect, {"a": before})
    assert (found.server.cpus, found.server.os_id, found.server.seen_at) == (4, "debian", AT)
    assert (found.server.reached, found.server.owner, found.server.address) == (False, "ICT", "10.0.0.1")


def test_a_host_that_runs_no_script_is_not_reached() -> None:
    refuses = Canned("a", lambda sent: b"This account is currently not available.\n")
    found = collect(host("a"), refuses, FEW, 60)
    assert not found.server.reached
    assert (
        "let root in but ran no script (This account is currently not available.)" in found.server.unreached_reason
    )


def test_slow_hosts_cost_no_more_than_their_own_time() -> None:
    def slow(one: Host) -> Transport:
        time.sleep(0.4)
        raise UnreachableError(f"{one.name} did not answer", "see whether it runs")

    begun = time.monotonic()
    found = list(discover([host(f"h{n}") for n in range(32)], slow, parallel=32))
    assert len(found) == 32
    assert time.monotonic() - begun < 2


def test_progress_counts_hosts() -> None:
    steps: list[Step] = []
    assert len(list(discover([host("a"), host("b")], quick(), progress=steps.append))) == 2
    assert [(step.done, step.total) for step in steps] == [(0, 2), (1, 2), (2, 2)]


def test_a_stop_gives_what_was_read_and_lets_the_rest_go() -> None:
    fine, waiting, stop = quick(), threading.Event(), threading.Event()
    hung: list[Canned] = []

    def connect(one: Host) -> Transport:
        if one.name != "hung":
            return fine(one)

        def wait(sent: bytes) -> bytes:
            waiting.set()
            made.closed.wait(20)
            return b""

        made = Canned("hung", wait)
        hung.append(made)
        return made

    kept: list[str] = []
    begun = time.monotonic()

    def read() -> None:
        for one in discover([host("a"), host("b"), host("hung")], connect, stop=stop.is_set):
            kept.append(one.server.id)
            if len(kept) == 2:
                assert waiting.wait(10)
                stop.set()

    with pytest.raises(InterruptedRunError, match="2 of 3 hosts"):
        read()
    assert set(kept) == {"a", "b"}
    assert hung[0].closed.is_set()
    assert time.monotonic() - begun < 10


class Distant(Canned):
    """A host that answers `heard` or lets one in only once `alive` is set."""

    def __init__(self, name: str, answer: Callable[[bytes], bytes], alive: threading.Event, speaks: bool) -> None:
        super().__init__(name, answer)
        self._alive = alive
        self._speaks = speaks

    def connect(self, timeout: float, heard: Callable[[], None]) -> None:
        if self._speaks:
            heard()
        if not self._alive.wait(timeout):
            raise UnreachableError(f"{self.host} did not answer", "see whether it runs")


@pytest.mark.parametrize("speaks", [False, True], ids=["say nothing", "say hello and then hang"])
def test_hosts_that_are_waited_for_hold_no_place_of_the_others(speaks: bool) -> None:
    """One place, and many dead hosts before the only one that is alive: it is read while they are still waited for."""
    end = threading.Event()
    number = 2 if speaks else 8

    def connect(one: Host) -> Transport:
        return quick()(one) if one.name == "alive" else Distant(one.name, lambda sent: b"", end, speaks)

    hosts = [*(host(f"dead{n}") for n in range(number)), host("alive")]
    order = []
    for one in discover(hosts, connect, parallel=1, timeout=60):
        order.append(one.server.id)
        end.set()
    assert order[0] == "alive"
    assert len(order) == number + 1


def test_no_more_hosts_are_read_at_once_than_there_are_places() -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def answer(sent: bytes) -> bytes:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1
        return b"nothing"

    class Near(Canned):
        def connect(self, timeout: float, heard: Callable[[], None]) -> None:
            heard()

    assert (
        len(list(discover([host(f"h{n}") for n in range(20)], lambda one: Near(one.name, answer), parallel=3)))
        == 20
    )
    assert most <= 3


def test_a_fault_of_our_own_is_raised_where_it_can_be_seen() -> None:
    def connect(one: Host) -> Transport:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(discover([host("a")], connect))


def test_a_recording_gives_the_same_again(tmp_path: Path) -> None:
    first = collect(host("here"), RecordingTransport(LocalTransport("here"), tmp_path), FEW, 60)
    again = collect(host("here"), RecordedTransport("here", tmp_path), FEW, 60)
    assert [one.payload for one in again.observations] == [one.payload for one in first.observations]


def test_root_by_password_goes_by_its_own_channel_and_a_refusal_loses_nothing() -> None:
    """A transport that cannot answer sudo: what needs root is then read as the login account, and that is said."""
    only = tuple(all_facts()[name] for name in ("os", "users"))
    login = host("here", user="svc", sudo="password", sudo_password="env:NO_SUCH")

    class Refusing(LocalTransport):
        def run_prompted(self, *args: object, **kwargs: object) -> Result:
            raise UnreachableError(
                "svc may not become root on here (sudo: a password is required)", "check sudoers"
            )

    os.environ["NO_SUCH"] = "x"
    try:
        found = collect(login, Refusing("here"), only, 60)
    finally:
        del os.environ["NO_SUCH"]
    assert {one.fact: one.outcome for one in found.observations} == {"os": Outcome.KNOWN, "users": Outcome.KNOWN}


def test_the_unit_of_a_process_is_put_to_its_sockets() -> None:
    parts = {
        "processes": "  PID  PPID USER RSS COMMAND\n    7     1 root 10 /opt/x\n--- units\n"
        "/proc/7/cgroup:0::/system.slice/x.service\n",
        "sockets": 'own\nNetid State\ntcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("x",pid=7,fd=3))\n',
    }

    def answer(sent: bytes) -> bytes:
        real = sent.split(b"\nm=", 1)[1].split(b"\n", 1)[0].decode()
        body = f"\n{real} hello 0\n" + "".join(
            f"\n{real} begin {f} 0\n{text}\n{real} end {f} 0\n" for f, text in parts.items()
        )
        return body.encode()

    facts = tuple(all_facts()[name] for name in ("listeners", "processes"))
    found = collect(host("a"), Canned("a", answer), facts, 60)
    listeners = next(one for one in found.observations if one.fact == "listeners")
    assert listeners.payload is not None
    assert listeners.payload["listeners"][0]["unit"] == "x.service"


def test_tier_1_asks_for_no_dear_fact() -> None:
    [read] = discover([host("here")], lambda one: LocalTransport(), tier=1)
    assert {seen.fact for seen in read.observations} == {f.id for f in all_facts().values() if f.tier == 1}
