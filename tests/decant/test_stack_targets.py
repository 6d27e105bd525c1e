"""The machines of a built stack become hosts that workloads move to."""

from pathlib import Path

import pytest

from decant.app import App
from decant.journeys.stack_targets import Added, add
from estate.errors import UsageError
from inventory import hosts_file
from tests.decant.face import decant

ADDRESSES = {
    "app1": "10.90.2.4",
    "files1": "10.90.2.5",
    "library1": "",
    "reports": "reports.example",
    "website": None,
}


@pytest.fixture
def app(tmp_path: Path) -> App:
    assert decant("init", "ws", at=tmp_path).code == 0
    return App(start=tmp_path / "ws")


def test_they_are_written_below_what_is_there(app: App) -> None:
    path = app.workspace.hosts
    path.write_text('# ours\n[[host]]\nname = "db01"   # the old one\naddress = "10.0.0.9"')
    assert add(app, "test", ADDRESSES) == Added(("app1", "files1"), (), ("reports",), ("library1", "website"))
    text = path.read_text()
    assert text.startswith('# ours\n[[host]]\nname = "db01"   # the old one\naddress = "10.0.0.9"\n\n[[host]]\n')
    hosts = hosts_file.load(path)
    assert [*hosts] == ["db01", "app1", "files1"]
    assert (hosts["app1"].address, hosts["app1"].role, hosts["app1"].user) == (
        "10.90.2.4",
        "target",
        "decant-admin",
    )
    assert hosts["app1"].sudo == "nopasswd"
    assert [entry.payload["hosts"] for entry in app.ledger.entries("stack.targets")] == [["app1", "files1"]]


def test_twice_changes_nothing(app: App) -> None:
    add(app, "test", ADDRESSES)
    text = app.workspace.hosts.read_text()
    again = App(start=app.workspace.root)
    assert add(again, "test", ADDRESSES).there == ("app1", "files1")
    assert app.workspace.hosts.read_text() == text


@pytest.mark.parametrize("there", ['address = "10.0.0.9"\nrole = "target"', 'address = "10.90.2.5"'])
def test_a_name_that_another_host_has_is_refused_and_nothing_is_written(app: App, there: str) -> None:
    app.workspace.hosts.write_text(f'[[host]]\nname = "files1"\n{there}\n')
    before = app.workspace.hosts.read_text()
    with pytest.raises(UsageError, match="has a host files1 already"):
        add(app, "test", ADDRESSES)
    assert app.workspace.hosts.read_text() == before


def test_a_file_that_would_not_be_right_then_is_left_alone(app: App) -> None:
    app.workspace.hosts.write_text('host = [{name = "db01", address = "10.0.0.9"}]\n')
    with pytest.raises(UsageError, match="is not valid TOML"):
        add(app, "test", ADDRESSES)
    assert "[[host]]" not in app.workspace.hosts.read_text()
