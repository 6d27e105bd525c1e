"""From counters to what a server uses."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from estate.records.sample import Sample
from inventory.observe.look import Look
from inventory.observe.rates import FIGURES, between, covered, spread, usage

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def looked(**changes: Any) -> Look:
    first = Look(
        at=AT,
        uptime=1000,
        boot="a",
        busy=200,
        ticks=1000,
        disks={"sda": (100, 4096)},
        cards={"eth0": (1000, 2000)},
        memory_bytes=5,
        load=0.5,
        disk_used_bytes=7,
    )
    return replace(first, **changes)


def later(seconds: float = 10, **changes: Any) -> Look:
    return looked(**{"at": AT + timedelta(seconds=seconds), "uptime": 1000 + seconds, **changes})


def test_rates_are_what_the_counters_rose_by_over_the_servers_own_time() -> None:
    found = between(
        looked(),
        later(busy=300, ticks=1200, disks={"sda": (150, 4096 + 10240)}, cards={"eth0": (1500, 2000)}),
        longest=30,
    )
    assert found == Sample(
        at=AT + timedelta(seconds=10),
        seconds=10,
        cpu_percent=50,
        memory_bytes=5,
        disk_iops=5,
        disk_bytes_per_second=1024,
        received_bytes_per_second=50,
        sent_bytes_per_second=0,
        load=0.5,
        disk_used_bytes=7,
    )


def test_a_server_that_started_anew_has_no_rate() -> None:
    assert between(looked(), later(boot="b", uptime=5), longest=30) is None
    assert between(looked(), later(uptime=5), longest=30) is None


def test_the_mean_over_missed_rounds_is_no_sample() -> None:
    assert between(looked(), later(31), longest=30) is None
    assert between(looked(), later(0), longest=30) is None


def test_a_clock_that_jumps_changes_no_rate() -> None:
    jumped = later(10, at=AT - timedelta(days=400), cards={"eth0": (2000, 2000)})
    found = between(looked(), jumped, longest=30)
    assert found is not None
    assert (found.seconds, found.received_bytes_per_second) == (10, 100)


def test_a_counter_that_fell_makes_only_its_own_figure_unknown() -> None:
    found = between(looked(), later(cards={"eth0": (10, 9000)}, busy=300, ticks=1200), longest=30)
    assert found is not None
    assert (found.received_bytes_per_second, found.sent_bytes_per_second) == (None, None)
    assert (found.cpu_percent, found.disk_iops) == (50, 0)


def test_a_disk_that_came_or_went_does_not_count_till_the_next_sample() -> None:
    found = between(looked(), later(disks={"sda": (110, 4096), "sdb": (9_000_000, 1)}), longest=30)
    assert found is not None
    assert found.disk_iops == 1


COUNTER = st.integers(0, 2**64)
LOOKS = st.builds(
    Look,
    at=st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    uptime=st.floats(0, 1e9),
    boot=st.sampled_from(["a", "b"]),
    busy=st.none() | COUNTER,
    ticks=st.none() | COUNTER,
    disks=st.dictionaries(st.sampled_from(["sda", "sdb"]), st.tuples(COUNTER, COUNTER)),
    cards=st.dictionaries(st.sampled_from(["eth0", "eth1"]), st.tuples(COUNTER, COUNTER)),
)


@given(before=LOOKS, after=LOOKS, longest=st.floats(1, 1e6))
def test_no_rate_is_ever_negative_or_endless_whatever_the_counters_do(
    before: Look, after: Look, longest: float
) -> None:
    found = between(before, after, longest)
    if found is None:
        return
    assert 0 < found.seconds <= longest + 0.01 or after.uptime - before.uptime < 0.01
    for name in FIGURES:
        value = getattr(found, name)
        assert value is None or (value >= 0 and math.isfinite(value)), name
    assert found.cpu_percent is None or found.cpu_percent <= 100


VALUES = st.lists(st.tuples(st.floats(0, 1e12), st.floats(0.1, 1e6)), min_size=1, max_size=60)


@given(VALUES, st.randoms())
def test_percentiles_are_values_that_were_seen_in_order_and_do_not_depend_on_the_order(
    values: list[tuple[float, float]], random: Any
) -> None:
    found = spread(values)
    assert found is not None
    seen = [value for value, _ in values]
    assert {found.p50, found.p95, found.max} <= set(seen)
    assert min(seen) <= found.p50 <= found.p95 <= found.max == max(seen)
    total = sum(seconds for _, seconds in values)
    for part, value in ((0.5, found.p50), (0.95, found.p95)):
        assert sum(s for v, s in values if v <= value) >= part * total * (1 - 1e-6)
        assert sum(s for v, s in values if v < value) <= part * total * (1 + 1e-6)
    mixed = list(values)
    random.shuffle(mixed)
    assert spread(mixed) == found


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=100))
def test_where_all_samples_are_as_long_they_are_the_nearest_rank(values: list[float]) -> None:
    found = spread((value, 300.0) for value in values)
    ordered = sorted(values)
    assert found is not None
    assert found.p95 == ordered[-(-len(ordered) * 95 // 100) - 1]
    assert found.p50 == ordered[-(-len(ordered) // 2) - 1]


@given(VALUES)
def test_two_observers_at_once_change_no_percentile(values: list[tuple[float, float]]) -> None:
    assert spread([*values, *values]) == spread(values)


def test_hours_are_counted_once_and_gaps_not_at_all() -> None:
    def sample(minute: int) -> Sample:
        return Sample(at=AT + timedelta(minutes=minute), seconds=300, cpu_percent=float(minute))

    twice = [sample(5), sample(10), sample(7), sample(60)]
    found = usage("db", "observe", twice)
    assert found is not None
    assert found.hours == 0.25
    assert (found.since, found.until, found.samples) == (AT, AT + timedelta(hours=1), 4)
    assert found.memory_bytes is None
    assert usage("db", "observe", []) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 100)), max_size=30))
def test_covered_time_is_that_of_the_union(spans: list[tuple[int, int]]) -> None:
    seconds = {second for start, long in spans for second in range(start, start + long)}
    moments = [(AT + timedelta(seconds=start), AT + timedelta(seconds=start + long)) for start, long in spans]
    assert covered(moments) == len(seconds)
