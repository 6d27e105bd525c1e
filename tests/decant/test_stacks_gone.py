"""A stack whose settings were taken out of the workspace is counted nowhere any more."""

import json
import re
from pathlib import Path

import pytest

from decant.journeys.workspace import create
from tests.decant.face import decant
from tests.inventory.sources.exports import workbook
from tests.migration.windows_estate import rows
from tests.stacks.test_workload_stacks import OWN


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    create(tmp_path)
    return tmp_path


def stage(workspace: Path, name: str) -> dict[str, str]:
    stages: list[dict[str, str]] = decant("status", "--json", at=workspace).json["stages"]
    return next(one for one in stages if one["name"] == name)


def reported(workspace: Path) -> tuple[list[str], str]:
    """The stacks of the report, and its page."""
    folder = workspace / "out"
    folder.mkdir(exist_ok=True)
    assert decant("report", "--output", str(folder / "report.html"), "--yes", at=workspace).code == 0
    made = json.loads(next(folder.glob("*.json")).read_text("utf-8"))
    return [one["stack"] for one in made["environments"]], (folder / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_the_report_and_the_status_know_the_stacks_of_today(workspace: Path) -> None:
    (workspace / "stacks/library.toml").write_text(OWN, "utf-8")
    for name in ("production", "library"):
        decant("stack", "preview", name, at=workspace)
    assert "library, production previewed; not previewed: test" in stage(workspace, "stacks")["detail"]
    assert stage(workspace, "stacks")["state"] == "partly"
    decant("check", "stack", "library", at=workspace)
    stacks, page = reported(workspace)
    assert stacks == ["library", "production"]
    assert page.count("a month</dd>") == 1, "production and what stands on it is one figure"

    (workspace / "stacks/library.toml").unlink()
    stacks, _ = reported(workspace)
    assert stacks == ["production"]
    assert "library" not in stage(workspace, "stacks")["detail"]
    assert stage(workspace, "check")["detail"].startswith("nothing checked yet")


def test_what_passes_every_rule_is_not_headed_failing(workspace: Path) -> None:
    said = decant("check", "stack", "test", at=workspace)
    assert "Stack test: nothing fails." in said.out
    assert "failing" not in said.out.partition("nothing fails.")[0]


def test_the_status_leads_to_what_has_expired_and_tells_what_is_over_its_budget(workspace: Path) -> None:
    path = workspace / "stacks/test.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r"(?m)^monthly_gbp = .*$", "monthly_gbp = 1", text), "utf-8")
    assert decant("stack", "preview", "test", at=workspace).code == 4
    assert "test is over its budget" in stage(workspace, "stacks")["detail"]
    assert decant("status", "--json", at=workspace).json["next"] == "decant stack preview test"
    assert "Look at this: test is over its budget." in decant("stack", "list", at=workspace).err
    path.write_text(re.sub(r"(?m)^expires_on = .*$", "expires_on = 2026-01-05", text), "utf-8")
    assert decant("status", "--json", at=workspace).json["next"] == "decant stack reap"
    listed = decant("stack", "list", at=workspace).err
    assert "test: the cost is not of today, as test.toml has changed since the last preview" in listed


def test_a_check_speaks_of_what_was_checked_and_of_no_later_preview(workspace: Path) -> None:
    decant("check", "stack", "test", at=workspace)
    checked = stage(workspace, "check")
    assert checked["state"] == "partly"
    assert checked["detail"].endswith("not evaluated; not checked: production")
    decant("stack", "preview", "test", at=workspace)
    assert "; out of date for test; not checked: " in stage(workspace, "check")["detail"]
    decant("check", "stack", "test", at=workspace)
    assert "out of date" not in stage(workspace, "check")["detail"]

    path = workspace / "stacks/test.toml"
    path.write_text(path.read_text("utf-8") + "\n# looked through\n", "utf-8")
    assert stage(workspace, "stacks")["detail"].endswith("; out of date: test")
    assert "; out of date for test; not checked: " in stage(workspace, "check")["detail"]


@pytest.mark.slow
def test_of_servers_that_were_imported_alone_the_status_leads_through_every_stage_to_hosts(
    workspace: Path,
) -> None:
    workbook(workspace / "vmware.xlsx", {"vInfo": rows()})
    decant("import", "rvtools", "vmware.xlsx", at=workspace)
    (workspace / "hosts.toml").write_text("", "utf-8")
    came = []
    for _ in range(8):
        command = decant("status", "--json", at=workspace).json["next"]
        came.append(command)
        if command == "decant doctor":
            break
        decant(*command.split()[1:], at=workspace)
    assert "decant check hosts" in came
    assert "decant check stack production" in came
    assert came[-1] == "decant doctor"
