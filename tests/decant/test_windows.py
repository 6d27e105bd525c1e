"""The whole way of a Windows server through the command line, from a recording to the report."""

import json
from pathlib import Path
from typing import cast

import jsonschema
import pytest

from decant.app import App
from decant.journeys import doctor_reach
from decant.schemas import json_schema
from estate.records.host import Host
from estate.transport.base import Transport
from estate.transport.recorded import RecordingTransport
from inventory.collect import collect
from inventory.facts import all_facts
from tests.decant.face import decant
from tests.inventory.windows.answering import WindowsTransport

CANARIES = ("Cumulus-Nimbus-77", "Lenticular-9", "Cirrus-41")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose one legacy server was read from a recording; the hosts file does not say that it is Windows."""
    root = tmp_path_factory.mktemp("windows")
    host = Host(name="win-app1", address="10.20.0.31", user="decant-read")
    collect(host, RecordingTransport(WindowsTransport(), root / "recorded"), list(all_facts().values()), 60)
    assert decant("init", "anytown", at=root).code == 0
    folder = root / "anytown"
    (folder / "hosts.toml").write_text(
        '[[host]]\nname = "win-app1"\naddress = "10.20.0.31"\nuser = "decant-read"\nowner = "Housing"\n'
        '[[host]]\nname = "new"\naddress = "10.20.0.99"\nrole = "target"\n'
    )
    said = decant("discover", "win-app1", "--replay", "../recorded", "--json", at=folder)
    assert said.code == 0, said.err
    jsonschema.validate(said.json, json_schema("decant.discover/1"))
    assert [one["os_name"] for one in said.json["servers"]] == ["Microsoft Windows Server 2019 Standard"]
    assert {one["fact"] for one in said.json["not_seen"]} == {"password_policy", "sqlserver"}
    return folder


def test_a_windows_server_from_its_recording_to_the_report(workspace: Path) -> None:
    listed = decant("estate", "list", "--kind", "sqlserver", "--json", at=workspace).json
    assert {one["name"] for one in listed["workloads"]} == {"Housing", "HousingArchive"}
    shown = decant("estate", "show", "win-app1", at=workspace)
    assert "of windows: 9" in shown.out

    assessed = decant("assess", "--json", at=workspace).json["assessments"]
    assert [(one["disposition"], one["tool"]) for one in assessed] == [("rehost", "Azure Migrate")]
    found = {one["product"] for one in assessed[0]["support"]}
    assert found == {
        "Windows Server",
        "Microsoft SQL Server",
        ".NET",
        ".NET Framework",
        "Eclipse Temurin",
        "Python",
    }

    plan = decant("plan", "--json", at=workspace).json
    moves = [move for wave in plan["waves"] for move in wave["moves"]]
    assert {(move["how"], move["target"]) for move in moves} == {("Azure Migrate", None)}
    assert {move["workload"] for move in moves} >= {"win-app1/sqlserver/Housing", "win-app1/files/Scans"}

    moved = decant("move", "win-app1/files/Scans", "--to", "new", at=workspace)
    assert moved.code == 2
    assert "Windows" in moved.err

    assert decant("report", "--output", "report.html", at=workspace).code == 0
    written = (workspace / "report.html").read_text()
    assert "Windows Server 2019" in written
    assert "Housing-Repairs" in written
    everything = b"".join(path.read_bytes() for path in workspace.rglob("*") if path.is_file()).decode("latin-1")
    assert "GatewayBroker" in everything
    assert not [canary for canary in CANARIES if canary in everything]


def test_rules_decide_by_its_facts_and_say_what_is_not_read_of_windows(workspace: Path) -> None:
    said = decant("check", "hosts", "--json", at=workspace)
    assert said.code == 1
    found = {one["rule"]: (one["status"], one["why"]) for one in json.loads(said.out)["findings"]}
    assert found["HC-01"][0] == "pass"
    assert found["HC-02"][0] == "fail"
    assert found["HC-16"][0] == "pass"
    assert found["HC-20"][0] == "fail"
    assert found["HC-32"] == ("fail", "a database listens on all interfaces")
    for rule in ("HC-06", "HC-12", "HC-26", "HC-33"):
        assert found[rule][0] == "not evaluated"
        assert "on Windows" in found[rule][1]
    assert found["HC-10"][0] == found["HC-11"][0] == found["HC-22"][0] == "not evaluated"


def test_observing_a_windows_server_is_refused_by_name(workspace: Path) -> None:
    said = decant("observe", "win-app1", "--every", "1s", "--for", "2s", at=workspace)
    assert said.code == 3
    assert "runs Windows" in said.out + said.err


def test_doctor_asks_windows_for_its_version_and_for_no_root() -> None:
    class Reaches:
        def connect(self, name: str) -> Transport:
            return WindowsTransport(name)

    host = Host(name="win-app1", address="10.20.0.31", user="decant-read", sudo="nopasswd")
    checks = doctor_reach._host(cast(App, Reaches()), host)
    assert [(one.what, one.ok) for one in checks] == [("win-app1", True)]
    assert "Microsoft Windows [Version 10.0.17763.8027], as decant-read" in checks[0].found
