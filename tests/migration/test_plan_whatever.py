"""Plans of any estate: each workload once or with its reason, what crosses listed, and what was written read back."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estate.graph import graph_of
from estate.records.assessment import Disposition
from estate.records.plan import Plan
from migration.plan import Estate
from migration.plan_file import differences, load, render
from migration.systems import _with_sole_clients, rings
from tests.migration.proposing import propose
from tests.migration.small_estate import AT, assessment, server, target, uses, waves, workload

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
