"""`decant assess` and `decant plan` over a store of known servers."""

from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from decant.schemas import json_schema
from estate.records.assessment import Assessment
from estate.records.base import now
from estate.records.dependency import Dependency
from estate.records.facts.os import Os
from estate.records.facts.postgresql import Postgresql
from estate.records.observation import Observation, Outcome
from estate.records.plan import Plan
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store
from tests.decant.face import Said, decant

pytestmark = pytest.mark.slow
AT = datetime(2026, 11, 22, tzinfo=UTC)
DATABASE = Workload(
    id="db/postgres/reports",
    server="db",
    kind="postgres",
    name="reports",
    bytes=5000,
    detail={"version": "13.22", "port": 5432},
    seen_at=AT,
)
SITE = Workload(id="web/website/report-it", server="web", kind="website", name="report-it", bytes=10, seen_at=AT)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in which two old servers, a target and a server that did not answer are known."""
    assert decant("init", "anytown", at=tmp_path).code == 0
    root = tmp_path / "anytown"
    store = Store.open(f"sqlite:///{root}/.decant/estate.db")
    for name in ("db", "web", "new", "dark"):
        store.put(
            Server(
                id=name,
                address="192.0.2.1",
                role="target" if name == "new" else "legacy",
                reached=name != "dark",
                unreached_reason="connection refused" if name == "dark" else "",
                owner="ICT",
                cpus=2,
                memory_bytes=2**32,
                seen_at=AT,
            )
        )
    for name in ("db", "web"):
        system = Os(hostname=name, id="debian", version_id="10", architecture="x86_64")
        store.add_observations([known(name, "os", system.model_dump(mode="json"))])
    store.add_observations([known("new", "postgresql", Postgresql(clusters=()).model_dump(mode="json"))])
    store.put(DATABASE, SITE)
    store.put(Dependency(id="web>db:5432", client="web", server="db", port=5432, seen_at=AT))
    store.close()
    return root


def known(server: str, fact: str, payload: dict[str, object]) -> Observation:
    return Observation(server=server, fact=fact, outcome=Outcome.KNOWN, payload=payload, at=AT)


def planned(workspace: Path, *words: str) -> Said:
    said = decant("plan", *words, at=workspace)
    assert said.code == 0, said.err
    return said


def test_assess_says_what_becomes_of_each_and_exits_1_where_one_is_unknown(workspace: Path) -> None:
    said = decant("assess", "--json", at=workspace)
    assert said.code == 1
    jsonschema.validate(said.json, json_schema("decant.assessments/1"))
    found = {one["server"]: one for one in said.json["assessments"]}
    assert sorted(found) == ["dark", "db", "web"]
    assert found["db"]["disposition"] == "replatform"
    assert found["db"]["support"][0]["status"] == "ended"
    assert found["dark"]["readiness"] == "unknown"
    shown = decant("assess", at=workspace)
    assert "decant plan" in shown.err
    assert "Too little is known of: dark" in shown.err
    assert decant("assess", "db", at=workspace).code == 0
    mistyped = decant("assess", "dbb", at=workspace)
    assert mistyped.code == 2
    assert "id you mean db" in mistyped.err


def test_an_override_is_obeyed_and_noted_once_in_the_ledger(workspace: Path) -> None:
    (workspace / "overrides.toml").write_text(
        '[[override]]\nserver = "dark"\ndisposition = "retire"\nreason = "gone in March"\nwho = "jsmith"\n'
    )
    for _ in range(2):
        decant("assess", at=workspace)
    store = Store.open(f"sqlite:///{workspace}/.decant/estate.db")
    (dark,) = (one for one in store.all(Assessment) if one.server == "dark")
    store.close()
    assert dark.overridden_by == "jsmith"
    exported = decant("evidence", "export", at=workspace).out
    assert exported.count("disposition.decided") == 1


def test_a_plan_needs_a_discovery_and_lists_what_was_not_assessed(tmp_path: Path, workspace: Path) -> None:
    decant("init", "empty", at=tmp_path)
    nothing = decant("plan", at=tmp_path / "empty")
    assert nothing.code == 2
    assert "decant discover" in nothing.err
    said = decant("plan", "--json", at=workspace)
    assert said.code == 1
    assert said.json["waves"] == []
    assert "decant assess" in said.json["not_moving"][DATABASE.id]
    (fault,) = said.json["faults"]
    assert "nothing can be planned" in fault
    assert "Next: decant assess" in decant("plan", at=workspace).err


def test_a_plan_is_written_kept_up_to_date_and_never_overwrites_an_edit(workspace: Path) -> None:
    decant("assess", at=workspace)
    path = workspace / "plan.toml"
    first = planned(workspace)
    assert "Wrote" in first.err
    assert f"decant move {DATABASE.id} --to new" in first.err
    proposed = path.read_text()
    planned(workspace)
    assert path.read_text() == proposed

    edited = proposed.replace('name = "report-it"', 'name = "The streets"  # agreed on Monday')
    assert edited != proposed
    path.write_text(edited)
    said = planned(workspace, "--json").json
    jsonschema.validate(said, json_schema("decant.plan/1"))
    assert path.read_text() == edited
    assert (said["edited"], said["waves"][0]["name"]) == (True, "The streets")

    path.write_text(edited.replace('target = "new"\n', ""))
    assert "would differ" in planned(workspace).err
    store = Store.open(f"sqlite:///{workspace}/.decant/estate.db")
    (plan,) = store.all(Plan)
    store.close()
    assert [move.target for move in plan.waves[0].moves] == [None, None]

    fresh = planned(workspace, "--fresh")
    assert path.read_text() == proposed
    assert "plan.toml.before" in fresh.err
    assert "agreed on Monday" in (workspace / "plan.toml.before").read_text()


def test_an_edit_as_decant_itself_would_write_it_stays_however_often_the_plan_is_read(workspace: Path) -> None:
    decant("assess", at=workspace)
    planned(workspace)
    path = workspace / "plan.toml"
    window = "window_start = 2026-12-01T18:00:00\nwindow_end = 2026-12-01T20:00:00"
    edited = path.read_text().replace('name = "report-it"', f'name = "report-it"\n{window}')
    assert window in edited
    path.write_text(edited)
    for _ in range(3):
        assert "Read" in planned(workspace).err
        assert path.read_text() == edited
    assert "plan.toml.before" in planned(workspace, "--fresh").err
    assert "Wrote" in planned(workspace).err


def test_a_wrong_edit_is_bad_use_and_changes_nothing(workspace: Path) -> None:
    decant("assess", at=workspace)
    planned(workspace)
    path = workspace / "plan.toml"
    wrong = path.read_text().replace(DATABASE.id, "db/postgres/report")
    path.write_text(wrong)
    said = decant("plan", at=workspace)
    assert said.code == 2
    assert f"id you mean {DATABASE.id}" in said.err
    assert path.read_text() == wrong


def test_the_plan_says_what_moves_by_hand(workspace: Path) -> None:
    decant("assess", at=workspace)
    said = planned(workspace, "--json").json
    jsonschema.validate(said, json_schema("decant.plan/1"))
    how = {move["workload"]: move["how"] for wave in said["waves"] for move in wave["moves"]}
    assert how == {DATABASE.id: "decant", SITE.id: "by hand"}
    assert (said["by_decant"], said["of"]) == (1, 2)
    shown = planned(workspace)
    assert "by hand" in shown.out
    assert "Of 2 workloads that move, 1 by Decant" in shown.err
    assert (workspace / "plan.toml").read_text().count("# moved by hand") == 1


def test_a_plan_file_that_is_a_folder_or_no_text_is_bad_use(workspace: Path) -> None:
    decant("assess", at=workspace)
    path = workspace / "plan.toml"
    path.mkdir()
    said = decant("plan", at=workspace)
    assert (said.code, "cannot be read (is a directory)" in said.err) == (2, True)
    path.rmdir()
    path.write_bytes(b"\xff\xfe")
    said = decant("plan", at=workspace)
    assert (said.code, "is not text in UTF-8" in said.err) == (2, True)


def test_what_is_older_than_what_it_rests_on_is_not_called_done_and_the_report_says_so(workspace: Path) -> None:
    def stages() -> tuple[dict[str, tuple[str, str]], str]:
        said = decant("status", "--json", at=workspace).json
        return {one["name"]: (one["state"], one["detail"]) for one in said["stages"]}, said["next"]

    def told(edition: str) -> dict[str, str]:
        options = ["--public"] if edition == "public" else []
        found: dict[str, str] = decant("report", *options, "--json", at=workspace).json["report"]["outdated"]
        return found

    for words in (["assess"], ["plan"], ["check", "hosts"]):
        decant(*words, at=workspace)
    made = stages()[0]
    assert made["assess"][0] == "done"
    # The stacks were not checked, only the servers.
    assert made["check"][0] == "partly"
    assert made["check"][1].endswith(" not evaluated; not checked: production, test")
    # One server is undecided, so that the plan is not the whole of it; nothing is old yet.
    assert ("in no wave" in made["plan"][1], "older" in made["plan"][1]) == (True, False)
    assert told("full") == {"assessments": "", "plan": "", "costs": "", "checks": ""}
    store = Store.open(f"sqlite:///{workspace}/.decant/estate.db")
    known = next(one for one in store.all(Server) if one.reached and one.role == "legacy")
    store.put(known.model_copy(update={"seen_at": now()}))
    store.close()
    found, following = stages()
    assert following == "decant assess"
    for name, end in (("assess", "for 1 server"), ("plan", ""), ("check", "for 1 server")):
        state, detail = found[name]
        assert state == "partly"
        assert "; older than the last discover of " in detail
        assert end in detail
    old = told("full")
    assert old.pop("costs") == "", "nothing was costed yet"
    assert all("older than the last discover of" in one for one in old.values())
    assert told("public") == told("full")
    page = max((workspace / ".decant/reports").glob("report-full-*.html")).read_text()
    assert "Out of date" in page
    decant("assess", at=workspace)
    assert "older than the last assess of" in stages()[0]["plan"][1]
    assert stages()[1] == "decant plan"
