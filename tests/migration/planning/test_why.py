"""Why a workload is in its wave, in figures that can be compared."""

from datetime import date
from typing import Any

from estate.records.workload import Workload
from migration.plan import Estate
from migration.planning.why import Earlier, Why, explain
from tests.migration.planning.small import AT, FIRST, NIGHTS, database, estate, server, supported
from tests.migration.proposing import given, planned

ROOM = {"pilot": {"wanted": False}, "window": NIGHTS}


def _why(made: Estate, workload: str, **planning: Any) -> Why:
    about = given(made, AT, {**ROOM, **planning})
    plan, asked = planned(about)
    return explain(about, asked, plan, workload)


def _first(found: Why) -> Earlier:
    return found.earlier[0]


def test_a_full_window_says_what_it_would_hold_with_it() -> None:
    made = estate("a", "b", "c", a={"contract_end": FIRST}, b={"contract_end": FIRST})
    earlier = _first(_why(made, "c/postgres/x", capacity={"workloads": 2}))
    assert earlier.state == "full"
    assert earlier.reasons == ("no window holds more than 2 workloads: it would hold 3 with it, and 2 is allowed",)


def test_hours_and_sizes_are_in_units_that_can_be_read() -> None:
    person = {"name": "A", "skill": "databases", "hours_a_window": 3.5}
    earlier = _first(_why(estate("a", "b", a={"contract_end": FIRST}), "b/postgres/x", person=[person]))
    assert "it would hold 4 hours with it, and 3 hours 30 minutes is allowed" in earlier.reasons[0]
    gib = 1 << 30
    servers = [server("a", contract_end=FIRST), server("b")]
    big = [database(name, bytes=200 * gib) for name in "ab"]
    both = Estate(servers, big, [], [supported("a"), supported("b")])
    earlier = _first(_why(both, "b/postgres/x", link={"megabits": 100}))
    assert "it would hold 400 GiB with it, and 210 GiB is allowed" in earlier.reasons[0]


def test_what_closes_a_window_is_all_that_is_said_of_it() -> None:
    audit = {"name": "Audit", "first": FIRST, "last": FIRST}
    pin = {"of": "a", "day": date(2026, 12, 12)}
    closed, pinned = _why(estate("a"), "a/postgres/x", blackout=[audit], pin=[pin]).earlier
    assert closed.reasons == ("nothing moves from 28 November 2026 to 28 November 2026 (Audit)",)
    assert pinned.reasons == ("x moves on 12 December 2026",)


def test_what_is_copied_before_the_window_is_said_with_its_time() -> None:
    held = Workload(id="f/machine/f", server="f", kind="machine", name="f", bytes=5 << 40, seen_at=AT)
    assessed = supported("f").model_copy(update={"tool": "Azure Migrate"})
    made = Estate([server("f", os_id="windows")], [held], [], [assessed])
    found = _why(made, "f/machine/f", link={"megabits": 1000})
    assert found.takes == (
        "about 2 hours 55 minutes",
        "256 GiB over the link in the window",
        "4.8 TiB are copied before it, which takes about 36 hours",
        "2 hours of servers",
    )


def test_what_is_in_a_set_of_rules_that_cannot_hold_is_told_which() -> None:
    about = given(
        estate("a", "b"), AT, {**ROOM, "deadline": [{"server": "a", "day": date(2026, 11, 25), "hard": True}]}
    )
    plan, asked = planned(about)
    assert (plan.waves, len(plan.conflicts)) == ((), 1)
    found = explain(about, asked, plan, "a/postgres/x").reasons
    assert found[0] == "it does not move: no plan keeps every rule"
    assert found[1] == "a: planning.toml has it empty by 25 November 2026 (hard)"
    assert found[-1].startswith("no plan keeps this: ")
    assert "its deadline, marked hard" in found[-1]
    other = explain(about, asked, plan, "b/postgres/x").reasons
    assert other[0] == "it does not move: the plan does not know it yet: run `decant plan`"


def test_a_server_that_nobody_decided_about_is_told_the_day_that_binds_it() -> None:
    made = estate("a", "b", b={"contract_end": FIRST})
    bare = Estate(
        made.servers, made.workloads, [], [supported("a"), supported("b").model_copy(update={"disposition": None})]
    )
    about = given(bare, AT, {**ROOM, "deadline": [{"server": "b", "hard": True}]})
    plan, asked = planned(about)
    found = explain(about, asked, plan, "b/postgres/x").reasons
    assert any("its contract ends on 28 November 2026" in one or "(hard)" in one for one in found)
    assert any(
        one.startswith("these rules cannot all hold: ") and "no wave holds all of b" in one for one in found
    )
