"""What Decant writes names servers and people: who may read it, and what it is never written over."""

import stat
from pathlib import Path

import pytest

from tests.decant.face import decant


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("face") / "anytown"
    assert decant("init", "anytown", at=root.parent).code == 0
    (root / "map.toml").write_text('name = "cmdb"\n[columns]\nname = "Name"\naddress = "IP"\n')
    (root / "cmdb.csv").write_text("Name,IP\nsrv00001,10.0.0.1\n")
    assert decant("import", "csv", "cmdb.csv", "--mapping", "map.toml", at=root).code == 0
    return root


WRITERS = {
    "export": ("estate", "export", "--format", "json", "--output"),
    "map": ("estate", "map", "--output"),
    "report": ("report", "--output"),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_that_is_there_is_replaced_only_with_a_yes_and_keeps_its_mode(workspace: Path, writer: str) -> None:
    name = {"export": "all.json", "map": "all.svg", "report": "all.html"}[writer]
    path = workspace / writer / name
    path.parent.mkdir()
    assert decant(*WRITERS[writer], f"{writer}/{name}", at=workspace).code == 0
    assert {stat.S_IMODE(one.stat().st_mode) & 0o007 for one in path.parent.iterdir()} == {0}
    path.write_text("a person's")
    path.chmod(0o644)
    refused = decant(*WRITERS[writer], f"{writer}/{name}", at=workspace)
    assert (refused.code, "--yes" in refused.err) == (4, True)
    assert path.read_text() == "a person's"
    assert decant(*WRITERS[writer], f"{writer}/{name}", "--yes", at=workspace).code == 0
    assert path.read_text() != "a person's"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("writer", "output"),
    [
        *(("export", own) for own in ("hosts.toml", "plan.toml", "stacks/a.json", ".decant/estate.db")),
        *(("map", "processing/a.svg"), ("report", ".decant/a.html")),
    ],
)
def test_what_the_workspace_lives_on_is_never_written_over(workspace: Path, writer: str, output: str) -> None:
    path = workspace / output
    before = path.read_bytes() if path.exists() and writer == "export" and "db" not in output else None
    refused = decant(*WRITERS[writer], output, "--yes", at=workspace)
    assert (refused.code, "workspace's own" in refused.err) == (4, True)
    assert path.exists() == (output in ("hosts.toml", ".decant/estate.db"))
    assert before is None or path.read_bytes() == before


def test_the_json_beside_a_report_is_asked_for_too_and_is_never_the_report_itself(workspace: Path) -> None:
    (workspace / "mine.json").write_text("a person's")
    refused = decant("report", "--output", "mine.html", at=workspace)
    assert (refused.code, (workspace / "mine.html").exists()) == (4, False)
    refused = decant("report", "--output", "other.json", at=workspace)
    assert (refused.code, "beside the page" in refused.err) == (2, True)


def test_what_can_be_printed_is_printed_to_a_pipe_that_is_named_as_the_output(workspace: Path) -> None:
    said = decant("estate", "export", "--format", "csv", "--output", "/dev/stdout", at=workspace)
    assert (said.code, "srv00001" in said.out) == (0, True)


def test_plans_systems_and_the_exported_ledger_are_not_for_everybody(workspace: Path) -> None:
    assert decant("assess", at=workspace).code in (0, 1)
    assert decant("plan", at=workspace).code in (0, 1)
    assert decant("systems", "propose", at=workspace).code == 0
    assert decant("evidence", "export", "ledger.jsonl", at=workspace).code == 0
    for name, most in (("plan.toml", 0o640), ("systems.toml", 0o640), ("ledger.jsonl", 0o600)):
        assert stat.S_IMODE((workspace / name).stat().st_mode) & ~most == 0, name
    (workspace / "plan.toml").chmod(0o664)
    assert decant("plan", "--fresh", at=workspace).code in (0, 1)
    assert stat.S_IMODE((workspace / "plan.toml").stat().st_mode) == 0o664
