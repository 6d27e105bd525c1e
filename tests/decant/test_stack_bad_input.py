"""A wrong settings file, as a person meets it: one sentence that names the setting, exit 2, and nothing half-made."""

import shutil
from pathlib import Path

import pytest

from tests.decant.face import decant


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of the example."""
    folder = tmp_path_factory.mktemp("example")
    assert decant("init", "--example", ".", at=folder).code == 0
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


def ledger(workspace: Path) -> list[str]:
    exported = decant("evidence", "export", at=workspace)
    assert exported.code == 0
    return exported.out.splitlines()


@pytest.mark.parametrize(
    ("stack", "old", "new", "said"),
    [
        ("test", "10.90.0.0/20", "10.40.16.0/20", "network.address_space"),
        (
            "production",
            "10.40.0.0/16",
            "192.168.0.0/16",
            "the server room's range 192.168.0.0/16 and address_space",
        ),
        ("test", "10.90.0.0/20", "192.168.16.0/20", "the server room of production (192.168.0.0/16)"),
        ("test", "10.90.0.0/20", "10.90.0.0/24", "address_space must be a /16 to a /22"),
        ("test", 'region = "uksouth"', 'region = "northeurope"', "region must be 'uksouth' or 'ukwest'"),
        ("test", 'region = "uksouth"', 'region = "uksuoth"', "region must be 'uksouth' or 'ukwest'"),
        ("production", "Standard_D2as_v5", "Standard_D2as_v9", "not in the size catalogue"),
        ("production", "Standard_D4s_v3", "Standard_D5s_v3", "size 'Standard_D5s_v3'"),
        ("production", "shared_key = ", "# shared_key = ", "lacks the setting server_room.shared_key"),
        ("production", "first_password = ", "# first_password = ", "lacks the setting mysql[1].first_password"),
        ("test", "monthly_gbp = ", "monthly_gbp = 0 # ", "budget.monthly_gbp must be more than 0"),
        ("incident", 'name = "app1"', f'name = "{"a" * 40}"', "vm 1, name"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_nothing_is_made(
    workspace: Path, stack: str, old: str, new: str, said: str
) -> None:
    settings = workspace / f"stacks/{stack}.toml"
    text = settings.read_text("utf-8")
    assert old in text
    settings.write_text(text.replace(old, new, 1), "utf-8")
    entries = ledger(workspace)
    before = sorted(path for path in workspace.rglob("*") if path.is_file())
    shown = decant("stack", "preview", stack, at=workspace)
    assert shown.code == 2
    [line] = shown.err.strip().splitlines()
    assert said in line
    assert shown.out == ""
    assert sorted(path for path in workspace.rglob("*") if path.is_file()) == before
    assert ledger(workspace) == entries


def test_a_file_whose_name_no_stack_can_have_is_told_as_that(workspace: Path) -> None:
    long = "a-very-long-name-of-a-stack-that-nobody-reads"
    shutil.copy(workspace / "stacks/test.toml", workspace / f"stacks/{long}.toml")
    shown = decant("stack", "preview", long, at=workspace)
    assert shown.code == 2
    assert f"'{long}' cannot be a stack's name" in shown.err


def test_two_stacks_of_one_name_in_azure_are_refused_whichever_is_asked_for(workspace: Path) -> None:
    text = (workspace / "stacks/production.toml").read_text("utf-8").replace("10.40.0.0/16", "10.60.0.0/16")
    (workspace / "stacks/prod.toml").write_text(text, "utf-8")
    for name in ("prod", "production"):
        shown = decant("stack", "preview", name, at=workspace)
        assert shown.code == 2
        assert "prod and production would have the same names in Azure" in shown.err
        assert not (workspace / f".decant/previews/{name}.json").exists()
