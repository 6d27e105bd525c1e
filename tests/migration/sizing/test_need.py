"""What a server needs where it goes."""

from datetime import UTC, datetime
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from estate.records.server import Server, ServerFacts
from estate.records.usage import Spread, Usage
from migration.sizing.machine import size_of
from migration.sizing.need import Need, need_of

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GIB = 1024**3
WEEK = 168.0
BIG = ServerFacts(
    Server(id="db1", address="192.0.2.1", cpus=16, memory_bytes=64 * GIB, reached=True, seen_at=AT), {}
)


def used(
    cpu: float = 10,
    memory: float = 6 * GIB,
    hours: float = WEEK,
    source: Literal["observe", "sysstat"] = "observe",
) -> Usage:
    return Usage(
        server="db1",
        source=source,
        since=AT,
        until=AT,
        hours=hours,
        samples=9,
        cpu_percent=Spread(p50=1, p95=cpu, max=100),
        memory_bytes=Spread(p50=1, p95=memory, max=64 * GIB),
    )


def basis(*usages: Usage) -> str:
    size = size_of(BIG, need=need_of(usages, 1.3, WEEK))
    assert size is not None
    return size.basis


def test_a_server_that_was_never_observed_is_sized_as_it_is_and_that_is_said() -> None:
    size = size_of(BIG)
    assert size is not None
    assert (size.vcpus, size.memory_bytes) == (16, 64 * GIB)
    assert basis() == "as it is (16 CPUs, 64.0 GiB): its load was not observed over time"


def test_one_that_was_observed_long_enough_is_sized_for_what_it_uses_with_comfort() -> None:
    size = size_of(BIG, need=need_of([used(cpu=10, memory=6 * GIB)], 1.3, WEEK))
    assert size is not None
    # 1.6 CPUs and 6 GiB, times 1.3: 3 CPUs and 7.8 GiB.
    assert (size.vcpus, size.memory_bytes) == (4, 16 * GIB)
    assert size.basis == (
        "observed 7 days by Decant: 95% of the time it used at most 10% of 16 CPUs and 6.0 of 64.0 GiB;"
        " sized for 1.3 times that"
    )


def test_one_that_is_too_small_gets_more_than_it_has() -> None:
    size = size_of(BIG, need=need_of([used(cpu=95)], 1.3, WEEK))
    assert size is not None
    assert size.vcpus > 16


def test_a_few_hours_are_said_and_change_nothing() -> None:
    assert basis(used(hours=12)) == "as it is (16 CPUs, 64.0 GiB): observed 12 hours only"
    assert basis(used(hours=0.05)) == "as it is (16 CPUs, 64.0 GiB): observed 3 min only"
    assert size_of(BIG, need=need_of([used(hours=12)], 1.3, WEEK)).vcpus == 16  # type: ignore[union-attr]  # a size there is


def test_a_twentieth_of_the_time_may_be_missing() -> None:
    assert basis(used(hours=160)).startswith("observed 6.7 days by Decant")
    assert basis(used(hours=159)).endswith("observed 6.6 days only")


def test_a_history_of_sysstat_serves_where_our_own_is_too_short() -> None:
    assert "by sysstat" in basis(used(hours=12), used(hours=190, source="sysstat"))
    assert "by Decant" in basis(used(hours=170), used(hours=190, source="sysstat"))
    assert "observed 30 hours only" in basis(used(hours=12), used(hours=30, source="sysstat"))


def test_a_use_without_memory_is_not_enough() -> None:
    bare = used().model_copy(update={"memory_bytes": None})
    assert basis(bare) == "as it is (16 CPUs, 64.0 GiB): observed 7 days only, and not its CPU and memory"


@given(st.floats(0, 100), st.floats(0, 64 * GIB), st.floats(1, 3))
def test_more_use_never_needs_less_and_comfort_is_always_there(cpu: float, memory: float, comfort: float) -> None:
    cpus, held = Need(used(cpu, memory), comfort, WEEK).of(16, 64 * GIB)
    assert cpus >= max(1, 16 * cpu / 100 * comfort - 1e-6)
    assert held >= memory * comfort - 1
    more, larger = Need(used(min(100, cpu * 1.5), memory * 1.5), comfort, WEEK).of(16, 64 * GIB)
    assert more >= cpus
    assert larger >= held
