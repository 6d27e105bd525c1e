"""The command line: what a person sees when it goes right, and when they mistype."""

from pathlib import Path

import pytest

from tests.decant.face import decant


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A new workspace."""
    made = decant("init", "anytown", "--council", "Anytown Council", at=tmp_path)
    assert made.code == 0, made.err
    return tmp_path / "anytown"


def test_init_makes_a_workspace_whose_state_is_private(workspace: Path) -> None:
    assert (workspace / ".decant").stat().st_mode & 0o777 == 0o700
    assert (workspace / ".decant/ledger.key").stat().st_mode & 0o777 == 0o600
    for name in ("decant.toml", "hosts.toml", "stacks/production.toml", "stacks/test.toml", "allowed_signers"):
        assert (workspace / name).is_file()


def test_init_twice_changes_nothing_that_a_person_wrote(workspace: Path) -> None:
    (workspace / "hosts.toml").write_text("# mine\n")
    assert decant("init", at=workspace).code == 0
    assert (workspace / "hosts.toml").read_text() == "# mine\n"


def test_init_inside_a_workspace_is_refused(workspace: Path) -> None:
    (workspace / "deeper").mkdir()
    said = decant("init", "deeper", at=workspace)
    assert said.code == 2
    assert "lies inside the workspace" in said.err


def test_a_mistyped_command_gets_a_suggestion(tmp_path: Path) -> None:
    said = decant("discovr", at=tmp_path)
    assert said.code == 2
    assert "discover" in said.err
    assert "Traceback" not in said.err


def test_a_mistyped_option_gets_a_suggestion(tmp_path: Path) -> None:
    said = decant("init", "--counsil", "X", at=tmp_path)
    assert said.code == 2
    assert "--council" in said.err


def test_outside_a_workspace_the_remedy_is_said(tmp_path: Path) -> None:
    said = decant("status", at=tmp_path)
    assert said.code == 2
    assert "decant init" in said.err


def test_an_error_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    said = decant("status", "--json", at=tmp_path)
    assert said.code == 2
    assert said.json["schema"] == "decant.error/1"
    assert said.json["error"]["exit_code"] == 2
    assert said.json["error"]["remedy"]


def test_status_of_a_new_workspace_says_what_comes_next(workspace: Path) -> None:
    said = decant("status", at=workspace)
    assert said.code == 0
    assert "decant discover" in said.err
    assert decant("status", "--json", at=workspace).json["next"] == "decant discover"


def test_config_shows_where_each_value_came_from(workspace: Path) -> None:
    said = decant("config", "show", "--json", at=workspace, environment={"DECANT_MOVE_PARALLEL": "4"})
    rows = {row["setting"]: row for row in said.json["settings"]}
    assert rows["move.parallel"] == {"setting": "move.parallel", "value": 4, "from": "environment"}
    assert rows["workspace.council"]["value"] == "Anytown Council"
    assert rows["workspace.council"]["from"].endswith("decant.toml")
    assert rows["discover.parallel"]["from"] == "default"


def test_an_unknown_setting_is_refused_with_the_nearest(workspace: Path) -> None:
    with (workspace / "decant.toml").open("a") as settings:
        settings.write("freeze_second = 10\n")
    said = decant("config", "show", at=workspace)
    assert said.code == 2
    assert "freeze_seconds" in said.err


@pytest.mark.parametrize(
    "text", ["[move", "move = 3", "[move]\nfreeze_seconds = 'soon'", "[move]\nfreeze_seconds = 1"]
)
def test_settings_that_are_not_right_are_refused_in_one_sentence(workspace: Path, text: str) -> None:
    (workspace / "decant.toml").write_text(text)
    said = decant("config", "show", at=workspace)
    assert said.code == 2
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_an_empty_workspace_makes_a_report_that_says_so(workspace: Path) -> None:
    said = decant("report", at=workspace)
    assert said.code == 0, said.err
    assert "Nothing has been looked at." in Path(said.out.strip()).read_text()


def test_a_fault_in_decant_is_no_traceback(workspace: Path) -> None:
    (workspace / ".decant/estate.db").write_bytes(b"not a database at all, but long enough to be read as one" * 99)
    said = decant("status", at=workspace)
    assert said.code in (2, 4, 5)
    assert "Traceback" not in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(tmp_path: Path, shell: str) -> None:
    assert "_DECANT_COMPLETE" in decant("completion", shell, at=tmp_path).out


def test_help_names_every_command(tmp_path: Path) -> None:
    said = decant("--help", at=tmp_path)
    assert said.code == 0
    for command in ("init", "status", "report", "config"):
        assert command in said.out
