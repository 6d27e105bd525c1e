"""`decant stack separation` as a person types it."""

import json
from pathlib import Path

import pytest

from tests.decant.face import decant

OWN = """
platform = "production"
systems = ["library"]

[tags]
owner = "Libraries"

[[postgres]]
name = "loans"
system = "library"
"""
ONE = "8a6e0804-2bd0-4672-b79d-d97027f9071a"
NOBODY = "00000000-0000-0000-0000-000000000000"

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", ".", at=tmp_path).code == 0
    return tmp_path


def fill(workspace: Path, stack: str, old: str, new: str) -> None:
    path = workspace / "stacks" / f"{stack}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_as_shipped_there_is_no_path_and_what_is_not_judged_is_listed(workspace: Path) -> None:
    said = decant("stack", "separation", "test", "production", at=workspace)
    assert said.code == 0
    assert "No path joins production and test" in said.out
    assert "the subscription of test is not filled in" in said.out
    decant("evidence", "export", "ledger.jsonl", at=workspace)
    entries = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text("utf-8").splitlines()]
    (entry,) = [one for one in entries if one["action"] == "stack.separation"]
    assert entry["payload"]["paths"] == 0


def test_one_subscription_in_the_settings_of_both_is_a_path(workspace: Path) -> None:
    for stack in ("test", "production"):
        fill(workspace, stack, f'subscription = "{NOBODY}"', f'subscription = "{ONE}"')
    said = decant("stack", "separation", "production", "test", "--json", at=workspace)
    assert said.code == 1
    assert said.json["apart"] is False
    assert "subscription" in {one["join"] for one in said.json["paths"]}
    assert said.json == decant("stack", "separation", "test", "production", "--json", at=workspace).json
    shown = decant("stack", "separation", "production", "test", at=workspace)
    assert shown.code == 1
    assert f"Azure: subscription {ONE}" in shown.out


def test_a_workload_stack_counts_with_its_platform(workspace: Path) -> None:
    (workspace / "stacks/production-library.toml").write_text(
        OWN + '\n[state]\nbackend = "azblob://state?storage_account=stanytown"\n', "utf-8"
    )
    path = workspace / "stacks/test.toml"
    path.write_text(
        path.read_text("utf-8") + '\n[state]\nbackend = "azblob://state?storage_account=stanytown"\n', "utf-8"
    )
    said = decant("stack", "separation", "production-library", "test", "--json", at=workspace)
    assert said.code == 1
    assert said.json["environments"][0] == {
        "name": "production",
        "made_of": ["production", "production-library"],
    }
    (found,) = said.json["paths"]
    assert found["join"] == "state"
    assert found["steps"][0]["what"] == "stack production-library"


def test_bad_use_is_one_sentence(workspace: Path) -> None:
    (workspace / "stacks/production-library.toml").write_text(OWN, "utf-8")
    same = decant("stack", "separation", "production", "production-library", at=workspace)
    assert same.code == 2
    assert "are one environment, production" in same.err
    absent = decant("stack", "separation", "production", "tset", at=workspace)
    assert absent.code == 2
    assert "test" in absent.err
