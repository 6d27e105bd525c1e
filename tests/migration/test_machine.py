from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from estate.errors import DecantError, RefusedError
from estate.records.move import ENDED, Move, Phase
from migration import machine
from migration.machine import ADMITTED, TRANSITIONS, WORKING, Command
from migration.phases import PROGRAMS

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MOVE = Move(
    id="m_1", workload="db/postgres/m", kind="postgres", source="db", target="new", created_at=AT, changed_at=AT
)
phases = st.sampled_from(list(Phase))


def test_every_phase_has_its_place() -> None:
    assert set(TRANSITIONS) == set(Phase)
    assert set(PROGRAMS) == WORKING
    assert {phase for phase, after in TRANSITIONS.items() if not after} == ENDED


def test_every_phase_can_be_reached_and_can_come_to_an_end() -> None:
    def reached(start: set[Phase]) -> set[Phase]:
        found = set(start)
        while more := {after for phase in found for after in TRANSITIONS[phase]} - found:
            found |= more
        return found

    assert reached({Phase.PLANNED}) == set(Phase)
    for phase in Phase:
        assert reached({phase}) & ENDED


@given(phases, phases, st.sampled_from(["source", "target"]))
def test_a_step_is_allowed_or_refused_and_nothing_else(here: Phase, there: Phase, serving: str) -> None:
    move = MOVE.model_copy(update={"phase": here, "serving": serving})
    wrong_side = (there, serving) in {(Phase.CANCELLING, "target"), (Phase.ROLLING_BACK, "source")}
    if there in TRANSITIONS[here] and not wrong_side:
        assert machine.step(move, there) is there
    else:
        with pytest.raises(DecantError):
            machine.step(move, there)


@given(phases, st.sampled_from(list(Command)))
def test_a_refused_command_says_what_would_go_on(here: Phase, command: Command) -> None:
    move = MOVE.model_copy(update={"phase": here})
    too_early = (here, command) == (Phase.CUTTING_OVER, Command.ROLLBACK)  # its source serves
    if here in ADMITTED[command] and not too_early:
        machine.admit(move, command)
        return
    with pytest.raises(RefusedError, match=r"go on with `decant "):
        machine.admit(move, command)


@given(phases)
def test_a_move_that_has_not_ended_can_always_be_gone_on_with(here: Phase) -> None:
    admitted = [command for command in Command if here in ADMITTED[command]]
    assert bool(admitted) == (here not in ENDED)


def test_nothing_is_cancelled_once_the_target_serves() -> None:
    late = MOVE.model_copy(update={"phase": Phase.CUTTING_OVER, "serving": "target"})
    with pytest.raises(RefusedError, match=r"its target serves.*decant cutover"):
        machine.admit(late, Command.CANCEL)


def test_from_a_cutover_whose_target_serves_there_is_a_way_back_and_a_way_on() -> None:
    late = MOVE.model_copy(update={"phase": Phase.CUTTING_OVER, "serving": "target"})
    machine.admit(late, Command.ROLLBACK)
    machine.admit(late, Command.CUTOVER)
    assert machine.next_command(late) == "`decant cutover m_1` or `decant rollback m_1`"


def test_who_waits_for_approval_is_told_so() -> None:
    ready = MOVE.model_copy(update={"phase": Phase.READY})
    assert machine.next_command(ready) == "`decant approve m_1`"
    assert machine.next_command(ready.model_copy(update={"approved_by": "bob"})) == "`decant cutover m_1`"


class Life(RuleBasedStateMachine):
    """Any walk through the machine, with the switch where the phases put it: it is always said who serves."""

    def __init__(self) -> None:
        super().__init__()
        self.move = MOVE

    def go(self, to: Phase, **changes: object) -> None:
        self.move = self.move.model_copy(update={"phase": machine.step(self.move, to), **changes})

    @rule(data=st.data())
    @precondition(lambda self: self.move.phase not in {*ENDED, Phase.CUTTING_OVER, Phase.ROLLING_BACK})
    def walk(self, data: st.DataObject) -> None:
        self.go(data.draw(st.sampled_from(sorted(TRANSITIONS[self.move.phase]))))

    @rule(command=st.sampled_from(list(Command)))
    @precondition(lambda self: self.move.phase in ENDED)
    def rest(self, command: Command) -> None:
        with pytest.raises(RefusedError):
            machine.admit(self.move, command)

    @rule()
    @precondition(lambda self: self.move.phase is Phase.CUTTING_OVER)
    def take_over(self) -> None:
        self.go(Phase.SOAKING, serving="target")

    @rule()
    @precondition(lambda self: self.move.phase is Phase.CUTTING_OVER)
    def go_back_from_a_target_that_took_over(self) -> None:
        self.move = self.move.model_copy(update={"serving": "target"})
        self.go(Phase.ROLLING_BACK)

    @rule(to=st.sampled_from([Phase.READY, Phase.PLANNED, Phase.CANCELLING]))
    @precondition(lambda self: self.move.phase is Phase.CUTTING_OVER)
    def give_up_cutover(self, to: Phase) -> None:
        self.go(to)

    @rule()
    @precondition(lambda self: self.move.phase is Phase.ROLLING_BACK)
    def give_back(self) -> None:
        self.go(Phase.ROLLED_BACK, serving="source")

    @rule(to=st.sampled_from([Phase.SOAKING, Phase.BROKEN]))
    @precondition(lambda self: self.move.phase is Phase.ROLLING_BACK)
    def give_up_rollback(self, to: Phase) -> None:
        self.go(to)

    @invariant()
    def the_side_that_serves_is_the_one_that_the_phase_says(self) -> None:
        target = {Phase.SOAKING, Phase.BROKEN, Phase.ACCEPTING, Phase.ACCEPTED, Phase.ROLLING_BACK}
        assert (self.move.serving == "target") == (self.move.phase in target)

    @invariant()
    def there_is_always_a_next_command(self) -> None:
        assert self.move.id in machine.next_command(self.move) or "decant move " in machine.next_command(self.move)


TestLife = Life.TestCase
