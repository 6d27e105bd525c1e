"""Every fault in every phase of every mover's moves, with people writing all the while: nothing is lost."""

import time
from collections.abc import Callable

import pytest

from estate.records.move import Phase
from tests.chaos.faults import BY_NAME, FAULTS, Fault, Scene
from tests.chaos.journey import Journey
from tests.chaos.points import POINTS, SOAKING
from tests.chaos.table import KINDS, Cell
from tests.journey.person import one_sentence

pytestmark = [pytest.mark.practice, pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(1800)]

SCHEMA = "schema changed on target"
PAIRS = [(kind, fault) for fault in FAULTS for kind in KINDS if kind in fault.kinds and fault.name != SCHEMA]


@pytest.mark.parametrize(("kind", "fault"), PAIRS, ids=[f"{kind}-{fault.name}" for kind, fault in PAIRS])
def test_in_every_phase(
    kind: str, fault: Fault, scene_for: Callable[[str, str], Scene], keep: Callable[[list[Cell]], None]
) -> None:
    scene = scene_for(kind, fault.needs)
    journey = Journey(scene, kind, {point: fault for point in POINTS if not fault.why_not(kind, point)})
    try:
        journey.run()
    finally:
        keep(journey.cells)
    assert scene.person.lost() == {"exit": 0, "lost": 0}
    assert scene.person.residue() == []
    scene.person.must("evidence", "verify")


def test_a_schema_that_changes_while_it_soaks_raises_the_alarm_and_closes_the_way_back(
    scene_for: Callable[[str, str], Scene], keep: Callable[[list[Cell]], None]
) -> None:
    scene = scene_for("postgres", "")
    person, journey = scene.person, Journey(scene, "postgres", {})
    journey.to(Phase.SOAKING)
    BY_NAME[SCHEMA].begin(scene)
    changed = time.monotonic()
    while person.phase(journey.workload) != "broken":
        assert time.monotonic() - changed < 60
        person.says("moves")
    move = person.store.moves()[-1]
    assert "broke" in move.note
    refused = person.says("rollback", move.id, f"--confirm={move.id}")
    assert refused.code == 4
    assert "--accept-loss" in one_sentence(refused)
    person.must(*person.accepting(move.id))
    assert person.phase(journey.workload) == "accepted"
    lost = person.lost()
    keep([Cell("postgres", SCHEMA, SOAKING.name, "alarm", int(lost["lost"]))])
    assert lost == {"exit": 0, "lost": 0}
    assert person.residue() == []
