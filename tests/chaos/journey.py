"""Takes one workload through every phase of its moves, and has faults strike on the way."""

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from estate.records.move import Move, Phase
from tests.chaos.faults import Fault, Scene
from tests.chaos.points import POINTS, READY, SOAKING, Point
from tests.chaos.table import Cell
from tests.decant.face import Said
from tests.journey.person import DATABASE, DRIVE, Run, one_sentence

WORKLOADS = {"postgres": DATABASE, "files": DRIVE}
STREAMS = {"postgres": "reports", "files": "shared"}
BEFORE = (Phase.PLANNED, Phase.PREPARING, Phase.SEEDING, Phase.SYNCING)
ENDED = (Phase.ROLLED_BACK, Phase.CANCELLED)
TRIES = 8
"""Runs, one after the other, in which a goal must be come to once every fault is over."""
MISSES = 4
"""Times that a point may be over before it was seen; the journey then goes back and comes to it again."""
AT_REST = 6.0
"""Seconds that a fault lasts at the most where nothing of Decant is at work."""
WAKE = 2.0
"""Seconds that a second worker has been at work when the first one is woken."""
CLEAN = frozenset({1, 3, 4})
"""How a run may end that a fault befell."""


class Journey:
    """`plan` says which fault strikes at which point. A scene's writer must be at work."""

    def __init__(self, scene: Scene, kind: str, plan: Mapping[Point, Fault]) -> None:
        self.scene = scene
        self.kind = kind
        self.plan = plan
        self.cells: list[Cell] = []
        self.workload = WORKLOADS[kind]
        self._struck: dict[Point, str] = {}
        self._asleep: list[Run] = []

    def run(self) -> list[Cell]:
        """There, back, cancelled, and there for good: as much of it as the plan asks for."""
        for goal in (Phase.READY, Phase.SOAKING, Phase.ROLLED_BACK, Phase.CANCELLED, Phase.ACCEPTED):
            points = [one for one in POINTS if one in self.plan and one.goal is goal]
            if not points:
                continue
            working = [one for one in points if not one.at_rest and one is not SOAKING]
            if working:
                self._through(working, goal)
            if READY in points:
                self._rest()
            if SOAKING in points:
                self._soak()
            self._measure()
        return self.cells

    def end(self) -> None:
        """Bring the move to an end that leaves the source serving, where it has come to none."""
        if self._phase() in {None, *ENDED, Phase.ACCEPTED}:
            return
        self.to(Phase.ROLLED_BACK if self._move.serving == "target" else Phase.CANCELLED)

    @property
    def _move(self) -> Move:
        move = self.scene.person.move(self.workload)
        assert move is not None
        return move

    def _phase(self) -> Phase | None:
        move = self.scene.person.move(self.workload)
        return None if move is None else move.phase

    def _epoch(self) -> tuple[str, int]:
        move = self.scene.person.move(self.workload)
        return ("", -1) if move is None else (move.id, move.epoch)

    def _words(self, goal: Phase) -> list[str] | None:
        """What is to be typed next on the way to `goal`; None where it is come to."""
        person, phase = self.scene.person, self._phase()
        if phase is goal:
            return None
        if phase in {None, *ENDED, *BEFORE}:
            return person.moving(self.workload)
        move = self._move.id
        if goal is Phase.CANCELLED:
            return ["cancel", move, "--yes"]
        if phase in {Phase.READY, Phase.CUTTING_OVER}:
            if phase is Phase.READY:
                person.approve(move)
            return ["cutover", move, f"--confirm={move}"]
        if phase is Phase.ACCEPTING or goal is Phase.ACCEPTED:
            return person.accepting(move)
        return ["rollback", move, f"--confirm={move}"]

    def to(self, goal: Phase) -> None:
        """Come to `goal` with no fault any more: each run ends well, or cleanly."""
        for _ in range(TRIES):
            words = self._words(goal)
            if words is None:
                return
            self._clean(self.scene.person.says(*words), words)
        raise AssertionError(f"{self.workload} never came to {goal}: it is {self._phase()}")

    def _clean(self, said: Said, words: Sequence[str]) -> str:
        """How a run ended that a fault may have befallen."""
        if said.code == 0:
            return "went on"
        assert said.code in CLEAN, f"{words}: {said.code}: {said.err}"
        self._note(f"{words[0]} ended with {said.code}: {one_sentence(said)}")
        return f"exit {said.code}"

    def _through(self, points: Sequence[Point], goal: Phase) -> None:
        """Come to `goal`, each point struck on the way; go back for one that was over before it was seen."""
        left = list(points)
        for _ in range(TRIES + MISSES):
            if not left:
                self.to(goal)
                return
            self._near(left[0])
            words = self._words(goal)
            assert words is not None
            self._attempt(left, words)
        raise AssertionError(f"{self.workload}: {left[0].name} was never seen: it is {self._phase()}")

    def _near(self, point: Point) -> None:
        """Come to the state from which a command leads to `point`."""
        phase = self._phase()
        if phase is Phase.READY and point.goal is Phase.READY:
            self.to(Phase.CANCELLED)
        if point.goal in {Phase.READY, Phase.ACCEPTED} and phase is not Phase.SOAKING:
            return
        if point.goal is Phase.SOAKING and phase is Phase.SOAKING:
            self.to(Phase.ROLLED_BACK)
        if point.goal in {Phase.SOAKING, Phase.CANCELLED} and self._phase() in {None, *ENDED, *BEFORE}:
            self.to(Phase.READY)
        if point.goal in {Phase.ROLLED_BACK, Phase.ACCEPTED} and phase not in {
            Phase.SOAKING,
            Phase.BROKEN,
            Phase.ROLLING_BACK,
            Phase.ACCEPTING,
        }:
            self.to(Phase.SOAKING)

    def _attempt(self, left: list[Point], words: Sequence[str]) -> None:
        """One command, struck at one point after the other, until it ends."""
        before = self._epoch()
        run = self.scene.person.begin(*words)
        struck: list[Point] = []
        ended = ""
        while left and not ended:
            if not self._comes_to(run, left[0], before):
                break
            struck.append(point := left.pop(0))
            run, ended = self._strike(point, run, words, left)
        ended = ended or self._clean(run.end(), words)
        self._wake()
        for point in struck:
            self._struck[point] = self._struck.get(point) or ended

    def _comes_to(self, run: Run, point: Point, before: tuple[str, int]) -> bool:
        """Whether a run has come to `point` and is stopped there, before it does the next thing."""
        person = self.scene.person

        def there() -> bool:
            return self._epoch() != before and point.reached(
                person.move(self.workload), lambda: person.stage(self.workload)
            )

        while run.process.poll() is None:
            if there():
                run.process.send_signal(signal.SIGSTOP)
                if there() and run.process.poll() is None:
                    return True
                run.process.send_signal(signal.SIGCONT)
            time.sleep(0.005)
        return False

    def _strike(self, point: Point, run: Run, words: Sequence[str], left: Sequence[Point]) -> tuple[Run, str]:
        """What befalls the run that is stopped at `point`; the run that is at work then, and how it ended if it has."""
        fault, person = self.plan[point], self.scene.person
        self._note(f"{fault.name} while {point.name} ({person.stage(self.workload) or 'held'})")
        if fault.worker == "killed":
            run.process.kill()
            run.end()
            return run, "killed"
        if fault.worker == "frozen":
            before = self._epoch()
            second = person.begin(*words)
            self._until(lambda: self._epoch() != before or second.process.poll() is not None, "taken over")
            time.sleep(WAKE)
            self._asleep.append(run)
            run.process.send_signal(signal.SIGCONT)
            self._struck[point] = "taken over"
            return second, ""
        fault.begin(self.scene)
        try:
            run.process.send_signal(signal.SIGCONT)
            end = time.monotonic() + fault.lasts
            while run.process.poll() is None and time.monotonic() < end:
                if (
                    left
                    and fault.lasts > AT_REST
                    and fault.needs != "server"  # what tells where the move is, is away
                    and left[0].reached(person.move(self.workload), lambda: person.stage(self.workload))
                ):
                    break
                time.sleep(0.01)
        finally:
            fault.end(self.scene)
        return run, ""

    def _wake(self) -> None:
        """See that a worker that was frozen and woken ends cleanly: another one has the move."""
        while self._asleep:
            run = self._asleep.pop()
            said = run.end()
            assert said.code == 4, f"{run.words}: {said.code}: {said.err}"
            self._note(f"the one that was woken ended with {said.code}: {one_sentence(said)}")

    def _rest(self) -> None:
        """A move that is ready, and nobody at work."""
        self.to(Phase.READY)
        self._befall(READY)

    def _soak(self) -> None:
        """A move that soaks, while a run brings back what was written and people write."""
        self.to(Phase.SOAKING)
        fault = self.plan[SOAKING]
        words = self.scene.person.moving(self.workload)
        before = self._epoch()
        run = self.scene.person.begin(*words)
        if self._comes_to(run, SOAKING, before):
            run, ended = self._strike(SOAKING, run, words, [])
            ended = ended or self._clean(run.end(), words)
            self._wake()
            self._struck[SOAKING] = self._struck.get(SOAKING) or ended
        else:
            self._clean(run.end(), words)
            assert not fault.worker, "the run that brings back was over before it was seen"
            self._befall(SOAKING)
        for _ in range(TRIES):
            if self.scene.person.says(*words).code == 0:
                break
        shown = self.scene.person.must("moves", "--json").json["moves"]
        [told] = [one for one in shown if one["id"] == self._move.id]
        assert told["phase"] == "soaking", told

    def _befall(self, point: Point) -> None:
        fault = self.plan[point]
        self._note(f"{fault.name} while {point.name}")
        fault.begin(self.scene)
        time.sleep(min(fault.lasts, AT_REST))
        fault.end(self.scene)
        self._struck[point] = "at rest"

    def _measure(self) -> None:
        """See what was lost, what the two sides are, and what is left, wherever the move has come to now."""
        person, phase = self.scene.person, self._phase()
        time.sleep(1.0)
        said = person.written()
        lost = int(said["lost"])
        if phase in {Phase.SOAKING, *ENDED, Phase.ACCEPTED} and phase is not Phase.CANCELLED:
            assert self._move.verified, f"{self._move.id} was not found equal"
        if phase in {*ENDED, Phase.ACCEPTED}:
            assert person.residue() == []
        for point, ended in self._struck.items():
            self.cells.append(Cell(self.kind, self.plan[point].name, point.name, ended, lost))
        self._struck.clear()
        assert lost == 0, said

    def _until(self, true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{self.workload} was not {what} within {seconds:g} s"
            time.sleep(0.02)

    def _note(self, text: str) -> None:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.kind}: {text}\n")
