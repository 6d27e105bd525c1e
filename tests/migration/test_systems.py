"""What moves together: who uses whom, without those that the whole estate uses."""

from collections.abc import Iterable

from migration.systems import System, links, shared_services, systems
from tests.migration.small_estate import uses, workload

PAIRS = [
    (workload(f"web{n}/service/app{n}"), workload(f"db{n}/postgres/data{n}", detail={"port": 5432}))
    for n in range(9)
]
ESTATE = [one for pair in PAIRS for one in pair]
OWN = [uses(f"web{n}", f"db{n}") for n in range(9)]
MONITORING = workload("mon/service/icinga")


def grouped(found: Iterable[System]) -> set[frozenset[str]]:
    return {frozenset(one.workloads) for one in found}


def test_monitoring_that_talks_both_ways_with_everything_draws_nothing_into_its_system() -> None:
    held = [*ESTATE, MONITORING]
    asks = [uses("mon", one.server, 9100) for one in ESTATE]
    told = [uses(one.server, "mon", 5665) for one in ESTATE]
    found = links(held, [*OWN, *asks, *told])
    assert grouped(systems(held, found)) == {
        frozenset({MONITORING.id}),
        *(frozenset({app.id, data.id}) for app, data in PAIRS),
    }
    assert shared_services(held, found) == ["mon"]


def test_a_directory_that_everything_uses_and_that_uses_one_server_brings_no_ring_about() -> None:
    directory = workload("dc/service/slapd")
    held = [*ESTATE, directory]
    found = links(held, [*OWN, *(uses(one.server, "dc", 389) for one in ESTATE), uses("dc", "web0", 443)])
    assert frozenset({PAIRS[0][0].id, PAIRS[0][1].id}) in grouped(systems(held, found))
    assert shared_services(held, found) == ["dc"]


def test_what_one_server_of_a_large_system_uses_is_no_hub_however_large_that_is() -> None:
    parts = [app.model_copy(update={"system": "housing"}) for app, _ in PAIRS]
    data = PAIRS[0][1]
    found = links([*parts, data], [uses("web0", "db0")])
    assert grouped(systems([*parts, data], found)) == {frozenset(one.id for one in (*parts, data))}
    assert shared_services([*parts, data], found) == []


def test_eight_other_servers_make_no_hub() -> None:
    front = workload("front/service/balancer")
    held = [front, *(app for app, _ in PAIRS[:8])]
    found = links(held, [uses("front", app.server, 80) for app, _ in PAIRS[:8]])
    assert grouped(systems(held, found)) == {frozenset(one.id for one in held)}
    assert shared_services(held, found) == []


def test_what_stands_on_a_hub_s_own_server_stays_with_it() -> None:
    store = workload("mon/postgres/icinga", detail={"port": 5432})
    held = [*ESTATE, MONITORING, store]
    found = links(held, [*OWN, uses("mon", "mon"), *(uses("mon", one.server, 9100) for one in ESTATE)])
    assert frozenset({MONITORING.id, store.id}) in grouped(systems(held, found))


def test_a_confirmed_system_stays_whole_where_a_part_of_it_is_a_hub() -> None:
    held = [*ESTATE, MONITORING.model_copy(update={"system": "watch"})]
    held[0] = held[0].model_copy(update={"system": "watch"})
    found = links(held, [*OWN, *(uses("mon", one.server, 9100) for one in ESTATE)])
    assert any({MONITORING.id, held[0].id} <= one for one in grouped(systems(held, found)))
