"""`decant discover` and `decant estate`, over the recorded practice estate: no server is needed."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

import practice
from decant.schemas import json_schema
from practice import spec
from tests.decant.face import decant

TRANSCRIPTS = Path(practice.__file__).parent / "transcripts"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace that lists the practice servers, and one that was never recorded."""
    assert decant("init", "anytown", at=tmp_path).code == 0
    folder = tmp_path / "anytown"
    hosts = [(one.name, one.address, one.role) for one in spec.HOSTS if one.role != "infrastructure"]
    (folder / "hosts.toml").write_text(
        "".join(
            f'[[host]]\nname = "{name}"\naddress = "{address}"\nuser = "ops"\nsudo = "nopasswd"\nrole = "{role}"\n'
            for name, address, role in [*hosts, ("gone", "10.99.9.9", "legacy")]
        )
    )
    with (folder / "decant.toml").open("a") as settings:
        for service in spec.SERVICES:
            settings.write(f'\n[[service]]\nname = "{service.dns_name}"\nworkload = "{service.workload}"\n')
    return folder


LEGACY = ("web-legacy", "db-legacy", "files-legacy")


def test_what_is_replayed_is_not_recorded_again(workspace: Path) -> None:
    said = decant("discover", "--replay", str(TRANSCRIPTS), "--record", "here", at=workspace)
    assert said.code == 2
    assert "leave --record or --replay out" in said.err


def test_the_whole_way_from_transcripts_to_the_map(workspace: Path) -> None:
    said = decant("discover", "--replay", str(TRANSCRIPTS), "--json", at=workspace)
    assert said.code == 3
    found = said.json
    jsonschema.validate(found, json_schema("decant.discover/1"))
    assert found["schema"] == "decant.discover/1"
    assert [one["server"] for one in found["unreached"]] == ["gone"]
    assert "no transcripts of gone" in found["unreached"][0]["reason"]
    assert "decant doctor" in said.err

    listed = decant("estate", "list", "--json", at=workspace).json
    jsonschema.validate(listed, json_schema("decant.estate/1"))
    assert {one["id"] for one in listed["servers"]} == {*LEGACY, "app-target", "data-target", "gone"}
    assert [one["server"] for one in listed["unreached"]] == ["gone"]
    own = {one["id"] for one in listed["workloads"] if one["server"] in LEGACY and not one["os_owned"]}
    assert own == {one.id for one in spec.WORKLOADS}
    assert {"web-legacy>db-legacy:5432"} <= {one["id"] for one in listed["dependencies"]}

    table = decant("estate", "list", at=workspace)
    assert table.code == 0
    assert "db-legacy/postgres/reports" in table.out
    assert "reports-db.practice.test" in table.out
    assert "not reached" in table.out
    assert "apt-daily" not in table.out
    assert "apt-daily" in decant("estate", "list", "--all", at=workspace).out

    drawn = decant("estate", "map", "--output", "map.svg", at=workspace)
    assert drawn.code == 0
    assert ET.parse(workspace / "map.svg").getroot().get("role") == "img"  # noqa: S314 - drawn by us
    nodes = decant("estate", "map", "--json", at=workspace).json
    jsonschema.validate(nodes, json_schema("decant.map/1"))
    assert {"gone", "db-legacy"} <= {node["id"] for node in nodes["nodes"]}


def test_one_target_alone(workspace: Path) -> None:
    said = decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    assert said.code == 0, said.err
    assert "1 of 1 servers read" in said.out
    assert "Next: decant estate list" in said.err


def test_why_a_server_was_not_read_stands_below_the_table(workspace: Path) -> None:
    decant("discover", "db-legacy", "gone", "--replay", str(TRANSCRIPTS), at=workspace)
    said = decant("discover", "app-target", "gone", "--replay", str(TRANSCRIPTS), at=workspace)
    assert "Not reached: gone. `decant doctor` says" in said.err
    assert "1 fact was not seen: `decant estate show app-target` says why" in said.err
    assert "Next: decant estate list" in said.err
    listed = decant("estate", "list", at=workspace)
    lines = listed.out.splitlines()
    assert next(line for line in lines if line.startswith("gone ")).endswith("not reached")
    assert lines[lines.index("Not read") + 1].startswith("  - gone: ")
    assert "Next: decant assess" in listed.err


def test_changes_without_a_day_are_those_of_the_last_discover(workspace: Path) -> None:
    assert decant("estate", "changes", at=workspace).code == 2
    decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    said = decant("estate", "changes", at=workspace)
    assert (said.code, "no two runs" in said.err) == (2, True)
    decant("discover", "db-legacy", "web-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    found = decant("estate", "changes", "--json", at=workspace).json["changes"]
    assert {(one["id"], one["what"]) for one in found if one["kind"] == "server"} == {("web-legacy", "appeared")}
    assert not any(one["id"].startswith("db-legacy") and one["kind"] == "workload" for one in found)
    shown = decant("estate", "changes", at=workspace)
    assert re.search(r"^server web-legacy +appeared", shown.out, re.MULTILINE)
    assert "web-legacy/website/report-it" not in shown.out
    assert "came or went with a server that did" in shown.err


def test_who_was_outside_is_so_no_longer_once_it_was_read(workspace: Path) -> None:
    def clients() -> set[str]:
        listed = decant("estate", "list", "--json", at=workspace).json["dependencies"]
        return {one["client"] for one in listed if one["server"] == "db-legacy"}

    address = next(one.address for one in spec.HOSTS if one.name == "web-legacy")
    decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    assert clients() == {address}
    decant("discover", "web-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    assert clients() == {"web-legacy"}


def test_show_lists_ports_certificates_and_file_systems(workspace: Path) -> None:
    decant("discover", "web-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    shown = decant("estate", "show", "web-legacy", at=workspace).out
    assert re.search(r"^443/tcp +0\.0\.0\.0 +nginx +nginx\.service$", shown, re.MULTILINE)
    assert re.search(r"^/etc/ssl/report-it/\S+ +report-it\.practice\.test +\d+ \w+ 20\d\d$", shown, re.MULTILINE)
    assert re.search(r"^/ +\w+ +\S+ [KMGT]iB +\S+ [KMGT]iB$", shown, re.MULTILINE)
    assert re.search(r"^operating system +Debian", shown, re.MULTILINE)
    assert re.search(r"^address +discover +the hosts file +\d", shown, re.MULTILINE)
    assert re.search(r"^memory +discover +read over SSH +\d", shown, re.MULTILINE)


def test_what_is_unknown_sizes_and_days_are_said_in_words(workspace: Path) -> None:
    decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    shown = decant("estate", "show", "db-legacy", at=workspace).out
    seen = next(line for line in shown.splitlines() if line.startswith("last read"))
    assert re.search(r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d, London time", seen)
    assert re.search(r"^owner +unknown *$", shown, re.MULTILINE)
    assert "on disk" in shown
    listed = decant("estate", "list", at=workspace).out
    assert "on disk" in listed
    row = next(line for line in listed.splitlines() if line.startswith("db-legacy  "))
    assert "unknown" in row


def test_show_says_what_could_not_be_seen(workspace: Path) -> None:
    decant("discover", "app-target", "--replay", str(TRANSCRIPTS), at=workspace)
    said = decant("estate", "show", "app-target", at=workspace)
    assert said.code == 0
    assert "may not list its rules here, not even as root" in said.out
    shown = decant("estate", "show", "app-target", "--json", at=workspace).json
    jsonschema.validate(shown, json_schema("decant.server/1"))
    assert [one["fact"] for one in shown["not_seen"]] == ["firewall"]
    assert shown["facts"]["firewall"]["outcome"] == "unreadable"


def test_mistyped_names_get_a_suggestion(workspace: Path) -> None:
    said = decant("discover", "db-legcy", "--replay", str(TRANSCRIPTS), at=workspace)
    assert said.code == 2
    assert "Did you mean db-legacy" in said.err
    decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    said = decant("estate", "show", "db-legcy", at=workspace)
    assert said.code == 2
    assert "Did you mean db-legacy" in said.err


def test_an_empty_hosts_file_says_what_to_do(workspace: Path) -> None:
    (workspace / "hosts.toml").write_text("")
    said = decant("discover", at=workspace)
    assert said.code == 2
    assert "[[host]]" in said.err


def test_a_run_is_in_the_ledger_with_each_hosts_outcome(workspace: Path) -> None:
    decant("discover", "db-legacy", "gone", "--replay", str(TRANSCRIPTS), at=workspace)
    verified = decant("evidence", "verify", "--json", at=workspace)
    assert verified.code == 0
    exported = decant("evidence", "export", at=workspace).out
    assert '"discover"' in exported
    assert "db-legacy" in exported
    assert "gone" in exported


def test_a_second_run_with_less_reach_loses_nothing(workspace: Path, tmp_path: Path) -> None:
    decant("discover", "db-legacy", "--replay", str(TRANSCRIPTS), at=workspace)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert decant("discover", "db-legacy", "--replay", str(empty), at=workspace).code == 3
    listed = decant("estate", "list", "--json", at=workspace).json
    assert "db-legacy/postgres/reports" in {one["id"] for one in listed["workloads"]}
    (server,) = listed["servers"]
    assert server["os_version"] == "11"
    assert server["reached"] is False
