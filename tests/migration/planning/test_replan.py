"""Planning anew keeps what runs, what is done and what a person pinned; a person's plan is held against the rules."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from estate.records.move import Phase
from estate.records.plan import Plan, Reached
from migration.plan_file import load, render, said_of
from migration.planning.asked import Given
from migration.planning.edited import judge
from migration.planning.kept import MOVED_OUTSIDE
from migration.planning.measured import Finished, Paces
from tests.migration.planning.small import AT, FIRST, NIGHTS, SECOND, THIRD, a_move, days, estate, uses
from tests.migration.proposing import given, planned

ONE_EACH = {"window": NIGHTS, "pilot": {"wanted": False}, "capacity": {"workloads": 1}}
HELD = estate("a", "b", "c")


def first_plan() -> Plan:
    plan, _ = planned(
        given(HELD, AT, {**ONE_EACH, "before": [{"first": "c", "then": "b"}, {"first": "b", "then": "a"}]})
    )
    assert days(plan) == {"c": FIRST, "b": SECOND, "a": THIRD}
    return plan


def again(before: Plan, weeks: int = 0, planning: dict[str, Any] | None = None, **more: Any) -> Plan:
    about = given(HELD, AT + timedelta(weeks=weeks), planning or ONE_EACH, before=before, **more)
    return planned(about)[0]


def pinned(plan: Plan, workload: str) -> Plan:
    waves = tuple(
        wave.model_copy(
            update={
                "moves": tuple(
                    move.model_copy(update={"pinned": move.pinned or move.workload == workload})
                    for move in wave.moves
                )
            }
        )
        for wave in plan.waves
    )
    return plan.model_copy(update={"waves": waves})


def test_a_plan_that_is_as_good_stays_as_it_is() -> None:
    plan = first_plan()
    assert days(again(plan)) == days(plan)
    roomy = again(plan, planning={**ONE_EACH, "capacity": {"workloads": 6}})
    assert set(days(roomy).values()) == {FIRST}


def test_what_a_person_pinned_stays_on_its_day_and_pinned() -> None:
    plan = again(pinned(first_plan(), "a/postgres/x"), planning={**ONE_EACH, "capacity": {"workloads": 6}})
    assert days(plan) == {"a": THIRD, "b": FIRST, "c": FIRST}
    assert [move.pinned for wave in plan.waves for move in wave.moves if move.workload[0] == "a"] == [True]


def test_a_pin_on_a_day_that_is_past_is_planned_anew_and_said() -> None:
    about = given(HELD, AT + timedelta(weeks=2), ONE_EACH, before=pinned(first_plan(), "c/postgres/x"))
    plan, asked = planned(about)
    assert days(plan)["c"] != FIRST
    assert any("c/postgres/x is pinned in wave 1, which was for 28 November 2026" in note for note in asked.notes)


def test_what_is_done_stays_in_its_wave_and_the_rest_of_the_wave_is_planned_anew() -> None:
    plan = again(first_plan(), weeks=2, moves=[a_move("c/postgres/x", Phase.ACCEPTED)])
    assert plan.waves[0].expected == FIRST
    assert [(move.workload, move.state) for move in plan.waves[0].moves] == [("c/postgres/x", "done")]
    assert days(plan) == {"c": FIRST, "a": THIRD, "b": THIRD + timedelta(weeks=1)} or days(plan) == {
        "c": FIRST,
        "b": THIRD,
        "a": THIRD + timedelta(weeks=1),
    }


def test_what_runs_stays_on_its_day_with_its_target() -> None:
    plan = first_plan()
    running = again(
        plan, planning={**ONE_EACH, "capacity": {"workloads": 6}}, moves=[a_move("a/postgres/x", Phase.SEEDING)]
    )
    assert days(running) == {"a": THIRD, "b": FIRST, "c": FIRST}
    assert [m.state for wave in running.waves for m in wave.moves if m.workload == "a/postgres/x"] == ["running"]
    rolled_back = again(
        plan,
        planning={**ONE_EACH, "capacity": {"workloads": 6}},
        moves=[a_move("a/postgres/x", Phase.ROLLED_BACK)],
    )
    assert set(days(rolled_back).values()) == {FIRST}


def test_what_runs_on_a_day_that_is_no_window_any_more_keeps_it_alone() -> None:
    sundays = {**ONE_EACH, "window": [{"every": "Sunday", "start": "10:00", "end": "18:00"}]}
    plan = again(first_plan(), planning=sundays, moves=[a_move("a/postgres/x", Phase.READY)])
    assert days(plan)["a"] == THIRD
    # Today is a Sunday.
    assert {days(plan)["b"], days(plan)["c"]} == {AT.date(), FIRST + timedelta(days=1)}


def test_what_moved_outside_of_any_plan_is_a_wave_of_its_own() -> None:
    about = given(HELD, AT, ONE_EACH, moves=[a_move("b/postgres/x", Phase.SOAKING)])
    plan, _ = planned(about)
    assert plan.waves[0].name == MOVED_OUTSIDE
    assert [(move.workload, move.target) for move in plan.waves[0].moves] == [("b/postgres/x", "new")]
    assert plan.waves[0].expected is None


def test_there_is_no_pilot_once_something_has_moved() -> None:
    rules = {**ONE_EACH, "pilot": {"low_risk": ["a"]}}
    before, _ = planned(given(HELD, AT, rules))
    assert before.waves[0].pilot
    after, _ = planned(given(HELD, AT, rules, moves=[a_move("b/postgres/x", Phase.SOAKING)]))
    assert not any(wave.pilot for wave in after.waves)


def test_the_file_reads_back_with_days_pilot_pins_and_states(tmp_path: Path) -> None:
    plan = pinned(first_plan(), "a/postgres/x")
    plan = plan.model_copy(update={"changes": ("a: later",)})
    path = tmp_path / "plan.toml"
    path.write_text(render(plan))
    found, _ = load(path, HELD, AT, {"b/postgres/x": "running"})
    expected = [
        (wave.expected, wave.window_start, move.pinned, move.workload == "b/postgres/x")
        for wave in plan.waves
        for move in wave.moves
    ]
    assert [
        (wave.expected, wave.window_start, move.pinned, move.state == "running")
        for wave in found.waves
        for move in wave.moves
    ] == expected
    assert found.changes == plan.changes


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (None, "3 links"),
        (3.0, "3 links, and no plan has less"),
        (2.2, "no plan has less"),
        (1.0, "any plan has at least 1"),
    ],
)
def test_how_good_a_plan_is_is_said_as_far_as_it_was_proved(bound: float | None, words: str) -> None:
    assert said_of(Reached(objective="cut", value=3, bound=bound)).endswith(words)


def edited(text: str, tmp_path: Path, about: Given) -> tuple[str, ...]:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    plan, _ = load(path, about.estate, AT)
    return judge(replace(about, before=plan), plan).warnings


def wave(day: date | None, *servers: str) -> str:
    expected = f"expected = {day}\n" if day else ""
    moves = "".join(f'[[wave.move]]\nworkload = "{name}/postgres/x"\n' for name in servers)
    return f"[[wave]]\n{expected}{moves}"


@pytest.mark.parametrize(
    ("text", "rules", "message"),
    [
        (wave(FIRST, "a", "b", "c"), {}, "no window holds more than 1 workload"),
        (wave(FIRST, "a") + wave(SECOND, "b"), {"before": [{"first": "b", "then": "a"}]}, "x-b moves before x-a"),
        (wave(SECOND, "a"), {"deadline": [{"server": "a", "day": FIRST, "hard": True}]}, "x leaves a by"),
        (wave(FIRST, "a"), {"blackout": [{"name": "Elections", "first": FIRST, "last": FIRST}]}, "(Elections)"),
        (wave(FIRST, "a"), {"pin": [{"of": "a", "day": SECOND}]}, "x moves on 5 December 2026"),
        (wave(date(2026, 12, 1), "a"), {}, "wave 1 is planned for 1 December 2026, which is no window"),
        (wave(None, "a"), {}, "wave 1 has no day"),
    ],
)
def test_a_person_s_plan_that_breaks_a_rule_is_warned_of(
    tmp_path: Path, text: str, rules: dict[str, Any], message: str
) -> None:
    warnings = edited(text, tmp_path, given(HELD, AT, {**ONE_EACH, **rules}))
    assert any(message in one for one in warnings), warnings


def test_a_person_s_plan_that_keeps_the_rules_is_measured(tmp_path: Path) -> None:
    held = estate("a", "b", "c", talk=[uses("a", "c"), uses("b", "c")])
    about = given(held, AT, ONE_EACH)
    assert edited(wave(FIRST, "a") + wave(SECOND, "b") + wave(THIRD, "c"), tmp_path, about) == ()
    plan, _ = load(tmp_path / "plan.toml", held, AT)
    assert {one.objective: one.value for one in judge(about, plan).reached} == {
        "lateness": 0,
        "exposure": 0,
        "dual running": 0,
        "cut": 2,
    }


def test_what_was_measured_comes_before_what_is_supposed() -> None:
    about = given(HELD, AT)
    supposed = Paces(about.planning, ()).of("postgres")
    assert (supposed.minutes, supposed.source) == (
        30,
        "minutes supposed in [effort], rate supposed in [durations]",
    )
    finished = [
        Finished("m1", "postgres", 10**9, 10.0, 61.0),
        Finished("m2", "postgres", 10**9, 30.0, 20.0),
        Finished("m3", "files", 10**9, 1.0, 600.0),
        Finished("m4", "postgres", 5, 20.0, None),
    ]
    measured = Paces(about.planning, finished).of("postgres")
    assert (measured.minutes, measured.bytes_a_second) == (2, 2 * 10**9 / 40)
    assert measured.source == "the longest freeze of 2 finished moves, the rate of 2 first copies"
