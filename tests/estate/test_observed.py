"""What was observed over time, in the store."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from estate.errors import DecantError
from estate.observed import FEW, MOST_PEERS, Observed, Round
from estate.records.sample import Sample
from estate.store import Store

AT = datetime(2026, 11, 22, 9, 2, 3, 450000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAMPLE = Sample(
    at=AT,
    seconds=300,
    cpu_percent=12.3,
    memory_bytes=4096 * 1024,
    disk_iops=4.5,
    disk_bytes_per_second=123456,
    received_bytes_per_second=789,
    sent_bytes_per_second=0,
    load=0.57,
    disk_used_bytes=7 << 20,
)
OUT = ("out", "10.0.0.2", 5432)


@pytest.fixture
def observed(store: Store) -> Observed:
    return Observed(store.database)


def test_a_sample_comes_back_as_exact_as_its_line_and_what_is_unknown_stays_so(observed: Observed) -> None:
    unknown = Sample(at=AT + 70 * MINUTE, seconds=299.9)
    observed.keep([Round("db", AT, sample=SAMPLE), Round("db", unknown.at, sample=unknown)])
    observed.keep([Round("web", AT, sample=SAMPLE)])
    first, second = observed.samples("db")
    assert abs(first.at - AT) <= timedelta(seconds=0.1)
    assert first.model_copy(update={"at": AT}) == SAMPLE
    assert second.model_dump(exclude={"at", "seconds"}) == unknown.model_dump(exclude={"at", "seconds"})
    assert observed.sampled() == {"db": 2, "web": 1}


def test_a_day_of_samples_takes_what_the_documentation_says(observed: Observed) -> None:
    busy = {**SAMPLE.model_dump(), "memory_bytes": 61 << 30, "disk_bytes_per_second": 98_765_432.0}
    busy |= {
        "received_bytes_per_second": 12_345_678.0,
        "sent_bytes_per_second": 12_345_678.0,
        "disk_used_bytes": 9 << 40,
    }
    day = [
        Round("db", AT + 5 * n * MINUTE, sample=Sample(**{**busy, "at": AT + 5 * n * MINUTE})) for n in range(288)
    ]
    observed.keep(day)
    with observed.database.read() as connection:
        taken = connection.exec_driver_sql(
            "SELECT sum(length(body) + length(server) + length(hour)) FROM sample"
        ).scalar()
    assert 10_000 < int(taken or 0) < 20_000


def test_talk_is_counted_up_and_open_ones_apart(observed: Observed) -> None:
    for n, is_open in enumerate([True, False, True]):
        observed.keep([Round("web", AT + n * MINUTE, talks={OUT: is_open})])
    observed.keep([Round("web", AT + 9 * MINUTE, missed=True)])
    (talk,) = observed.talks()
    assert (talk.direction, talk.peer, talk.port) == OUT
    assert (talk.rounds, talk.open_rounds) == (3, 2)
    assert (talk.first_seen, talk.last_seen) == (AT, AT + 2 * MINUTE)
    watch = observed.watches()["web"]
    assert (watch.rounds, watch.missed, watch.first, watch.last) == (3, 1, AT, AT + 9 * MINUTE)


def test_several_observers_at_once_lose_nothing(url: str) -> None:
    Store.open(url).close()

    def watch(number: int) -> None:
        own = Observed(Store.open(url).database)
        for n in range(20):
            at = AT + timedelta(seconds=number + 10 * n)
            own.keep([Round("web", at, sample=SAMPLE.model_copy(update={"at": at}), talks={OUT: True})])

    threads = [threading.Thread(target=watch, args=(number,)) for number in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    observed = Observed(Store.open(url).database)
    assert observed.talks()[0].rounds == 60
    assert observed.watches()["web"].rounds == 60
    assert len(observed.samples("web")) == 60


def public(number: int) -> tuple[str, str, int]:
    return "in", f"8.8.{number // 250}.{number % 250 + 1}", 443


def test_a_few_public_clients_are_kept_and_more_are_the_public(observed: Observed) -> None:
    observed.keep([Round("web", AT, talks={public(n): True for n in range(FEW)})])
    assert {talk.peer for talk in observed.talks()} == {public(n)[1] for n in range(FEW)}
    observed.keep([Round("web", AT, talks={public(FEW): False, ("in", "10.0.0.9", 443): True})])
    assert {talk.peer for talk in observed.talks()} == {"internet", "10.0.0.9"}
    observed.keep([Round("web", AT, talks={public(3): True})])
    assert {talk.peer: talk.rounds for talk in observed.talks()} == {"internet": 2, "10.0.0.9": 1}


def test_the_estates_own_public_addresses_are_never_the_public(observed: Observed) -> None:
    own = {public(n)[1] for n in range(FEW * 2)}
    observed.keep([Round("web", AT, talks={public(n): True for n in range(FEW * 2)})], own)
    assert {talk.peer for talk in observed.talks()} == own


def test_a_server_with_too_many_peers_keeps_counting_those_it_has(observed: Observed) -> None:
    many = {("out", f"10.{n // 65000}.{n // 250 % 250}.{n % 250}", 80): True for n in range(MOST_PEERS + 7)}
    assert observed.keep([Round("web", AT, talks=many)]) == 7
    assert observed.keep([Round("web", AT, talks=many)]) == 7
    assert len(observed.talks()) == MOST_PEERS
    assert {talk.rounds for talk in observed.talks()} == {2}


def test_what_is_older_than_it_may_be_kept_goes(observed: Observed) -> None:
    late = AT + timedelta(days=40)
    for at, peer in ((AT, "10.0.0.2"), (late, "10.0.0.3")):
        observed.keep(
            [Round("web", at, sample=SAMPLE.model_copy(update={"at": at}), talks={("out", peer, 80): True})]
        )
    observed.keep([Round("gone", AT)])
    assert observed.forget_before(late - timedelta(days=30)) == 3
    assert [talk.peer for talk in observed.talks()] == ["10.0.0.3"]
    assert len(observed.samples("web")) == 1
    assert set(observed.watches()) == {"web"}


def test_a_server_is_forgotten_also_as_a_peer_of_others(observed: Observed) -> None:
    observed.keep(
        [
            Round("db", AT, sample=SAMPLE, talks={OUT: True}),
            Round("web", AT, talks={("out", "10.0.0.9", 80): True, OUT: True}),
        ]
    )
    observed.forget("db", ["10.0.0.9"])
    assert observed.samples("db") == []
    assert [(talk.server, talk.peer) for talk in observed.talks()] == [("web", "10.0.0.2")]
    assert set(observed.watches()) == {"web"}


def test_a_damaged_sample_is_our_own_error(observed: Observed) -> None:
    observed.keep([Round("db", AT, sample=SAMPLE)])
    with observed.database.write() as connection:
        connection.exec_driver_sql("UPDATE sample SET body = body || 'x y z'")
    with pytest.raises(DecantError, match="cannot be read"):
        observed.samples("db")
