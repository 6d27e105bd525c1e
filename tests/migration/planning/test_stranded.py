"""What no window can take: it makes no plan look better, and no hard rule of it is dropped."""

from datetime import date
from typing import Any

from estate.records.assessment import Disposition
from estate.records.plan import Plan
from migration.plan import Estate
from migration.planner.schedule import Impossible
from migration.planning.answers import answer, mended
from migration.planning.asked import Given
from migration.planning.asking import ask
from migration.planning.edited import judge
from migration.planning.outcome import plan_of
from migration.planning.what_if import Differences, differing, result
from tests.migration.planning.small import AT, NIGHTS, database, estate, server, supported
from tests.migration.proposing import given, planned

BIG = 5 << 40
END = date(2027, 11, 22)
RULES = {"window": NIGHTS, "horizon_months": 12, "pilot": {"wanted": False}}


def _with_a_big_one(until: date = date(2030, 1, 1), **more: Any) -> Estate:
    about = {"contract_end": date(2027, 3, 31), **more}
    held = [supported("small"), supported("big", until=until)]
    workloads = [database("small"), database("big", bytes=BIG)]
    return Estate([server("small"), server("big", **about)], workloads, [], held)


def _reached(plan: Plan) -> dict[str, tuple[int, int]]:
    return {one.objective: (one.value, one.standing) for one in plan.reached}


def test_a_hard_deadline_of_what_no_window_takes_is_a_conflict_with_a_change() -> None:
    about = given(_with_a_big_one(), AT, {**RULES, "deadline": [{"server": "big", "hard": True}]})
    plan, asked = planned(about)
    assert not plan.waves
    ((rules,), changes) = ([one.rules for one in plan.conflicts], plan.changes)
    assert rules[0] == "big is empty by 31 March 2027: the end of its contract, marked hard"
    assert rules[1].startswith("no wave holds all of big: it cannot be planned: it takes about")
    assert changes == ("take `hard` from the deadline of big: it is emptied late, or outside the plan",)
    found = mended(_impossible(about)).schedule
    assert found is not None
    changed = plan_of(about, asked, found, _impossible(about))
    assert [move.workload for wave in changed.waves for move in wave.moves] == ["small/postgres/x"]
    assert changed.changes == changes


def _impossible(about: Given) -> Impossible:
    found = answer(ask(about)).impossible
    assert found is not None
    return found


def test_a_hard_deadline_of_a_server_that_stays_is_a_conflict_too() -> None:
    made = Estate(
        [server("small"), server("kept")], [database("small"), database("kept")], [], [supported("small")]
    )
    plan, _ = planned(given(made, AT, {**RULES, "deadline": [{"server": "kept", "day": END, "hard": True}]}))
    ((_, why),) = (one.rules for one in plan.conflicts)
    assert why == "no wave holds all of kept: its server was not assessed: run `decant assess`"


def test_a_partners_last_day_binds_what_cannot_be_planned() -> None:
    made = _with_a_big_one(authority="Fylde")
    plan, _ = planned(given(made, AT, {**RULES, "partner": [{"name": "Fylde", "latest": date(2027, 5, 1)}]}))
    assert plan.conflicts[0].rules[0] == "big is empty by 1 May 2027, as Fylde asks"


def test_what_cannot_be_planned_is_late_and_exposed_until_the_horizon_ends() -> None:
    made = _with_a_big_one(until=date(2027, 10, 22))
    plan, _ = planned(given(made, AT, RULES))
    late, exposed = (END - date(2027, 3, 31)).days, (END - date(2027, 10, 23)).days
    assert _reached(plan)["lateness"] == (late, late)
    assert _reached(plan)["exposure"] == (exposed, exposed)
    assert plan.reached[0].bound == late


def test_with_no_window_for_anything_it_is_counted_all_the_same() -> None:
    big = server("big", contract_end=date(2027, 3, 31))
    made = Estate([big], [database("big", bytes=BIG)], [], [supported("big")])
    plan, _ = planned(given(made, AT, RULES))
    assert _reached(plan)["lateness"] == (236, 236)


def test_a_plan_from_which_a_person_takes_a_server_is_not_worth_more() -> None:
    about = given(estate("a", "b", b={"contract_end": date(2026, 11, 22)}), AT, RULES)
    plan, _ = planned(about)
    without = plan.model_copy(
        update={
            "waves": tuple(
                wave.model_copy(update={"moves": tuple(one for one in wave.moves if one.workload[0] == "a")})
                for wave in plan.waves
            )
        }
    )
    assert judge(about, without).reached[0].value > judge(about, plan).reached[0].value


def test_a_plan_that_leaves_out_what_has_a_hard_deadline_breaks_that_rule() -> None:
    rule = [{"server": "b", "day": END, "hard": True}]
    about = given(estate("a", "b"), AT, {**RULES, "deadline": rule})
    plan, _ = planned(about)
    assert judge(about, plan).warnings == ()
    only = [wave.model_copy(update={"moves": wave.moves[:1]}) for wave in plan.waves[:1]]
    (said,) = judge(about, plan.model_copy(update={"waves": tuple(only)})).warnings
    assert said.startswith("plan.toml breaks a rule: b is empty by 22 November 2027")
    assert said.endswith("plan.toml has it in no wave with a day")
    assert judge(about, plan.model_copy(update={"waves": tuple(only)})).broken == (
        said.removeprefix("plan.toml breaks a rule: "),
    )
    assert judge(about, plan).broken == ()
    assert judge(about, plan.model_copy(update={"waves": tuple(only)})).late
    assert not judge(about, plan).late


def test_a_slower_link_makes_nothing_better() -> None:
    made = _with_a_big_one(until=date(2026, 1, 1))
    fast = {"durations": {"megabytes_a_second": 1000}, "link": {"megabits": 10_000}}
    about = given(made, AT, {**RULES, **fast})
    now, then = result(about, 5), result(differing(about, Differences(megabits=100)), 5)
    assert (now.unplanned, then.unplanned) == ((), ("big/postgres/x",))
    worth = [{one.objective: one.value for one in side.reached} for side in (now, then)]
    assert worth[0]["lateness"] < worth[1]["lateness"]
    assert worth[0]["exposure"] < worth[1]["exposure"]


def test_a_deadline_of_what_cannot_be_planned_says_why() -> None:
    made = _with_a_big_one()
    _, asked = planned(given(made, AT, {**RULES, "deadline": [{"server": "big", "day": END}]}))
    (said,) = (one for one in asked.notes if "deadline 1" in one)
    assert "no wave empties big: it cannot be planned: it takes about" in said


def _of(disposition: Disposition | None, **more: Any) -> Estate:
    """A small server that moves, and another of which this was decided."""
    about = supported("other", until=date(2027, 10, 22)).model_copy(update={"disposition": disposition})
    facts = [server("small"), server("other", contract_end=date(2027, 3, 31), **more)]
    return Estate(facts, [database("small"), database("other")], [], [supported("small"), about])


def test_a_partners_last_day_binds_what_nobody_has_decided_about() -> None:
    rule = {"partner": [{"name": "Fylde", "latest": date(2027, 5, 1)}]}
    plan, _ = planned(given(_of(None, authority="Fylde"), AT, {**RULES, **rule}))
    (rules,) = (one.rules for one in plan.conflicts)
    assert rules[0] == "other is empty by 1 May 2027, as Fylde asks"
    assert "too little is known of its server" in rules[1]


def test_what_nobody_has_decided_about_is_late_and_exposed_until_the_horizon_ends() -> None:
    about = given(_of(None), AT, RULES)
    plan, _ = planned(about)
    late, exposed = (END - date(2027, 3, 31)).days, (END - date(2027, 10, 23)).days
    for found in (
        _reached(plan),
        {one.objective: (one.value, one.standing) for one in judge(about, plan).reached},
    ):
        assert (found["lateness"], found["exposure"]) == ((late, late), (exposed, exposed))


def test_what_stays_by_a_decision_counts_in_no_figure_and_its_days_are_told() -> None:
    rules = {
        **RULES,
        "deadline": [{"server": "other", "day": date(2027, 6, 30)}],
        "partner": [{"name": "Fylde", "latest": date(2027, 5, 1)}],
    }
    for decided in (Disposition.RETIRE, Disposition.RETAIN, Disposition.REPURCHASE):
        plan, asked = planned(given(_of(decided, authority="Fylde"), AT, rules))
        assert plan.waves
        assert _reached(plan)["lateness"] == _reached(plan)["exposure"] == (0, 0)
        told = [one for one in asked.notes if "no wave empties other" in one]
        assert [one.split(":")[0] for one in told] == ["deadline 1 of planning.toml", "the last day of Fylde"]
        assert told[0].endswith("30 June 2027 is kept, or missed, outside the plan, whose figures leave it out")


def test_a_hard_deadline_that_was_given_up_by_an_accepted_change_is_told_and_counted() -> None:
    rule = {"deadline": [{"server": "other", "day": date(2027, 6, 30), "hard": True}]}
    about = given(_of(None), AT, {**RULES, **rule})
    impossible, asked = _impossible(about), ask(about)
    plan = plan_of(about, asked, mended(impossible).schedule, impossible)
    late = (END - date(2027, 6, 30)).days
    assert _reached(plan)["lateness"] == (late, late)
    (told,) = (one for one in asked.notes if "no wave empties other" in one)
    assert told.endswith("what is not emptied by its day is late until the horizon ends")
    judged = judge(about, plan)
    assert not judged.late
    assert any("by an accepted change: take `hard` from the deadline of other" in one for one in judged.warnings)
