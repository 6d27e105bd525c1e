"""Waves that respect dependencies and deadlines, and the file in which people edit them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.errors import UsageError
from estate.graph import graph_of
from estate.records.assessment import Assessment, Disposition, Support
from estate.records.dependency import Dependency
from estate.records.facts.filesystems import Filesystem, Filesystems
from estate.records.facts.packages import Package, Packages
from estate.records.observation import Observation, Outcome
from estate.records.plan import Plan
from estate.records.server import Server, ServerFacts
from estate.records.workload import Workload
from inventory.systems import propose as propose_systems
from inventory.uses import Uses
from migration.plan import Estate
from migration.plan_file import differences, load, render
from migration.systems import _with_sole_clients, links, rings, systems
from tests.migration.proposing import propose

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def server(name: str, role: Any = "legacy", **more: Any) -> ServerFacts:
    return ServerFacts(Server(id=name, address="192.0.2.1", role=role, reached=True, seen_at=AT, **more), {})


def target(
    name: str = "new-data", free: int = 10**12, facts: tuple[str, ...] = ("postgresql", "mariadb", "shares")
) -> ServerFacts:
    disk = Filesystem(source="a", type="ext4", mountpoint="/", size_bytes=free, used_bytes=0, available_bytes=free)
    payloads = {
        "filesystems": Filesystems(filesystems=(disk,)).model_dump(mode="json"),
        "packages": Packages(manager="dpkg", packages=(Package(name="nginx", version="1"),)).model_dump(
            mode="json"
        ),
    }
    seen = {
        fact: Observation(server=name, fact=fact, outcome=Outcome.KNOWN, payload=payloads.get(fact), at=AT)
        for fact in (*facts, "filesystems")
    }
    return ServerFacts(server(name, "target").server, seen)


def workload(identity: str, **more: Any) -> Workload:
    host, kind, name = identity.split("/")
    return Workload(id=identity, server=host, kind=kind, name=name, seen_at=AT, **{"bytes": 1000, **more})


def uses(client: str, host: str, port: int = 5432, **more: Any) -> Dependency:
    return Dependency(id=f"{client}>{host}:{port}", client=client, server=host, port=port, seen_at=AT, **more)


def assessment(name: str, disposition: Disposition | None = Disposition.REPLATFORM) -> Assessment:
    return Assessment(
        server=name,
        disposition=disposition,
        readiness="ready" if disposition else "unknown",
        reasons=("because",),
        at=AT,
    )


def estate(
    workloads: list[Workload],
    dependencies: list[Dependency] | None = None,
    targets: list[ServerFacts] | None = None,
    **dispositions: Any,
) -> Estate:
    names = sorted({one.server for one in workloads})
    return Estate(
        [*(server(name) for name in names), *(targets if targets is not None else [target()])],
        workloads,
        dependencies or [],
        [assessment(name, dispositions.get(name, Disposition.REPLATFORM)) for name in names],
    )


def waves(plan: Plan) -> list[list[str]]:
    return [[move.workload for move in wave.moves] for wave in plan.waves]


REPORTS = workload("db/postgres/reports", detail={"port": 5432})
SHOP = workload("db/mariadb/shop", detail={"port": 3306})
SITE = workload("web/website/report-it")
NIGHTLY = workload("web/schedule/nightly")
STATS = workload("stats/service/stats")


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


KINDS = ["postgres", "mariadb", "files", "website", "schedule", "service"]


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    names = [f"s{n}" for n in range(draw(st.integers(1, 6)))]
    workloads = [
        workload(
            f"{draw(st.sampled_from(names))}/{draw(st.sampled_from(KINDS))}/w{n}",
            os_owned=draw(st.integers(0, 9)) == 0,
            system=draw(st.sampled_from([None, None, None, "one", "two"])),
            detail={"port": draw(st.integers(1, 3))},
        )
        for n in range(draw(st.integers(0, 12)))
    ]
    ends = st.sampled_from([*names, "192.0.2.200"])
    dependencies = []
    for _ in range(draw(st.integers(0, 10))):
        client, host = draw(ends), draw(ends)
        outside = {"client_outside": client not in names, "server_outside": host not in names}
        dependencies.append(uses(client, host, draw(st.integers(1, 4)), **outside))
    held = [assessment(name, draw(st.sampled_from([*Disposition, None]))) for name in names if draw(st.booleans())]
    day = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1))
    servers = [server(name, contract_end=draw(day)) for name in names if draw(st.integers(0, 9))]
    return Estate([*servers, target()], workloads, dependencies, held)


@given(estates(), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_every_workload_is_in_one_wave_or_has_a_reason_to_stay(made: Estate, most: int) -> None:
    plan = propose(made, AT, most)
    placed = [name for names in waves(plan) for name in names]
    assert sorted([*placed, *plan.not_moving]) == sorted(one.id for one in made.workloads)
    assert all(plan.not_moving.values())
    assert all(wave.moves for wave in plan.waves)


@given(estates(), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_what_crosses_after_a_wave_is_listed(made: Estate, most: int) -> None:
    plan = propose(made, AT, most)
    wave_of = {move.workload: wave.number for wave in plan.waves for move in wave.moves}
    for link in made.links:
        if link.dependency.client_outside or not link.clients or not link.servers:
            continue
        for wave in plan.waves:
            sides = {wave_of.get(one, 10**6) <= wave.number for one in link.clients | link.servers}
            listed = any(line.startswith(link.dependency.id) for line in wave.crossing)
            assert listed or len(sides) == 1


@given(made=estates())
@settings(max_examples=30, deadline=None)
def test_a_proposal_reads_back_as_it_was_written_without_a_difference(
    made: Estate, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan = propose(made, AT)
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    path.write_text(render(plan))
    again, warnings = load(path, made, AT)
    assert again == plan.model_copy(update={"reached": ()})
    assert differences(again, plan) == []
    assert [line for line in warnings if "no target" not in line] == []
    # What the store gives back renders the same: so an unedited file is known for one.
    assert render(Plan.model_validate_json(plan.model_dump_json())) == path.read_text()


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.frozensets(st.sampled_from("abcdefgh"))))
def test_rings_are_exactly_what_reaches_each_other(some: dict[str, frozenset[str]]) -> None:
    graph = {node: some.get(node, frozenset()) for node in "abcdefgh"}

    def reaches(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo += graph[node]
        return seen

    far = {node: reaches(node) for node in graph}
    expected = {frozenset(b for b in graph if b in far[a] and a in far[b]) for a in graph}
    assert {frozenset(part) for part in rings(graph)} == expected


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=14),
    st.sets(st.sampled_from("abcdefgh")),
)
@settings(max_examples=300)
def test_sole_clients_are_joined_as_one_by_one_from_scratch(
    talk: list[tuple[str, str]], confirmed: set[str]
) -> None:
    calls = graph_of("abcdefgh", talk)
    begun = {unit: part[0] for part in rings(calls) for unit in part}
    group_of, fixed = dict(begun), {begun[unit] for unit in confirmed}
    while True:
        pairs = {(group_of[one], group_of[other]) for one, others in calls.items() for other in others}
        users = {its: {one for one, used in pairs if used == its and one != its} for _, its in pairs}
        alone = {
            (its, *held) for its, held in users.items() if len(held) == 1 and not (its in fixed and held & fixed)
        }
        if not alone:
            break
        its, user = min(alone)
        fixed |= {user} if its in fixed else set()
        group_of = {unit: user if one == its else one for unit, one in group_of.items()}
    assert _with_sole_clients(calls, begun, confirmed) == group_of


def edited(tmp_path: Path, made: Estate, *changes: tuple[str, str]) -> tuple[Plan, list[str]]:
    text = render(propose(made, AT))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "plan.toml"
    path.write_text(text)
    return load(path, made, AT)


SMALL = [REPORTS, SITE, SHOP]
BOTH = [uses("web", "db")]


def test_a_person_gives_a_window_in_london_time(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    window = "[[wave]]\nwindow_start = 2027-07-16T20:00:00\nwindow_end = 2027-07-17T02:00:00\n"
    plan, _ = edited(tmp_path, made, ("[[wave]]\n", window))
    assert plan.waves[0].window_start == datetime(2027, 7, 16, 19, 0, tzinfo=UTC)
    (tmp_path / "plan.toml").write_text(render(plan))
    assert load(tmp_path / "plan.toml", made, AT)[0] == plan


def test_a_window_that_is_over_is_warned_of(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    window = "[[wave]]\nwindow_start = 2024-07-16T20:00:00\nwindow_end = 2024-07-17T02:00:00\n"
    _, warnings = edited(tmp_path, made, ("[[wave]]\n", window))
    assert "the window of wave 1 is over: it ended on 17 July 2024, 02:00" in warnings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("db/postgres/reports", "db/postgres/report")], "did you mean db/postgres/reports"),
        ([('"new-data"', '"new-dta"')], "did you mean new-data"),
        ([("db/mariadb/shop", "db/postgres/reports")], "db/postgres/reports is in wave"),
        ([("\n[not_moving]", '\n[not_moving]\n"db/mariadb/shop" = "x"')], "db/mariadb/shop is in wave"),
        ([("[[wave]]", "[[wave]]\ncolour = 1")], "colour"),
        ([("[[wave]]", "[[wave")], "is not valid TOML"),
        ([("[[wave]]", "[[wave]]\nwindow_start = 'soon'")], "wave 1, window_start must be a date and a time"),
        ([("[[wave]]", "[[wave]]\nwindow_start = 2027-03-28T01:30:00")], "does not exist"),
        (
            [("[[wave]]", "[[wave]]\nwindow_start = 2027-03-27T01:30:00\nwindow_end = 2027-03-26T01:30:00")],
            "before it begins",
        ),
    ],
)
def test_an_edit_that_is_not_right_is_bad_use(
    tmp_path: Path, changes: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        edited(tmp_path, estate(SMALL, BOTH), *changes)


def test_a_workload_that_the_file_forgets_is_not_dropped(tmp_path: Path) -> None:
    made = estate(SMALL, BOTH)
    (tmp_path / "plan.toml").write_text(render(propose(made, AT)))
    grown = estate([*SMALL, STATS], BOTH)
    plan, warnings = load(tmp_path / "plan.toml", grown, AT)
    assert "does not mention" in plan.not_moving[STATS.id]
    assert any(STATS.id in line for line in warnings)
    assert any(STATS.id in line for line in differences(plan, propose(grown, AT)))


def test_what_a_person_parts_crosses_and_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        f'[[wave]]\n[[wave.move]]\nworkload = "{SITE.id}"\n'
        f'[[wave]]\n[[wave.move]]\nworkload = "{REPORTS.id}"\n[not_moving]\n"{SHOP.id}" = "later"\n'
    )
    plan, _ = load(path, estate(SMALL, BOTH), AT)
    assert plan.waves[0].crossing == ("web>db:5432",)
    assert plan.waves[0].name == "wave 1"


def test_a_confirmed_system_that_a_person_s_plan_parts_is_warned_of(tmp_path: Path) -> None:
    made = estate([workload("a/postgres/x", system="pay"), workload("b/postgres/y", system="pay")])
    path = tmp_path / "plan.toml"
    path.write_text(
        "[[wave]]\n[[wave.move]]\nworkload = 'a/postgres/x'\n[[wave]]\n[[wave.move]]\nworkload = 'b/postgres/y'\n"
    )
    _, warnings = load(path, made, AT)
    assert "the system pay does not move together: it is in waves 1, 2" in warnings


def test_moving_what_should_stay_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(f'[[wave]]\n[[wave.move]]\nworkload = "{REPORTS.id}"\n')
    _, warnings = load(path, estate([REPORTS], db=Disposition.RETAIN), AT)
    assert any("though its server stays" in line for line in warnings)


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
