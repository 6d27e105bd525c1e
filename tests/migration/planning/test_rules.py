"""Each rule of planning.toml is kept by the plan that comes of it, or said to be impossible."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from estate.errors import UsageError
from estate.records.cost import Amount, CostLine, Costs
from estate.records.move import Phase
from estate.records.observation import Outcome
from estate.records.personal import PersonalData
from estate.records.plan import Plan, PlannedMove, Wave
from estate.records.workload import Workload
from migration.plan import Estate
from migration.planning.answers import answer, mended
from migration.planning.asked import Asked
from migration.planning.asking import ask
from migration.planning.evaluation import broken
from migration.planning.outcome import plan_of
from tests.migration.planning.small import (
    AT,
    FIRST,
    NIGHTS,
    SECOND,
    THIRD,
    a_move,
    database,
    days,
    estate,
    server,
    supported,
    uses,
)
from tests.migration.proposing import given, planned

NO_PILOT = {"window": NIGHTS, "pilot": {"wanted": False}}


def made(held: Estate, _more: dict[str, Any] | None = None, **planning: Any) -> tuple[Plan, Asked]:
    rules = {**NO_PILOT, **planning}
    return planned(given(held, AT, rules, **(_more or {})))


def test_windows_that_are_given_bind_and_supposed_ones_do_not() -> None:
    plan, asked = made(estate("a"))
    assert plan.waves[0].expected == FIRST
    assert plan.waves[0].window_start is not None
    assert plan.waves[0].window_end is not None
    assert not asked.supposed
    indicative, asked = made(estate("a"), window=[])
    assert indicative.waves[0].expected == date(2026, 12, 26)
    assert indicative.waves[0].window_start is None
    assert asked.supposed


def test_no_window_holds_more_workloads_than_it_may() -> None:
    plan, _ = made(estate("a", "b", "c"), capacity={"workloads": 1})
    assert sorted(days(plan).values()) == [FIRST, SECOND, THIRD]


def test_a_system_that_is_larger_than_a_window_has_one_of_its_own() -> None:
    held = [database("a", str(number), system="pay") for number in range(4)]
    whole = Estate([server("a"), server("b")], [*held, database("b")], [], [supported("a"), supported("b")])
    plan, _ = made(whole, capacity={"workloads": 3})
    assert sorted(len(wave.moves) for wave in plan.waves) == [1, 4]


def test_the_link_limits_what_goes_over_it_in_a_window() -> None:
    gib = 1 << 30
    workloads = [database(name, bytes=20 * gib) for name in "abc"]
    whole = Estate([server(name) for name in "abc"], workloads, [], [supported(name) for name in "abc"])
    # 10 hours of half of 20 Mbit/s: 45 GB, so two of 20 GiB and not three.
    plan, asked = made(whole, link={"megabits": 20, "usable": 0.5})
    assert sorted(days(plan).values()) == [FIRST, FIRST, SECOND]
    assert asked.problem is not None
    (limit,) = [one for one in asked.problem.constraints if one.id == "capacity:mebibytes"]
    assert vars(limit)["most"][FIRST.isoformat()] == 45 * 10**9 // 2**20


def test_what_decant_moves_goes_beforehand_but_for_a_share() -> None:
    whole = Estate([server("a")], [database("a", bytes=100 << 30)], [], [supported("a")], ("postgres",))
    _, asked = made(whole, durations={"share_in_window": 0.01})
    assert asked.problem is not None
    assert asked.problem.jobs[0].mebibytes == 1024


def test_people_limit_by_skill_and_days_away() -> None:
    person = {"name": "A", "skill": "databases", "hours_a_window": 4, "away": [{"first": FIRST, "last": FIRST}]}
    plan, _ = made(estate("a", "b", "c"), person=[person])
    assert sorted(days(plan).values()) == [SECOND, SECOND, THIRD]


def test_hours_of_a_month_are_a_limit_of_the_month_and_not_of_each_window() -> None:
    # Two databases of two hours each fill the month, in one night or in two: a third waits for the next month.
    person = {"name": "A", "skill": "databases", "hours_a_window": 4, "hours_a_month": 4}
    after = [{"of": name, "day": SECOND} for name in "abc"]
    plan, asked = made(estate("a", "b", "c"), person=[person], earliest=after)
    assert sorted(days(plan).values()) == [SECOND, SECOND, date(2027, 1, 2)]
    assert asked.problem is not None
    (december,) = [one for one in asked.problem.constraints if one.id == "people:databases:2026-12"]
    assert december.words == "people for databases have 4 hours in December 2026"
    by = [{"server": name, "day": date(2026, 12, 31), "hard": True} for name in "abc"]
    found = answer(
        ask(given(estate("a", "b", "c"), AT, {**NO_PILOT, "person": [person], "deadline": by, "earliest": after}))
    )
    assert found.impossible is not None
    assert december.words in {one.words for held in found.impossible.conflicts for one in held}


def test_windows_after_the_horizon_are_thought_of_before_very_many_moves_in_one_night() -> None:
    rules = {**NO_PILOT, "horizon_months": 1, "capacity": {"workloads": 1}}
    about = given(estate(*"abcdef"), AT, rules)
    asked = ask(about)
    found = answer(asked)
    assert found.impossible is not None
    (held,) = found.impossible.conflicts
    assert [one.words for one in held] == [
        "no window holds more than 1 workload",
        "nothing is planned after 22 December 2026 (horizon_months = 1)",
    ]
    assert [one.words for one in found.impossible.changes] == [
        "nothing is planned after 22 December 2026 (horizon_months = 1): open 2026-12-26, 2027-01-02"
    ]
    plan = plan_of(about, asked, mended(found.impossible).schedule)
    assert sorted(days(plan).values())[-1] == date(2027, 1, 2)
    due = [{"server": name, "day": date(2026, 12, 20), "hard": True} for name in "abcdef"]
    found = answer(ask(given(estate(*"abcdef"), AT, {**rules, "deadline": due})))
    assert found.impossible is not None
    assert "nothing is planned" not in " ".join(one.words for one in found.impossible.changes)


def test_hours_of_one_who_has_as_many_as_it_takes_are_not_lent_to_another_night() -> None:
    people = [
        {"name": "A", "skill": "databases", "hours_a_window": 2, "hours_a_month": 2},
        {"name": "B", "skill": "databases", "hours_a_window": 2},
    ]
    # In December, A has one night and B four: three databases in two nights, though the month holds five.
    plan, _ = made(
        estate("a", "b", "c", "d"),
        person=people,
        earliest=[{"of": name, "day": SECOND} for name in "abcd"],
        deadline=[{"server": name, "day": date(2026, 12, 20), "hard": True} for name in "abcd"],
    )
    assert sorted(days(plan).values()) == [SECOND, SECOND, THIRD, date(2026, 12, 19)]


def test_a_blackout_closes_windows_for_everybody_or_for_one_partner() -> None:
    both = estate("a", "b", a={"authority": "Shire"})
    blackout = {"name": "Elections", "first": FIRST, "last": FIRST}
    plan, _ = made(both, blackout=[blackout])
    assert set(days(plan).values()) == {SECOND}
    plan, _ = made(both, blackout=[{**blackout, "partner": "Shire"}], partner=[{"name": "Shire"}])
    assert days(plan) == {"a": SECOND, "b": FIRST}


def test_a_partner_has_dates_and_windows_of_its_own() -> None:
    both = estate("a", "b", a={"authority": "Shire"})
    plan, _ = made(both, partner=[{"name": "Shire", "earliest": SECOND}])
    assert days(plan) == {"a": SECOND, "b": FIRST}
    plan, _ = made(both, partner=[{"name": "Shire", "only": [THIRD]}])
    assert days(plan) == {"a": THIRD, "b": FIRST}
    with pytest.raises(UsageError, match="there is no window on 1 December 2026"):
        made(both, partner=[{"name": "Shire", "only": [date(2026, 12, 1)]}])


def test_order_earliest_and_pins_are_kept() -> None:
    plan, _ = made(estate("a", "b"), before=[{"first": "b", "then": "a"}])
    assert days(plan) == {"b": FIRST, "a": SECOND}
    plan, _ = made(estate("a", "b"), pin=[{"of": "a/postgres/x", "day": THIRD}])
    assert days(plan) == {"a": THIRD, "b": FIRST}
    plan, _ = made(estate("a"), earliest=[{"of": "a", "day": date(2026, 12, 6)}])
    assert days(plan) == {"a": THIRD}


def test_a_contract_s_end_is_minimised_and_a_hard_one_is_a_rule() -> None:
    held = estate("a", "b", a={"contract_end": date(2026, 12, 1)}, b={"contract_end": date(2026, 12, 1)})
    plan, _ = made(held, capacity={"workloads": 1})
    assert {one.objective: one.value for one in plan.reached}["lateness"] == (SECOND - date(2026, 12, 1)).days
    hard = {
        "capacity": {"workloads": 1},
        "deadline": [{"server": "a", "hard": True}, {"server": "b", "hard": True}],
    }
    plan, asked = made(held, **hard)
    assert plan.waves == ()
    found = answer(asked, 10)
    assert found.impossible is not None
    (conflict,) = found.impossible.conflicts
    words = " / ".join(one.words for one in conflict)
    assert "x-a leaves a by 1 December 2026" in words
    assert "no window holds more than 1 workload" in words


def test_the_least_change_yields_a_plan_that_says_what_was_changed() -> None:
    held = estate("a", a={"contract_end": date(2026, 11, 24)})
    about = given(
        held, AT, {"window": NIGHTS, "deadline": [{"server": "a", "hard": True}], "pilot": {"wanted": False}}
    )
    asked = ask(about)
    found = answer(asked, 10)
    assert found.impossible is not None
    again = mended(found.impossible, 10)
    assert again.schedule is not None
    plan = plan_of(about, asked, again.schedule, found.impossible)
    assert days(plan) == {"a": FIRST}
    assert len(plan.changes) == 1
    assert len(plan.conflicts) == 1


def test_what_systems_toml_names_and_nobody_has_found_is_told() -> None:
    held = replace(estate("a"), strangers=("gone/postgres/old",))
    _, asked = made(held)
    assert any("1 workload that nobody has found: gone/postgres/old" in note for note in asked.notes)
    _, asked = made(estate("a"))
    assert not any("nobody has found" in note for note in asked.notes)


def test_a_day_with_two_windows_is_told() -> None:
    night = {"every": "Saturday", "start": "20:00", "end": "06:00"}
    _, asked = made(estate("a"), window=[night, {**night, "end": "22:00"}])
    assert any("two windows of planning.toml fall on" in note for note in asked.notes)


def test_a_budget_of_a_year_is_kept_by_what_this_council_pays() -> None:
    line = CostLine(
        id="move/people/a", subject="a", what="moving", side="move", category="people", nature="one-off",
        accounting="revenue", amount=Amount(low=1, likely=1000, high=2000), reckoning="", source="x",
    )  # fmt: skip
    lines = (line, line.model_copy(update={"id": "move/people/b", "subject": "b"}))
    costs = {"costs": Costs(id="costs", lines=lines, at=AT)}
    budget = {"budget": [{"year": "2026/27", "pounds": 1500}]}
    both = estate("a", "b", a={"authority": "Shire"})
    plan, _ = made(both, costs, **budget)
    assert max(day for day in days(plan).values() if day) >= date(2027, 4, 1)
    plan, _ = made(both, costs, **budget, partner=[{"name": "Shire", "pays": 0.5}])
    assert set(days(plan).values()) == {FIRST}
    _, asked = made(both, **budget)
    assert any("no cost of moving 2 servers is known" in note for note in asked.notes)


def test_a_budget_counts_what_the_business_case_counts() -> None:
    """Contingency is in it, but dual running and the contingency laid at it are not: the case counts those by days."""
    line = CostLine(
        id="move/people/a", subject="a", what="moving", side="move", category="people", nature="one-off",
        accounting="revenue", amount=Amount(low=1000, likely=1000, high=1000), reckoning="", source="x",
    )  # fmt: skip
    tenth = {"subject": "estate", "category": "contingency", "amount": Amount(low=300, likely=300, high=300)}
    lines = (
        line,
        line.model_copy(update={"id": "move/people/b", "subject": "b"}),
        line.model_copy(update={"id": "move/contingency", **tenth}),
        line.model_copy(update={"id": "move/dual", "category": "dual running", "subject": "a"}),
    )
    costs = {"costs": Costs(id="costs", lines=lines, at=AT)}
    for most, both_in_the_year in ((2202, True), (2199, False)):  # a move is counted in whole pounds
        plan, _ = made(estate("a", "b"), costs, budget=[{"year": "2026/27", "pounds": most}])
        assert (max(day for day in days(plan).values() if day) < date(2027, 4, 1)) is both_in_the_year


def test_what_has_moved_in_a_year_is_paid_from_its_budget() -> None:
    line = CostLine(
        id="move/people/a", subject="a", what="moving", side="move", category="people", nature="one-off",
        accounting="revenue", amount=Amount(low=1000, likely=1000, high=1000), reckoning="", source="x",
    )  # fmt: skip
    lines = (line, line.model_copy(update={"id": "move/people/b", "subject": "b"}))
    move = PlannedMove(workload="a/postgres/x", state="done")
    wave = Wave(number=1, name="a", moves=(move,), expected=date(2026, 11, 14))
    more = {
        "costs": Costs(id="costs", lines=lines, at=AT),
        "before": Plan(id="plan", waves=(wave,), at=AT),
        "moves": [a_move("a/postgres/x", Phase.ACCEPTED)],
    }
    plan, asked = made(estate("a", "b"), more, budget=[{"year": "2026/27", "pounds": 1999}])
    assert days(plan)["b"] is not None
    assert (days(plan)["b"] or FIRST) >= date(2027, 4, 1)
    assert asked.problem is not None
    assert "£1,000 of it for what has moved" in " ".join(one.words for one in asked.problem.constraints)


def test_no_longer_supported_counts_from_the_earliest_end_of_anything() -> None:
    held = estate("a", "b")
    assessments = [supported("a"), supported("b", date(2026, 11, 30))]
    plan, _ = made(Estate(held.servers, held.workloads, [], assessments), capacity={"workloads": 1})
    assert days(plan) == {"b": FIRST, "a": SECOND}
    assert {one.objective: one.value for one in plan.reached}["exposure"] == 0


def test_the_pilot_holds_a_few_of_low_risk_first() -> None:
    looked = [
        PersonalData(
            id=f"{name}/postgres/x", server=name, source="postgres", name="x", outcome=Outcome.KNOWN, at=AT
        )
        for name in "ab"
    ]
    held = estate("a", "b", "c", talk=[uses(f"c{number}", "b") for number in range(4)])
    plan, asked = made(held, {"personal": looked}, pilot={"wanted": True})
    assert [move.workload for move in plan.waves[0].moves] == ["a/postgres/x"]
    assert plan.waves[0].pilot
    against = {name: part.not_low_risk for name, part in asked.parts.items()}
    assert against["x-b"] == ("4 servers use it",)
    assert against["x-c"] == ("nobody has looked whether it holds personal data",)
    said, _ = made(held, pilot={"wanted": True, "low_risk": ["c"]})
    assert [move.workload for move in said.waves[0].moves] == ["c/postgres/x"]


def test_without_anything_of_low_risk_there_is_no_pilot_and_that_is_said() -> None:
    plan, asked = made(estate("a", "b"), pilot={"wanted": True})
    assert not any(wave.pilot for wave in plan.waves)
    assert any("there is no pilot" in note for note in asked.notes)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"deadline": [{"server": "aa", "day": THIRD}]}, "deadline 1: there is no server 'aa'"),
        ({"before": [{"first": "a", "then": "zz"}]}, "before 1: there is no server, workload or system 'zz'"),
        ({"pilot": {"low_risk": ["zz"]}}, "pilot.low_risk: there is no server, workload or system 'zz'"),
        ({"deadline": [{"server": "a", "hard": True}]}, "not known when the contract of a ends"),
        ({"before": [{"first": "a", "then": "a/postgres/x"}]}, "move together"),
        ({"pin": [{"of": "a", "day": date(2026, 12, 1)}]}, "there is no window on 1 December 2026"),
    ],
)
def test_names_and_days_that_are_not_there_are_bad_use(rules: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        made(estate("a", "b"), **rules)


def test_a_deadline_that_is_past_is_a_fault_and_the_rest_is_planned() -> None:
    plan, asked = made(estate("a", "b"), deadline=[{"server": "a", "day": date(2026, 11, 1), "hard": True}])
    assert days(plan) == {"a": FIRST, "b": FIRST}
    assert asked.faults == (
        "a was to be empty by 1 November 2026, which is past: it is moved as soon as can be, and late",
    )


def test_a_circle_of_must_be_befores_is_named_and_impossible() -> None:
    circle = [{"first": one, "then": then} for one, then in ("ab", "bc", "ca")]
    plan, asked = made(estate("a", "b", "c", "d"), before=circle)
    assert plan.waves == ()
    assert asked.faults == ("what must be before what goes in a circle: x-a before x-b before x-c before x-a",)
    (conflict,) = plan.conflicts
    assert sorted(conflict.rules) == ["x-a moves before x-b", "x-b moves before x-c", "x-c moves before x-a"]


def test_what_no_window_can_take_is_listed_and_the_rest_is_planned() -> None:
    big = database("a", bytes=900 << 30)
    whole = Estate([server("a"), server("b")], [big, database("b")], [], [supported("a"), supported("b")])
    short = [{"every": "Saturday", "start": "20:00", "end": "22:00"}]
    plan, asked = made(whole, window=short)
    assert days(plan) == {"b": FIRST}
    assert (
        "it takes about 7 hours 13 minutes, and the longest window has 2 hours: give a window of"
        in plan.not_moving["a/postgres/x"]
    )
    assert len(asked.faults) == 1
    plan, _ = made(whole, link={"megabits": 10})
    assert "no window takes more than" in plan.not_moving["a/postgres/x"]
    person = {"name": "A", "skill": "databases", "hours_a_window": 1}
    plan, _ = made(whole, person=[person])
    assert plan.waves == ()
    assert "it takes 2 hours of databases, and no window has more than 1 hour" in plan.not_moving["b/postgres/x"]


def test_an_estate_that_nobody_has_read_is_planned_and_says_so() -> None:
    machines = [
        Workload(id=f"{name}/machine/{name}", server=name, kind="machine", name=name, seen_at=AT) for name in "ab"
    ]
    unread = [server(name, reached=False, tried=False) for name in "ab"]
    plan, asked = made(Estate(unread, machines, [], [supported("a"), supported("b")]))
    assert set(days(plan).values()) == {FIRST}
    said = " / ".join(asked.notes)
    assert "none of the servers that move was ever read" in said
    assert "no dependency is known" in said
    assert "the sizes of 2 workloads are not known, 20 GiB supposed for each" in said


def test_a_server_that_all_others_talk_with_is_named_and_draws_none_of_them_along() -> None:
    others = [f"s{number}" for number in range(9)]
    both_ways = [use for name in others for use in (uses("mon", name), uses(name, "mon"))]
    plan, asked = made(estate("mon", *others, talk=both_ways), capacity={"workloads": 2})
    assert len(asked.parts) == 10
    assert len(set(days(plan).values())) == 5
    assert any(note.startswith("mon serves more than 8 other servers") for note in asked.notes)


def test_a_plan_that_is_made_breaks_none_of_its_rules() -> None:
    held = estate("a", "b", "c", "d", talk=[uses("a", "b"), uses("c", "b")], a={"contract_end": THIRD})
    plan, asked = made(held, capacity={"workloads": 2}, before=[{"first": "d", "then": "a"}])
    assert asked.problem is not None
    placed = {job: days(plan)[next(iter(part.servers))] for job, part in asked.parts.items()}
    assert broken(asked.problem, {job: day.isoformat() for job, day in placed.items() if day}) == []
