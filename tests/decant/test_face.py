"""The command line: what a person sees when it goes right, and when they mistype."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from estate.ledger import Ledger
from estate.paths import Workspace
from estate.store import Store
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


def test_init_says_how_to_go_there(tmp_path: Path) -> None:
    assert "Next: cd 'any town', write your servers" in decant("init", "any town", at=tmp_path).err
    (tmp_path / "here").mkdir()
    assert "Next: write your servers" in decant("init", at=tmp_path / "here").err


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
    assert "when your servers are written into hosts.toml" in said.err
    assert "nothing has been read yet" in said.out
    assert " 0 " not in said.out
    assert decant("status", "--json", at=workspace).json["next"] == "decant doctor"
    (workspace / "hosts.toml").write_text('[[host]]\nname = "db01"\naddress = "10.0.0.12"\n')
    assert decant("status", "--json", at=workspace).json["next"] == "decant hosts trust db01"
    assert "decant hosts trust db01" in decant("init", at=workspace).err


def test_where_no_server_could_be_read_the_next_is_doctor(workspace: Path) -> None:
    (workspace / "hosts.toml").write_text('[[host]]\nname = "db01"\naddress = "127.0.0.1"\nport = 1\n')
    assert decant("discover", at=workspace).code == 3
    assert decant("status", "--json", at=workspace).json["next"] == "decant doctor"
    assert "not reached: db01 (`decant doctor` says why)" in decant("status", at=workspace).out
    said = decant("doctor", at=workspace)
    assert "Next: check that sshd runs there, and on this port  (db01, for discover, move)" in said.err


def test_before_anything_was_read_the_estate_says_so(workspace: Path) -> None:
    said = decant("estate", "list", at=workspace)
    assert (said.code, said.out) == (0, "")
    assert "Nothing has been read yet" in said.err
    assert decant("estate", "map", at=workspace).code == 2
    assert not (workspace / "estate.svg").exists()


def test_a_broken_settings_file_is_named_by_every_command(workspace: Path) -> None:
    (workspace / "decant.toml").write_text("[move]\nfreeze_seconds = 'soon'\n")
    for words in (("status",), ("estate", "list"), ("moves",), ("evidence", "verify"), ("report",)):
        said = decant(*words, at=workspace)
        assert said.code == 2, words
        assert "move.freeze_seconds must be a number" in said.err
    (workspace / "decant.toml").write_text("[dns]\nserver = '10.0.0.300'\n")
    assert "'10.0.0.300' is neither an IP address" in decant("status", at=workspace).err
    (workspace / "decant.toml").write_text("[dns]\n[dns]\n")
    said = decant("status", at=workspace).err
    assert said.startswith("decant: decant.toml is not valid TOML: line 2: the table dns stands there twice")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("stack", "preview", "tset"), "Did you mean test?"),
        (("stack", "preview", "harbour"), "decant stack new harbour --kind production|test"),
        (("hosts", "trust", "nowhere"), "add it to"),
        (("assess", "SERVER"), "run `decant discover`"),
        (("estate", "show", "SERVER"), "write the name of a server in the place of SERVER"),
    ],
)
def test_a_name_that_is_not_there_gets_a_remedy_that_helps(
    workspace: Path, words: tuple[str, ...], remedy: str
) -> None:
    said = decant(*words, at=workspace)
    assert said.code == 2
    assert remedy in said.err


def test_a_stack_of_a_kind_s_own_name_is_made_of_that_kind(workspace: Path) -> None:
    shutil.rmtree(workspace / "stacks")
    said = decant("stack", "preview", "test", at=workspace)
    assert "decant stack new test --kind test" in said.err
    assert decant("stack", "new", "test", "--kind", "test", at=workspace).code == 0
    assert (workspace / "stacks/test.toml").is_file()


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


def test_a_secret_written_into_the_settings_is_refused_and_not_shown(workspace: Path) -> None:
    (workspace / "decant.toml").write_text("[dns]\nkey = 'hunter2tsig=='\n")
    said = decant("config", "show", at=workspace)
    assert said.code == 2
    assert "dns.key: that is not a reference to a secret; use env:NAME" in said.err
    assert "hunter2" not in said.out + said.err


def test_a_council_s_name_is_one_that_a_page_can_carry(tmp_path: Path) -> None:
    said = decant("init", "anytown", "--council", "Any\x07town", at=tmp_path)
    assert (said.code, (tmp_path / "anytown").exists()) == (2, False)
    assert decant("init", "anytown", at=tmp_path).code == 0
    settings = tmp_path / "anytown/decant.toml"
    settings.write_text(settings.read_text().replace('council = ""', 'council = "Any\\u0007town"'))
    said = decant("status", at=tmp_path / "anytown")
    assert (said.code, "holds a control character" in said.err) == (2, True)


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


@pytest.mark.parametrize("words", [(), ("approvers",), ("stack",), ("practice", "load")])
def test_a_group_alone_shows_its_help(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = decant(*words, at=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: decant")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("discovr",), "Did you mean `decant discover`?"),
        (("preview", "test"), "Did you mean `decant stack preview`?"),
        (("trust", "db01"), "Did you mean `decant hosts trust`?"),
        (("estate", "lis"), "Did you mean `decant estate list`?"),
        (("import", "rvtool"), "Did you mean `decant import rvtools`?"),
        (("stack", "preveiw"), "Did you mean `decant stack preview`?"),
        (("init", "--counsil", "X"), "Did you mean `--council`?"),
        (("move",), "see `decant move --help`"),
    ],
)
def test_a_mistake_is_one_sentence_and_the_way_on(tmp_path: Path, words: tuple[str, ...], meant: str) -> None:
    said = decant(*words, at=tmp_path)
    assert said.code == 2
    assert meant in said.err
    assert "?." not in said.err
    assert ".." not in said.err


@pytest.mark.parametrize("words", ["rules list", "rules list --json", "evidence export", "--help"])
def test_a_reader_that_leaves_ends_a_command_quietly(workspace: Path, words: str) -> None:
    opened = Workspace(workspace)
    with closing(Store.of(opened)) as store:
        # So that the ledger is longer than a pipe holds.
        Ledger(store, opened).append("note", [], {"text": "x" * 200_000}, actor="a person")
    pipe = f"{sys.executable} -m decant {words} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", pipe], cwd=workspace, capture_output=True, text=True, check=False)
    assert (done.returncode, "Broken" in done.stderr, "Exception" in done.stderr) == (0, False, False)


def test_a_path_that_the_system_refuses_is_no_fault_of_ours(workspace: Path) -> None:
    for words in (
        ("init", "x" * 300),
        ("--workspace", "x" * 300, "status"),
        ("init", "anytown/hosts.toml/inside"),
    ):
        said = decant(*words, at=workspace.parent if words[0] == "init" else workspace)
        assert said.code == 2, said.err
        assert "fault in Decant" not in said.err


def test_a_folder_of_somebody_else_is_no_fault_of_ours(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    assert decant("init", "closed", at=tmp_path).code == 0
    closed.chmod(0o700)
    for words in (("--workspace", str(closed), "status"), ("init", str(closed / "deeper"))):
        said = as_somebody_else(*words)
        assert said.returncode == 2, said.stderr
        assert "permission denied" in said.stderr


def as_somebody_else(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run decant in this process's image as a user without rights; every module is loaded before."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become somebody else")
    program = (
        "import os, sys\n"
        "import decant.app, decant.settings, decant.journeys.workspace, decant.commands.init, decant.commands.status\n"
        "import decant.journeys.status, decant.output, estate.store, estate.ledger\n"
        "from decant.__main__ import run\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"sys.exit(run({list(words)!r}))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd="/", capture_output=True, text=True, timeout=60, check=False
    )


def test_a_report_makes_no_folders(workspace: Path) -> None:
    said = decant("report", "--output", "a/b/c.html", at=workspace)
    assert said.code == 2
    assert "a folder that is there" in said.err
    assert not (workspace / "a").exists()


def test_an_estate_that_was_not_there_is_said_so(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the practice estate needs root")
    said = decant("practice", "down", "--estate", "nosuch", at=tmp_path)
    assert (said.code, "No estate nosuch was there" in said.err) == (0, True)
