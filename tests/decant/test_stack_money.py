"""The cap at the command line: a preview over it is shown and kept, and exits with 4 unless a named person lets it pass."""

import json
import shutil
from pathlib import Path

import pytest

from decant.journeys.workspace import create
from tests.decant.face import decant
from tests.stacks.test_workload_stacks import OWN


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    create(tmp_path)
    return tmp_path


def budget(workspace: Path, stack: str, pounds: float) -> None:
    path = workspace / "stacks" / f"{stack}.toml"
    lines = path.read_text("utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("monthly_gbp"))
    lines[at] = f"monthly_gbp = {pounds}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


def cost(workspace: Path, stack: str) -> float:
    found: float = decant("stack", "preview", stack, "--json", at=workspace).json["estimate"]["monthly_gbp"]
    return found


def test_a_budget_one_pound_below_the_estimate_is_refused_and_the_preview_is_shown_and_kept(
    workspace: Path,
) -> None:
    whole = cost(workspace, "test")
    budget(workspace, "test", round(whole - 1, 2))
    said = decant("stack", "preview", "test", at=workspace)
    assert said.code == 4
    assert "Total: £" in said.out
    assert "this is £1.00 too much" in said.out
    assert f"its budget is £{whole - 1:,.2f}: £1.00 too much" in said.err
    assert "--over-budget NAME --reason TEXT" in said.err
    kept = json.loads((workspace / ".decant/previews/test.json").read_text("utf-8"))
    assert kept["cap"]["over"]
    assert decant("stack", "preview", "test", "--json", at=workspace).code == 4
    budget(workspace, "test", whole)
    assert decant("stack", "preview", "test", at=workspace).code == 0


def test_a_named_person_lets_it_pass_with_a_reason_which_is_shown_and_in_the_ledger(workspace: Path) -> None:
    budget(workspace, "test", 1)
    passed = ("--over-budget", "A. Finance", "--reason", "the pilot needs it until March")
    said = decant("stack", "preview", "test", *passed, at=workspace)
    assert said.code == 0
    assert "Over the cap, and A. Finance lets it pass: the pilot needs it until March" in said.out
    decant("evidence", "export", "ledger.jsonl", at=workspace)
    entries = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text("utf-8").splitlines()]
    (entry,) = [one for one in entries if one["action"] == "stack.over-budget"]
    assert entry["subjects"] == ["stack:test"]
    assert entry["payload"]["who"] == "A. Finance"
    assert entry["payload"]["reason"] == "the pilot needs it until March"
    assert decant("stack", "preview", "test", at=workspace).code == 4


def test_what_is_over_the_cap_is_not_built(workspace: Path) -> None:
    budget(workspace, "test", 1)
    said = decant("stack", "up", "test", "--yes", at=workspace)
    assert said.code == 4
    assert "its budget is £1.00" in said.err


@pytest.mark.parametrize(
    "half", [("--over-budget", "A. Finance"), ("--reason", "because"), ("--over-budget", " ")]
)
def test_neither_a_name_nor_a_reason_does_alone(workspace: Path, half: tuple[str, ...]) -> None:
    said = decant("stack", "preview", "test", *half, at=workspace)
    assert said.code == (0 if half[1] == " " else 2)


def test_a_workload_stack_takes_from_its_platform_s_budget_what_the_others_leave(workspace: Path) -> None:
    (workspace / "stacks/library.toml").write_text(OWN, "utf-8")
    (workspace / "stacks/museum.toml").write_text(
        OWN.replace("library", "museum").replace("lib1", "mus1"), "utf-8"
    )
    budget(workspace, "production", 5000)
    first = decant("stack", "preview", "library", "--json", at=workspace)
    assert first.code == 0
    (allowance,) = first.json["cap"]["allowances"]
    assert {name for name, taken in allowance["others"].items() if taken} == {"museum", "production"}
    platform, library, museum = (cost(workspace, name) for name in ("production", "library", "museum"))
    budget(workspace, "production", round(platform + library + museum, 2))
    assert decant("stack", "preview", "museum", at=workspace).code == 0
    listed = {one["name"]: one for one in decant("stack", "list", "--json", at=workspace).json["stacks"]}
    assert [listed[name]["left_gbp"] for name in ("production", "library", "museum")] == [0, 0, 0]
    assert (listed["library"]["platform"], listed["production"]["platform"]) == ("production", "")
    budget(workspace, "production", round(platform + library + museum - 1, 2))
    for name in ("museum", "production"):
        said = decant("stack", "preview", name, at=workspace)
        assert said.code == 4
        assert "£1.00 too much" in said.err


def test_where_no_preview_was_ever_made_the_others_are_counted_all_the_same(workspace: Path) -> None:
    """As in a pipeline, whose workspace is new each time."""
    (workspace / "stacks/library.toml").write_text(OWN, "utf-8")
    budget(workspace, "production", cost(workspace, "production") + 1)
    shutil.rmtree(workspace / ".decant")
    said = decant("stack", "preview", "production", at=workspace)
    assert said.code == 4
    assert "too much" in said.err
    assert "left beside library (£" in said.err


def test_one_that_is_wrong_itself_leaves_open_what_is_left(workspace: Path) -> None:
    (workspace / "stacks/library.toml").write_text(OWN.replace("Standard_D2as_v5", "Standard_Huge"), "utf-8")
    said = decant("stack", "preview", "production", at=workspace)
    assert said.code == 0
    assert "what library takes is not known; at most £" in said.out
    assert "what library takes of the budget of production is not known: no preview of it can be made" in said.err


def test_a_workload_stack_may_have_a_smaller_budget_of_its_own(workspace: Path) -> None:
    (workspace / "stacks/library.toml").write_text(f"{OWN}\n[budget]\nmonthly_gbp = 5\n", "utf-8")
    said = decant("stack", "preview", "library", at=workspace)
    assert said.code == 4
    assert "its budget is £5.00" in said.err


def test_what_fails_the_rules_stands_in_the_preview(workspace: Path) -> None:
    said = decant("stack", "preview", "test", "--json", at=workspace).json
    checked = decant("check", "stack", "test", "--json", at=workspace).json
    assert said["finding_counts"] == checked["counts"]
    assert said["finding_counts"]["pass"] > 100
    shown = decant("stack", "preview", "test", at=workspace)
    assert f"Findings: {checked['counts']['pass']} pass, {checked['counts']['fail']} fail" in shown.out


def test_every_price_says_its_day(workspace: Path) -> None:
    estimate = decant("stack", "preview", "test", "--json", at=workspace).json["estimate"]
    assert all("dated" in line and line["source"] for line in estimate["lines"])
    assert min(line["dated"] for line in estimate["lines"] if line["dated"]) >= estimate["priced_at"]


def test_the_picture_is_written_beside_the_preview_or_where_one_likes(workspace: Path) -> None:
    said = decant("stack", "preview", "test", "--graph", at=workspace)
    assert said.code == 0
    drawn = (workspace / ".decant/previews/test.svg").read_text("utf-8")
    assert drawn.startswith("<svg ")
    assert decant("stack", "preview", "test", "--graph", "test.svg", "--json", at=workspace).code == 0
    assert (workspace / "test.svg").read_text("utf-8").startswith("<svg ")
    again = decant("stack", "preview", "test", "--graph", "test.svg", at=workspace)
    assert again.code == 4
    assert "add --yes" in again.err
    other = decant("stack", "preview", "test", "--graph", "test.png", at=workspace)
    assert other.code == 2
    assert "the picture is SVG" in other.err
    turned = decant("stack", "preview", "--graph", "test", at=workspace)
    assert turned.code == 2
    assert "write `decant stack preview test --graph`" in turned.err
    assert decant("stack", "preview", "test", "--graph", "stacks/test.toml", "--yes", at=workspace).code == 2


def test_comparing_with_what_is_built_needs_the_pulumi_cli(workspace: Path) -> None:
    environment = {"PATH": str(workspace)}
    said = decant("stack", "preview", "test", "--against", "deployed", at=workspace, environment=environment)
    assert said.code == 3
    assert "Pulumi CLI" in said.err
    assert not (workspace / ".decant/previews/test.json").exists()
    assert decant("stack", "new", "deployed", "--kind", "test", at=workspace).code == 2


@pytest.mark.parametrize("kind", ["production", "test", "incident", "rehearsal"])
def test_an_example_workspace_has_a_stack_of_every_kind_ready_to_preview(
    tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("example")
    assert decant("init", ".", "--example", at=folder).code == 0
    assert {path.stem for path in (folder / "stacks").iterdir()} == {"production", "test", "incident", "rehearsal"}
    said = decant("stack", "preview", kind, "--json", at=folder, timeout=20)
    assert said.code == 0, said.err
    assert said.json["kind"] == kind
