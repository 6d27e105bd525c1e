"""Waves that respect dependencies and deadlines, and the file in which people edit them."""

from datetime import date
from pathlib import Path

import pytest

from estate.records.assessment import Disposition, Support
from inventory.systems import propose as propose_systems
from inventory.uses import Uses
from migration.plan import Estate
from migration.systems import links, systems
from tests.migration.proposing import propose
from tests.migration.small_estate import (
    AT,
    REPORTS,
    SHOP,
    SITE,
    STATS,
    edited,
    estate,
    server,
    target,
    uses,
    waves,
    workload,
)

NIGHTLY = workload("web/schedule/nightly")


def test_a_database_moves_with_its_only_client() -> None:
    plan = propose(estate([REPORTS, SHOP, SITE, NIGHTLY], [uses("web", "db")]), AT, most=3)
    assert ["db/postgres/reports", "web/schedule/nightly", "web/website/report-it"] in waves(plan)
    assert ["db/mariadb/shop"] in waves(plan)
    assert all(wave.crossing == () for wave in plan.waves)


def test_what_talks_together_moves_together_where_there_is_room() -> None:
    plan = propose(estate([REPORTS, SITE, STATS], [uses("web", "db"), uses("stats", "db")]), AT)
    assert sorted(waves(plan)[0]) == sorted([REPORTS.id, SITE.id, STATS.id])
    assert plan.waves[0].crossing == ()
    assert {one.objective: one.value for one in plan.reached}["cut"] == 0


def test_where_there_is_no_room_the_cut_is_counted_and_what_crosses_is_listed() -> None:
    plan = propose(estate([REPORTS, SITE, STATS], [uses("web", "db"), uses("stats", "db")]), AT, most=2)
    assert {one.objective: one.value for one in plan.reached}["cut"] == 1
    assert len(plan.waves[0].crossing) == 1
    assert plan.waves[-1].crossing == ()


def test_what_depends_on_each_other_moves_together() -> None:
    a, b = workload("a/service/a"), workload("b/service/b")
    plan = propose(estate([a, b], [uses("a", "b"), uses("b", "a")]), AT, most=1)
    assert waves(plan) == [["a/service/a", "b/service/b"]]


def test_a_confirmed_system_is_kept_together_and_apart_from_others() -> None:
    held = [
        REPORTS.model_copy(update={"system": "streets"}),
        SITE.model_copy(update={"system": "streets"}),
        NIGHTLY.model_copy(update={"system": "housing"}),
    ]
    found = systems(held, links(held, [uses("web", "db")]))
    assert {one.name: set(one.workloads) for one in found} == {
        "housing": {NIGHTLY.id},
        "streets": {REPORTS.id, SITE.id},
    }


def test_a_workload_is_said_to_be_of_a_system_only_where_a_person_confirmed_it() -> None:
    held = [REPORTS.model_copy(update={"system": "streets"}), SITE, NIGHTLY]
    plan = propose(estate(held, [uses("web", "db")]), AT)
    why = {move.workload: move.why for wave in plan.waves for move in wave.moves}
    assert {name: words for name, words in why.items() if "the system" in words}.keys() <= {REPORTS.id}
    assert why[SITE.id] == f"proposed together with {REPORTS.id} and 1 more"


def test_two_confirmed_systems_on_the_same_two_servers_are_not_made_one() -> None:
    held = [
        *(workload(f"web/website/{name}", system=name) for name in ("pay", "plan")),
        *(workload(f"db/postgres/{name}", system=name, detail={"port": 5432}) for name in ("pay", "plan")),
    ]
    found = systems(held, links(held, [uses("web", "db")]))
    assert sorted((one.name, len(one.workloads)) for one in found) == [("pay", 2), ("plan", 2)]


def test_the_most_pressing_goes_first_and_says_why() -> None:
    made = estate([REPORTS, SHOP, SITE, STATS], [uses("web", "db"), uses("stats", "db")])
    servers = [
        server("db", contract_end=None),
        server("web"),
        server("stats", contract_end=date(2026, 12, 31)),
        target(),
    ]
    plan = propose(Estate(servers, made.workloads, made.dependencies, made.assessments), AT, most=1)
    assert waves(plan)[0] == [STATS.id]
    assert "its contract ends on 31 December 2026" in plan.waves[0].moves[0].why
    assert {one.objective: one.value for one in plan.reached}["lateness"] == 0


def test_a_servers_jobs_move_with_its_only_data() -> None:
    backup, sizes = workload("db/schedule/backup"), workload("files/schedule/sizes")
    plan = propose(estate([REPORTS, SHOP, backup, workload("files/files/shared"), sizes]), AT, most=3)
    (wave,) = [names for names in waves(plan) if "files/files/shared" in names]
    assert "files/schedule/sizes" in wave


def test_among_servers_out_of_support_the_contract_decides() -> None:
    ended = Support(
        product="Debian",
        version="10",
        status="ended",
        ends=date(2024, 6, 30),
        reason="support ended",
        table_date=date(2026, 8, 22),
        source="a table",
    )
    made = estate([workload("a/files/a"), workload("b/files/b"), workload("c/files/c")])
    held = [one.model_copy(update={"support": (ended,)}) for one in made.assessments]
    servers = [
        server("a"),
        server("b", contract_end=date(2027, 3, 31)),
        server("c", contract_end=date(2026, 12, 31)),
    ]
    plan = propose(Estate(servers, made.workloads, [], held), AT, most=1)
    assert waves(plan)[0] == ["c/files/c"]
    assert plan.waves[0].moves[0].why == "its contract ends on 31 December 2026; support of Debian 10 has ended"


def test_what_goes_without_saying_is_in_the_plan_and_not_in_its_file(tmp_path: Path) -> None:
    made = estate([REPORTS, workload("db/schedule/logrotate", os_owned=True)])
    plan, _ = edited(tmp_path, made)
    assert list(plan.not_moving) == ["db/schedule/logrotate"]
    assert "logrotate" not in (tmp_path / "plan.toml").read_text()


def test_everything_that_stays_is_listed_with_its_reason() -> None:
    made = estate(
        [
            workload("retired/service/x"),
            workload("kept/service/x"),
            workload("dim/service/x"),
            workload("db/service/cron", os_owned=True),
            workload("new-data/postgres/x"),
            workload("nowhere/service/x"),
        ],
        retired=Disposition.RETIRE,
        kept=Disposition.RETAIN,
        dim=None,
    )
    servers = [one for one in made.servers if one.server.id != "nowhere" and one.server.role == "legacy"]
    known = [one for one in servers if one.server.id != "new-data"]
    plan = propose(Estate([*known, target()], made.workloads, [], made.assessments), AT)
    assert plan.waves == ()
    assert "retired" in plan.not_moving["retired/service/x"]
    assert "stays" in plan.not_moving["kept/service/x"]
    assert "too little is known" in plan.not_moving["dim/service/x"]
    assert "operating system" in plan.not_moving["db/service/cron"]
    assert "target" in plan.not_moving["new-data/postgres/x"]
    assert "inventory" in plan.not_moving["nowhere/service/x"]


def test_a_server_that_was_not_assessed_does_not_move() -> None:
    made = estate([REPORTS])
    plan = propose(Estate(made.servers, made.workloads, [], []), AT)
    assert "decant assess" in plan.not_moving[REPORTS.id]


def test_targets_are_proposed_by_what_they_run_and_by_room() -> None:
    small, large = target("small", 10), target("large", 10**12)
    web = target("web-new", 10**12, ("packages",))
    plan = propose(estate([REPORTS, SITE, NIGHTLY, STATS], targets=[small, large, web]), AT)
    proposed = {move.workload: move.target for wave in plan.waves for move in wave.moves}
    assert proposed == {REPORTS.id: "large", SITE.id: "web-new", NIGHTLY.id: "web-new", STATS.id: "web-new"}
    nowhere = propose(estate([REPORTS], targets=[small]), AT)
    assert nowhere.waves[0].moves[0].target is None


def test_a_group_is_called_in_the_plan_what_systems_calls_it() -> None:
    ids = ["f1/website/default", "f2/website/default", "db/postgres/reports", "db/mariadb/shop"]
    workloads = [workload(one) for one in ids]
    proposed = propose_systems(workloads, Uses(()), ())
    planned = systems(workloads, [])
    assert sorted(one.name for one in planned) == [one.name for one in proposed.systems]
    assert sorted(one.name for one in planned) == ["default-f1", "default-f2", "reports", "shop"]


@pytest.mark.parametrize(
    ("databases", "name"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c and 2 more"),
    ],
)
def test_a_wave_is_named_after_its_first_groups(databases: list[str], name: str) -> None:
    plan = propose(estate([workload(f"db/postgres/{one}", detail={"port": 5432}) for one in databases]), AT)
    assert [wave.name for wave in plan.waves] == [name]
