"""The business case of a workspace: from what is stored to options, charts and a workbook; and what is missing for it."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openpyxl import load_workbook

from decant.app import App
from decant.journeys.business import MADE, Made, drawings, make_case
from decant.journeys.forgetting import forget
from decant.journeys.without_servers import transcripts
from estate.documents.workbook import workbook
from estate.errors import UsageError
from estate.records.base import now
from estate.records.business_case import BusinessCase
from estate.records.cost import Costs
from migration.costing.reckon import COSTS_ID
from practice.handover import hosts_toml
from tests.decant.face import decant

PLANNING = """
[[window]]
every = "Saturday"
start = 20:00:00
end = 06:00:00

[[person]]
name = "A. Patel"
skill = "databases"
hours_a_window = 8

[[blackout]]
name = "Year end"
first = 2027-03-22
last = 2027-04-16

[[partner]]
name = "Anyshire"
pays = 0.4
"""


@contextmanager
def opened(root: Path) -> Iterator[App]:
    app = App(start=root)
    try:
        yield app
    finally:
        app.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the practice estate was discovered, and nothing else."""
    root = tmp_path_factory.mktemp("council") / "anytown"
    assert decant("init", str(root), "--council", "Anytown Borough Council", at=root.parent).code == 0
    (root / "hosts.toml").write_text(hosts_toml(root / "no-key-is-needed"))
    assert decant("discover", "--replay", str(transcripts()), at=root).code in (0, 1)
    return root


@pytest.fixture(scope="module")
def made(root: Path) -> Made:
    """Each step in turn; before it, the case says which one is missing."""
    for command in ("assess", "costs", "plan"):
        with opened(root) as app, pytest.raises(UsageError) as missing:
            make_case(app)
        assert f"run `decant {command}`" in missing.value.remedy or f"`decant {command}`" in missing.value.remedy
        if command == "plan":
            (root / "planning.toml").write_text(PLANNING)
        assert decant(command, at=root).code in (0, 1)
    with opened(root) as app:
        return make_case(app)


def test_what_is_missing_is_named_with_the_command_that_makes_it(made: Made) -> None:
    assert made.case.options, "each missing step was refused on the way here"


def test_the_case_is_kept_and_in_the_ledger(root: Path, made: Made) -> None:
    with opened(root) as app:
        assert app.store.all(BusinessCase) == [made.case]
        entry = app.ledger.entries(MADE)[-1]
        assert entry.payload["preferred"] in [one.id for one in made.case.options]


def test_the_plan_has_windows_so_that_the_case_is_dated(made: Made) -> None:
    assert made.case.kind == "dated"
    assert made.case.priced_at is not None


def test_everything_that_costs_had_no_price_for_is_carried_through(root: Path, made: Made) -> None:
    with opened(root) as app:
        (costs,) = app.store.all(Costs)
    assert set(costs.unpriced) <= set(made.case.unpriced)


def test_people_are_those_of_the_planning_file(made: Made) -> None:
    by_skill = {one.skill: one for one in made.case.people}
    assert (by_skill["databases"].available or 0) > 0
    assert all(one.available is not None for one in made.case.people)


def test_every_chart_there_is_data_for_is_drawn(made: Made) -> None:
    drawn = drawings(made)
    assert list(drawn) == ["roadmap", "people", "years", "options", "sensitivity", "support"]
    assert "Year end" in drawn["roadmap"].alt
    for server in made.given.roadmap.servers:
        assert all(server not in one.svg + one.alt + one.title for one in drawings(made, public=True).values())


def test_the_workbook_holds_the_same_figures(made: Made) -> None:
    written = workbook(
        made.given.plan, made.case, made.given.costs, made.given.assessments, council=made.given.council, at=now()
    )
    book = load_workbook(io.BytesIO(written), data_only=True)
    likely = {row[0]: row[4] for row in book["Options"].iter_rows(min_row=2, values_only=True)}
    assert likely == {one.name: one.net_present_cost.likely for one in made.case.options}
    assert book["Cover"]["A1"].value == "Leaving the server room: plan and business case, Anytown Borough Council"


def test_a_server_that_is_forgotten_is_in_no_sum_any_more(root: Path, made: Made, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    server = sorted(made.given.roadmap.servers)[0]
    with opened(copy) as app:
        assert any(one.subject == server for one in app.store.all(Costs)[0].lines)
        forget(app, server)
        assert app.store.all(Costs) == []
        assert app.store.history(Costs, COSTS_ID) == []
        with pytest.raises(UsageError, match="decant costs"):
            make_case(app)
