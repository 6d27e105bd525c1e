"""Short-lived stacks come to an end: people are warned, may extend with a reason, and reap what has expired."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from decant.app import App
from decant.journeys import stack_life
from decant.journeys.stack_files import record
from decant.journeys.workspace import create
from estate.errors import RefusedError
from tests.decant.face import decant

TODAY = stack_life.today()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    create(tmp_path, example=True)
    return tmp_path


def expires(workspace: Path, stack: str, left: int) -> date:
    """Have a stack expire in so many days, whatever its template says."""
    path = workspace / "stacks" / f"{stack}.toml"
    old = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("expires_on"))
    until = TODAY + timedelta(days=left)
    day = old.split("#")[0].split("=")[1].strip()
    path.write_text(path.read_text("utf-8").replace(day, until.isoformat()), "utf-8")
    return until


def test_the_list_has_the_days_left_and_warns_from_seven_days_on(workspace: Path) -> None:
    expires(workspace, "test", 8)
    expires(workspace, "incident", 7)
    expires(workspace, "rehearsal", -1)
    listed = {
        one["name"]: one["days_left"] for one in decant("stack", "list", "--json", at=workspace).json["stacks"]
    }
    assert listed == {"production": None, "test": 8, "incident": 7, "rehearsal": -1}
    said = decant("stack", "list", at=workspace)
    assert "incident expires in 7 days" in said.err
    assert "rehearsal expired 1 day ago" in said.err
    assert "test expires" not in said.err
    assert said.err.rstrip().splitlines()[-1].startswith("Next: decant stack reap")


def test_status_tells_of_what_expires(workspace: Path) -> None:
    expires(workspace, "test", 3)
    stages = decant("status", "--json", at=workspace).json["stages"]
    (stacks,) = [one["detail"] for one in stages if one["name"] == "stacks"]
    assert "test expires in 3 days" in stacks
    assert "incident" not in stacks


def test_an_extension_changes_the_day_and_keeps_every_comment(workspace: Path) -> None:
    path = workspace / "stacks/test.toml"
    expires(workspace, "test", 3)
    before = path.read_text("utf-8")
    until = TODAY + timedelta(days=30)
    said = decant(
        "stack", "extend", "test", "--until", until.isoformat(), "--reason", "users still test", at=workspace
    )
    assert said.code == 0, said.err
    assert "Next: decant stack preview test" in said.err, "nothing was built, so no label in Azure is behind"
    was = (TODAY + timedelta(days=3)).isoformat()
    assert path.read_text("utf-8") == before.replace(was, until.isoformat())
    assert "# at most 30 days ahead" in before
    decant("evidence", "export", "ledger.jsonl", at=workspace)
    entries = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text("utf-8").splitlines()]
    (entry,) = [one for one in entries if one["action"] == "stack.extend"]
    assert entry["payload"] == {"from": was, "until": until.isoformat(), "reason": "users still test"}


def test_a_day_that_is_none_is_refused_with_how_to_write_one(workspace: Path) -> None:
    said = decant("stack", "extend", "test", "--until", "tomorrow", "--reason", "x", at=workspace)
    assert said.code == 2
    assert "write it as 2027-03-31" in said.err


@pytest.mark.parametrize(
    ("stack", "days", "code"), [("test", 30, 0), ("test", 31, 2), ("incident", 14, 0), ("incident", 15, 2)]
)
def test_no_extension_goes_further_than_the_kind_may_live(
    workspace: Path, stack: str, days: int, code: int
) -> None:
    expires(workspace, stack, 2)
    before = (workspace / "stacks" / f"{stack}.toml").read_text("utf-8")
    until = (TODAY + timedelta(days=days)).isoformat()
    said = decant("stack", "extend", stack, "--until", until, "--reason", "x", at=workspace)
    assert said.code == code
    assert ((workspace / "stacks" / f"{stack}.toml").read_text("utf-8") == before) == (code != 0)


def test_an_extension_needs_a_reason_and_something_that_expires(workspace: Path) -> None:
    until = (TODAY + timedelta(days=5)).isoformat()
    assert decant("stack", "extend", "test", "--until", until, "--reason", " ", at=workspace).code == 2
    assert decant("stack", "extend", "test", "--until", until, at=workspace).code == 2
    said = decant("stack", "extend", "production", "--until", until, "--reason", "x", at=workspace)
    assert said.code == 2
    assert "lasts" in said.err


def test_a_workload_stack_expires_with_its_platform(workspace: Path) -> None:
    (workspace / "stacks/test-annex.toml").write_text('platform = "test"\nsystems = []\n', "utf-8")
    until = (TODAY + timedelta(days=20)).isoformat()
    said = decant("stack", "extend", "test-annex", "--until", until, "--reason", "x", at=workspace)
    assert said.code == 2
    assert "decant stack extend test" in said.err


def test_reap_lists_what_has_expired_and_asks_for_each_by_name(workspace: Path) -> None:
    assert decant("stack", "reap", at=workspace).code == 0
    expires(workspace, "test", -2)
    expires(workspace, "incident", 0)
    said = decant("stack", "reap", at=workspace)
    assert said.code == 1
    assert "test" in said.out
    assert "incident" not in said.out
    assert "decant stack reap --confirm test" in said.err


@pytest.mark.parametrize(("name", "code"), [("incident", 4), ("production", 4), ("nowhere", 2)])
def test_reap_takes_nothing_away_that_has_not_expired(workspace: Path, name: str, code: int) -> None:
    expires(workspace, "test", -2)
    said = decant("stack", "reap", "--confirm", name, at=workspace)
    assert said.code == code
    assert name in said.err


def test_reaping_without_the_pulumi_cli_says_how_to_install_it_and_notes_nothing(workspace: Path) -> None:
    if shutil.which("pulumi"):
        pytest.skip("the Pulumi CLI is installed here, so its absence cannot be shown")
    expires(workspace, "test", -2)
    assert decant("stack", "reap", "--confirm", "test", at=workspace).code == 3
    (test,) = [
        one for one in decant("stack", "list", "--json", at=workspace).json["stacks"] if one["name"] == "test"
    ]
    assert test["state"] == "not built"


def test_what_was_taken_away_is_warned_of_no_more_until_it_is_built_again(workspace: Path) -> None:
    expires(workspace, "test", -2)
    app = App(start=workspace)
    try:
        for action, state, warned in (
            ("stack.up.begun", "begun", ["test"]),
            ("stack.up", "built", ["test"]),
            ("stack.reap", "taken away", []),
            ("stack.up", "built", ["test"]),
            ("stack.destroy", "taken away", []),
        ):
            record(app, "test", action, {})
            assert stack_life.built(app)["test"] == state
            assert [one.name for one in stack_life.expired(app)] == warned
    finally:
        app.close()


def test_a_platform_goes_after_what_stands_on_it(workspace: Path) -> None:
    expires(workspace, "test", -2)
    (workspace / "stacks/test-annex.toml").write_text('platform = "test"\nsystems = []\n', "utf-8")
    app = App(start=workspace)
    try:
        record(app, "test", "stack.up", {})
        record(app, "test-annex", "stack.up", {})
        with pytest.raises(RefusedError, match="test-annex stands on test"):
            stack_life.to_reap(app, ("test",))
        assert [one.name for one in stack_life.to_reap(app, ("test", "test-annex"))] == ["test-annex", "test"]
    finally:
        app.close()


def test_a_platform_that_something_stands_on_is_not_destroyed(workspace: Path) -> None:
    (workspace / "stacks/test-annex.toml").write_text('platform = "test"\nsystems = []\n', "utf-8")
    app = App(start=workspace)
    try:
        record(app, "test-annex", "stack.up.begun", {})
    finally:
        app.close()
    said = decant("stack", "destroy", "test", "--confirm", "test", at=workspace)
    assert said.code == 4
    assert "test-annex stands on test" in said.err


@pytest.mark.parametrize(("left", "told"), [(300, "30 days at most"), (-1, "expired on")])
def test_what_has_expired_or_would_live_too_long_is_previewed_and_not_built(
    workspace: Path, left: int, told: str
) -> None:
    expires(workspace, "test", left)
    said = decant("stack", "up", "test", "--yes", at=workspace)
    assert said.code == 4
    assert told in said.err
    assert decant("stack", "preview", "test", at=workspace).code == 0
