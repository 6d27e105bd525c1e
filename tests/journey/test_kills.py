"""`kill -9` of every command that moves, in every phase, with a writer at work: run again, it goes on and loses nothing."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from estate.records.move import Phase
from migration.machine import WORKING
from tests.journey.person import DATABASE, DRIVE, OPERATOR, Person

pytestmark = [pytest.mark.practice, pytest.mark.slow]

MOVE = ("prepare", "seed", "follow", "compare")
CUTOVER = ("freeze", "drain", "prove", "turn", "switch", "open_target")
ROLLBACK = ("freeze", "prove", "give_back", "tidy")
ACCEPT = ("tidy_accepted",)

PHASES = {"preparing", "seeding", "syncing", "cutting over", "soaking", "rolling back", "accepting"}

HALF_WAY = {"prepare": 0.5, "seed": 1.5, "compare": 0.3, "freeze": 0.3, "prove": 0.5, "turn": 0.3, "tidy": 0.3}
"""Seconds into a stage that is long enough."""


class Mover:
    """Takes one workload through its moves and is killed on the way."""

    def __init__(self, person: Person, workload: str) -> None:
        self.person = person
        self.workload = workload
        self.died: list[str] = []
        self.waited: list[str] = []

    def killed_in(self, stages: tuple[str, ...], *words: str) -> None:
        """Run a command and kill it once in each stage; then run it to its end, where a kill did not come too late."""
        for stage in stages:
            if not self._killed(words, lambda stage=stage: self.person.stage(self.workload) == stage, stage):
                return
        self.person.must(*words)

    def killed_while_soaking(self) -> None:
        """Kill the run that brings back what was written on the target; a soak is no stage."""
        words = self.person.moving(self.workload)
        for _ in range(3):
            if self._killed(words, lambda: self.person.held(self.workload), "soak"):
                break
        self.person.must(*words)

    def _killed(self, words: tuple[str, ...] | list[str], there: Callable[[], bool], stage: str) -> bool:
        """Whether it died with its phase under way: a short stage can be over before it is seen, or before the kill."""
        before, begun = self._epoch(), time.monotonic()
        run = self.person.begin(*words)
        # Until this run holds the move, the stage on record is that of the run that was killed before.
        if not run.comes_to(lambda: self._epoch() > before and there(), stage):
            sys.stderr.write(f"{self.workload}: {stage} was over before it was seen\n")
            return False
        time.sleep(HALF_WAY.get(stage, 0))
        ended = run.kill()
        self.waited += [line for line in run.lines if "sign of life" in line]
        phase, reached = self.person.phase(self.workload), self.person.stage(self.workload)
        told = f"{phase}: {stage}, was in {reached or 'none'}, {time.monotonic() - begun:.0f} s"
        sys.stderr.write(f"{self.workload}: {told}\n")
        if ended or phase not in {*WORKING, Phase.SOAKING}:
            return False
        self.died.append(told)
        return True

    def _epoch(self) -> int:
        move = self.person.move(self.workload)
        return -1 if move is None else move.epoch

    @property
    def id(self) -> str:
        move = self.person.move(self.workload)
        assert move is not None
        return move.id


def there_back_and_there_again(mover: Mover) -> Mover:
    person = mover.person
    mover.killed_in(MOVE, *person.moving(mover.workload))
    assert person.phase(mover.workload) == "ready"
    person.approve(mover.id)
    mover.killed_in(CUTOVER, "cutover", mover.id, f"--confirm={mover.id}")
    assert person.phase(mover.workload) == "soaking"
    mover.killed_while_soaking()
    mover.killed_in(ROLLBACK, "rollback", mover.id, f"--confirm={mover.id}")
    assert person.phase(mover.workload) == "rolled back"

    person.must(*person.moving(mover.workload))
    person.approve(mover.id)
    person.must("cutover", mover.id, f"--confirm={mover.id}")
    mover.killed_in(ACCEPT, *person.accepting(mover.id))
    assert person.phase(mover.workload) == "accepted"
    return mover


@pytest.mark.timeout(1200)
def test_killed_in_every_phase_both_workloads_at_once(person: Person) -> None:
    person.start_load("reports", "shared")
    movers = [Mover(person, DATABASE), Mover(person, DRIVE)]
    with ThreadPoolExecutor(2) as pool:
        for mover in pool.map(there_back_and_there_again, movers):
            assert {line.split(":")[0] for line in mover.died} == PHASES
            # Who comes right after a death is told what the wait is for, and how long it can take.
            assert any(f"{OPERATOR}@" in line and "its lease lapses in" in line for line in mover.waited)
    assert person.lost() == {"exit": 0, "lost": 0}
    assert person.residue() == []
    assert "The ledger holds" in person.must("evidence", "verify").out
