"""`decant stack` as a person types it, in a fresh workspace, without the Pulumi CLI."""

import json
import re
import shutil
from pathlib import Path

import pytest

from decant.app import App
from estate.records.base import now
from estate.records.server import Server
from tests.decant.face import decant


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", ".", at=tmp_path).code == 0
    return tmp_path


def test_a_preview_is_shown_kept_and_in_the_ledger(workspace: Path) -> None:
    said = decant("stack", "preview", "test", at=workspace)
    assert said.code == 0
    assert "Total: £" in said.out
    assert "without VAT" in said.out
    assert said.err.rstrip().splitlines()[-1].startswith("Next: decant check stack test")
    kept = json.loads((workspace / ".decant/previews/test.json").read_text("utf-8"))
    assert kept["schema"] == "decant.preview/1"
    assert (
        decant("stack", "list", "--json", at=workspace).json["stacks"][1]["monthly_gbp"]
        == kept["estimate"]["monthly_gbp"]
    )
    assert decant("evidence", "verify", at=workspace).code == 0


def test_resources_are_counted_alike_by_the_command_its_json_the_ledger_and_the_report(workspace: Path) -> None:
    said = decant("stack", "preview", "test", at=workspace)
    made = json.loads((workspace / ".decant/previews/test.json").read_text("utf-8"))
    parts = said.out.split("What costs money")[0].splitlines()[2:]
    assert sum(int(line.split()[1]) for line in parts if line.strip()) == made["built"] < len(made["resources"])
    assert f"test is a test stack of {made['built']} resources." in said.out
    report = json.loads(Path(decant("report", at=workspace).out.strip()).with_suffix(".json").read_text("utf-8"))
    assert report["environments"][0]["resources"] == made["built"]
    assert sum(report["environments"][0]["by_type"].values()) == made["built"]
    decant("evidence", "export", "ledger.jsonl", at=workspace)
    entries = [json.loads(line) for line in (workspace / "ledger.jsonl").read_text("utf-8").splitlines()]
    assert [e["payload"]["resources"] for e in entries if e["action"] == "stack.preview"] == [made["built"]]


def test_what_is_guessed_and_what_is_still_an_example_stands_beside_the_total(workspace: Path) -> None:
    said = decant("stack", "preview", "test", at=workspace)
    assert "rests on guessed prices" in said.out
    assert "an example, not your workloads" in said.out
    settings = workspace / "stacks/test.toml"
    settings.write_text(settings.read_text("utf-8").replace("gib = 128, kind", "gib = 64, kind"), "utf-8")
    assert "an example, not your workloads" not in decant("stack", "preview", "test", at=workspace).out


def test_days_on_screen_are_written_out(workspace: Path) -> None:
    decant("stack", "preview", "test", at=workspace)
    said = decant("stack", "list", at=workspace)
    assert not re.search(r"\d{4}-\d\d-\d\d", said.out)
    assert re.search(r"\d{1,2} [A-Z][a-z]+ \d{4}", said.out)


def test_json_can_be_compared_with_later(workspace: Path) -> None:
    before = decant("stack", "preview", "test", "--json", at=workspace)
    (workspace / "before.json").write_text(before.out, "utf-8")
    settings = workspace / "stacks/test.toml"
    settings.write_text(settings.read_text("utf-8").replace("gib = 128, kind", "gib = 64, kind"), "utf-8")
    after = decant("stack", "preview", "test", "--against", "before.json", "--json", at=workspace).json
    changed = [(c["name"], c["changed"]) for c in after["changes"] if c["change"] == "changed"]
    assert changed == [("disk-files1-shared", {"diskSizeGB": [128, 64]})]
    assert decant("stack", "preview", "test", "--against", "test", "--json", at=workspace).json["changes"] == []


@pytest.mark.parametrize("against", ["nowhere", "decant.toml"])
def test_something_else_to_compare_with_is_refused(workspace: Path, against: str) -> None:
    said = decant("stack", "preview", "test", "--against", against, at=workspace)
    assert said.code == 2
    assert against in said.err


def test_a_stack_that_is_not_there_is_refused_with_the_nearest(workspace: Path) -> None:
    said = decant("stack", "preview", "produktion", at=workspace)
    assert said.code == 2
    assert "Did you mean production" in said.err


def test_two_stacks_with_addresses_in_common_are_refused(workspace: Path) -> None:
    settings = workspace / "stacks/test.toml"
    settings.write_text(settings.read_text("utf-8").replace("10.90.0.0/20", "10.40.16.0/20"), "utf-8")
    said = decant("stack", "preview", "test", at=workspace)
    assert said.code == 2
    assert "addresses in common" in said.err


def test_a_new_stack_can_be_previewed_at_once_and_is_never_overwritten(workspace: Path) -> None:
    assert decant("stack", "new", "test-two", "--kind", "test", at=workspace).code == 0
    again = decant("stack", "new", "test-two", "--kind", "test", at=workspace)
    assert again.code == 2
    assert "already" in again.err
    assert decant("stack", "new", "incident-1", "--kind", "incident", at=workspace).code == 0
    assert decant("stack", "new", "../x", "--kind", "test", at=workspace).code == 2


@pytest.mark.parametrize(
    "words",
    [("up", "test", "--yes"), ("refresh", "test"), ("destroy", "test", "--confirm", "test"), ("outputs", "test")],
)
def test_building_without_the_pulumi_cli_says_how_to_install_it(workspace: Path, words: tuple[str, ...]) -> None:
    if shutil.which("pulumi"):
        pytest.skip("the Pulumi CLI is installed here, so its absence cannot be shown")
    said = decant("stack", *words, at=workspace)
    assert said.code == 3
    assert "pulumi.com/docs/install" in said.err


def test_a_broken_settings_file_is_listed_with_its_problem(workspace: Path) -> None:
    settings = workspace / "stacks/test.toml"
    settings.write_text(settings.read_text("utf-8").replace("uksouth", "mars"), "utf-8")
    listed = {s["name"]: s["problem"] for s in decant("stack", "list", "--json", at=workspace).json["stacks"]}
    assert listed["production"] == ""
    assert "region" in listed["test"]


def test_a_new_stack_has_addresses_of_its_own(workspace: Path) -> None:
    """Also where there is one of its kind already: it can be previewed as it stands."""
    assert decant("stack", "new", "test-two", "--kind", "test", at=workspace).code == 0
    written = (workspace / "stacks/test-two.toml").read_text("utf-8")
    assert 'address_space = "10.90.16.0/20"      # no other stack\'s' in written
    assert decant("stack", "preview", "test-two", at=workspace).code == 0


def test_two_stacks_that_would_have_one_name_in_azure_are_refused(workspace: Path) -> None:
    assert decant("stack", "new", "prod", "--kind", "production", at=workspace).code == 0
    said = decant("stack", "preview", "prod", at=workspace)
    assert said.code == 2
    assert "prod and production would have the same names in Azure, rg-council-prod-uks-platform" in said.err
    assert not (workspace / ".decant/previews/prod.json").exists()


def test_a_file_that_can_be_no_stack_is_listed_with_what_to_do(workspace: Path) -> None:
    (workspace / "stacks/test.toml").rename(workspace / "stacks/Test.toml")
    listed = {s["name"]: s["problem"] for s in decant("stack", "list", "--json", at=workspace).json["stacks"]}
    assert listed["Test"] == "'Test' cannot be a stack's name: rename its file"


def test_targets_of_servers_that_are_no_longer_known_are_warned_of(workspace: Path) -> None:
    settings = workspace / "stacks/test.toml"
    text = settings.read_text("utf-8").replace('name = "app1"', 'name = "app1"\ntakes_over = ["web01", "gone01"]')
    settings.write_text(text, "utf-8")
    assert "no such server is known" not in decant("stack", "preview", "test", at=workspace).err
    app = App(start=workspace)
    app.store.put(Server(id="web01", address="10.0.0.1", reached=True, seen_at=now()))
    app.close()
    said = decant("stack", "preview", "test", at=workspace)
    assert said.code == 0
    assert "app1 takes over from gone01, and no such server is known" in said.err
