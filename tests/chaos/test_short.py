"""The matrix in short, for every run of the tests: each mover there and back, another fault in each phase."""

from collections.abc import Callable, Iterator

import pytest

from practice.faults import Faults
from tests.chaos.conftest import DISK, SOURCES
from tests.chaos.faults import BY_NAME, Scene
from tests.chaos.journey import Journey
from tests.chaos.points import FROZEN, GIVEN_BACK, GOING_BACK, SEEDING, SOAKING, SYNCING, Point
from tests.chaos.table import Cell
from tests.conftest import own_estate_of
from tests.journey.person import TARGET, Person

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.timeout(900)]

PLANS: dict[str, dict[Point, str]] = {
    "postgres": {
        SEEDING: "target rebooted",
        FROZEN: "source database restarted",
        SOAKING: "target disk full",
        GOING_BACK: "source cut off",
    },
    "files": {SYNCING: "worker frozen, woken", FROZEN: "target cut off", GIVEN_BACK: "source rebooted"},
}


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with own_estate_of("z", disks={TARGET: DISK}) as estate:
        made = Person(estate, tmp_path_factory.mktemp("chaos") / "anytown")
        made.start_load("reports", "shared")
        yield made
        made.store.close()


@pytest.mark.parametrize("kind", PLANS)
def test_another_fault_in_each_phase_loses_nothing(
    kind: str, person: Person, keep: Callable[[list[Cell]], None]
) -> None:
    scene = Scene(person, Faults(person.estate.name), SOURCES[kind])
    plan = {point: BY_NAME[fault] for point, fault in PLANS[kind].items()}
    journey = Journey(scene, kind, plan)
    try:
        journey.run()
    finally:
        keep(journey.cells)
    assert {cell.point for cell in journey.cells} == {point.name for point in plan}
    assert person.residue() == []


def test_nothing_was_lost_and_the_ledger_holds(person: Person) -> None:
    assert person.lost() == {"exit": 0, "lost": 0}
    person.must("evidence", "verify")
