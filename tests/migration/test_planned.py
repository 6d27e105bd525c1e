"""What was decided of a workload, and which moves are against it."""

from datetime import UTC, datetime, timedelta

import pytest

from estate.errors import RefusedError
from estate.records.move import Move, Phase
from estate.records.plan import Plan, PlannedMove, Wave
from migration.planned import Decided, consult, outside_window, require

AT = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
FIRST, SECOND, STAYS = "db/postgres/reports", "files/files/shared", "db/postgres/old"
HOUR = timedelta(hours=1)


def plan(start: datetime | None = None, end: datetime | None = None) -> Plan:
    return Plan(
        id="plan",
        waves=(
            Wave(
                number=1,
                name="reports",
                moves=(
                    PlannedMove(workload=FIRST, target="new", how="decant"),
                    PlannedMove(workload="web/website/site", target="new"),
                ),
            ),
            Wave(
                number=2,
                name="drive",
                moves=(PlannedMove(workload=SECOND, target="new", how="decant"),),
                window_start=start,
                window_end=end,
            ),
        ),
        not_moving={STAYS: "archived by hand"},
        at=AT,
    )


def a_move(workload: str = SECOND, target: str = "new", phase: Phase = Phase.PLANNED) -> Move:
    server, kind, _ = workload.split("/")
    return Move(
        id="x",
        workload=workload,
        kind=kind,
        source=server,
        target=target,
        phase=phase,
        created_at=AT,
        changed_at=AT,
    )


def test_no_plan_is_said_and_stops_nothing() -> None:
    said = consult(Decided(), a_move(), [], AT)
    assert (said.says, said.against, said.warnings) == (("there is no plan",), (), ())


def test_its_wave_and_target_are_said() -> None:
    said = consult(Decided(plan()), a_move(FIRST), [], AT)
    assert (said.says, said.against, said.warnings) == (("wave 1 (reports), to new",), (), ())


def test_what_does_not_move_goes_elsewhere_or_is_of_a_server_that_stays_is_against_it() -> None:
    assert consult(Decided(plan()), a_move(STAYS), [], AT).against == (
        "the plan does not move it: archived by hand",
    )
    assert consult(Decided(plan()), a_move(FIRST, "other"), [], AT).against == ("the plan moves it to new",)
    retired = Decided(plan(), {"db": "ann decided that it is to retire: unused"})
    assert consult(retired, a_move(FIRST), [], AT).against == ("db: ann decided that it is to retire: unused",)
    assert consult(retired, a_move(SECOND), [], AT).against == ()


def test_what_the_plan_does_not_know_is_only_warned_of() -> None:
    said = consult(Decided(plan()), a_move("db/postgres/newer"), [], AT)
    assert said.against == ()
    assert said.warnings == ("the plan does not know it yet: run `decant plan`",)


def test_out_of_order_is_warned_of_until_the_earlier_ones_serve_there() -> None:
    early = consult(Decided(plan()), a_move(), [a_move(FIRST, phase=Phase.READY)], AT)
    assert early.against == ()
    assert early.warnings[0] == f"out of order: not cut over yet of earlier waves: {FIRST}"
    assert "1 workload of earlier waves move without Decant" in early.warnings[1]
    later = consult(Decided(plan()), a_move(), [a_move(FIRST, phase=Phase.SOAKING)], AT)
    assert [line for line in later.warnings if "out of order" in line] == []


@pytest.mark.parametrize(
    ("start", "end", "outside"),
    [
        (None, None, False),
        (AT - HOUR, AT + HOUR, False),
        (AT - HOUR, None, False),
        (AT + HOUR, AT + 2 * HOUR, True),
        (AT - 2 * HOUR, AT - HOUR, True),
    ],
)
def test_a_window_binds_the_cutover_and_only_warns_the_copy(
    start: datetime | None, end: datetime | None, outside: bool
) -> None:
    decided = Decided(plan(start, end))
    assert bool(outside_window(decided, SECOND, AT)) is outside
    said = consult(decided, a_move(), [], AT)
    assert said.against == ()
    assert any("the cutover waits for the window" in line for line in said.warnings) is outside
    assert outside_window(decided, FIRST, AT) == ""


def test_a_window_is_said_in_the_councils_time() -> None:
    said = outside_window(Decided(plan(AT + HOUR, AT + 2 * HOUR)), SECOND, AT)
    assert said == "the window of wave 2 is from 22 November 2026, 21:00 until 22 November 2026, 22:00"


def test_a_reason_lets_it_pass_and_nothing_else_does() -> None:
    require("moving x", (), "")
    require("moving x", ("the plan moves it to new",), "the chief asked")
    with pytest.raises(RefusedError, match="the plan moves it to new") as refused:
        require("moving x", ("the plan moves it to new",), "  ")
    assert "--against-plan REASON" in refused.value.remedy
