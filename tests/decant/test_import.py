"""`decant import`: what comes in, what does not, and what is made of it. No server is needed."""

from pathlib import Path

import pytest

from decant.journeys.without_servers import transcripts
from tests.decant.face import decant
from tests.decant.listed import imported, made, servers
from tests.decant.published import held
from tests.inventory.sources.exports import machine, workbook


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return made(tmp_path)


def test_a_dry_run_says_what_would_come_in_and_keeps_nothing(workspace: Path) -> None:
    said = decant("import", "rvtools", "vmware.xlsx", "--dry-run", "--json", at=workspace)
    done = held(said.json, "import rvtools")
    assert [one["server"] for one in done["taken"]] == ["srv00001", "srv00002"]
    assert done["rows"] == {"rows": 3, "taken": 2, "left_out": 1}
    assert servers(workspace) == {}
    assert (
        "Next: the same command without --dry-run"
        in decant("import", "rvtools", "vmware.xlsx", "--dry-run", at=workspace).err
    )


def test_a_file_that_is_not_there_is_bad_use_and_keeps_nothing(workspace: Path) -> None:
    said = decant("import", "rvtools", "vmware.xlsx", "WRONG.xlsx", at=workspace)
    assert (said.code, "there is no file or folder WRONG.xlsx" in said.err) == (2, True)
    assert servers(workspace) == {}


def test_two_sources_make_one_server_and_their_conflict_is_listed(workspace: Path) -> None:
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    said = decant("import", "csv", "cmdb.csv", "--mapping", "map.toml", at=workspace)
    assert "Next: decant estate conflicts" in said.err
    found = servers(workspace)
    assert set(found) == {"srv00001", "srv00002", "other"}
    one = found["srv00001"]
    assert (one["owner"], one["memory_bytes"], one["tried"]) == ("Housing", 8 * 1024**3, False)
    assert one["origins"]["owner"]["where"] == "cmdb.csv, row 2"
    shown = decant("estate", "conflicts", at=workspace)
    assert "iB " in shown.out
    assert "_bytes" not in shown.out
    assert "Next: mend the source that is wrong and import it again" in shown.err
    listed = decant("estate", "conflicts", "--json", at=workspace)
    assert listed.code == 1
    conflict = held(listed.json, "estate conflicts")["conflicts"][0]
    assert (conflict["server"], conflict["field"]) == ("srv00001", "memory_bytes")
    shown = decant("estate", "show", "srv00001", at=workspace).out
    assert "Where sources differ" in shown
    assert "purpose           =1+1" in shown
    assert "=1+1" in decant("why", "srv00001", at=workspace).out
    assert '"estate.imported"' in decant("evidence", "export", at=workspace).out


def test_imported_servers_are_assessed_and_planned_with_what_is_not_known_said(workspace: Path) -> None:
    imported(workspace)
    done = decant("assess", "--json", at=workspace)
    assert done.code == 1
    found = {one["server"]: one for one in done.json["assessments"]}
    new, old, bare = found["srv00001"], found["srv00002"], found["other"]
    assert (new["disposition"], new["readiness"]) == ("rehost", "unknown")
    assert (old["disposition"], old["readiness"]) == ("replatform", "unknown")
    assert old["support"][0]["status"] == "ended"
    assert any("nobody has looked inside" in condition for condition in old["conditions"])
    assert any("in a CSV file that you import" in condition for condition in old["conditions"])
    for one in found.values():
        assert any("write it into hosts.toml and read it" in condition for condition in one["conditions"])
    assert new["size"]["vcpus"] == 4
    assert bare["disposition"] is None
    plan = decant("plan", "--json", at=workspace).json
    moving = {move["workload"]: move for wave in plan["waves"] for move in wave["moves"]}
    assert moving["srv00002/machine/srv00002"]["how"] == "Azure Migrate"
    assert "other/machine/other" in plan["not_moving"]


def test_what_the_rules_said_of_a_server_goes_when_it_turns_out_to_be_another(workspace: Path) -> None:
    csv, words = workspace / "cmdb.csv", ("import", "csv", "cmdb.csv", "--mapping", "map.toml")
    csv.write_text("Name,IP\nsrv00001,10.99.99.99\n")
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    assert decant(*words, at=workspace).code == 0
    assert set(servers(workspace)) == {"srv00001", "srv00001-2", "srv00002"}
    decant("check", "hosts", at=workspace)
    csv.write_text("Name,IP\nsrv00001,10.0.0.1\n")
    assert decant(*words, at=workspace).code == 0
    assert set(servers(workspace)) == {"srv00001", "srv00002"}
    rules = decant("report", "--json", at=workspace).json["report"]["rules"]
    told = {one["subject"] for rule in rules for one in (*rule["not_evaluated"], *rule["failing"])}
    assert told == {"srv00001", "srv00002"}


def test_discovery_joins_what_was_imported_before_and_what_it_reads_comes_first(tmp_path: Path) -> None:
    assert decant("init", "anytown", at=tmp_path).code == 0
    root = tmp_path / "anytown"
    workbook(
        root / "v.xlsx", {"vInfo": [machine(1, **{"VM": "db-legacy", "DNS Name": "", "Primary IP Address": ""})]}
    )
    assert decant("import", "rvtools", "v.xlsx", at=root).code == 0
    assert "db-legacy/machine/db-legacy" in decant("estate", "list", at=root).out
    (root / "hosts.toml").write_text(
        '[[host]]\nname = "db-legacy"\naddress = "10.99.0.12"\nuser = "ops"\nsudo = "nopasswd"\nowner = "Revenues"\n'
    )
    assert decant("discover", "--replay", str(transcripts()), at=root).code == 0
    one = servers(root)["db-legacy"]
    assert one["reached"]
    assert one["os_id"] == "debian"
    assert one["platform"] == "vmware"
    assert (one["origins"]["os_id"]["source"], one["origins"]["platform"]["source"]) == ("discover", "rvtools")
    assert one["origins"]["os_id"]["where"] == "read over SSH"
    assert {one["origins"][name]["where"] for name in ("owner", "address")} == {"the hosts file"}
    assert "db-legacy/machine/db-legacy" not in decant("estate", "list", at=root).out
    assert "os id" in decant("estate", "conflicts", at=root).out


def test_a_file_that_cannot_be_read_is_an_outcome_and_the_exit_code_says_so(workspace: Path) -> None:
    (workspace / "broken.xlsx").write_text("nothing")
    said = decant("import", "rvtools", "broken.xlsx", "vmware.xlsx", "--json", at=workspace)
    assert said.code == 1
    assert [part["outcome"] for part in said.json["parts"]] == ["unreadable", "read"]
    assert said.json["rows"]["taken"] == 2


CONTRACTS = """\
name = "contracts"
[columns]
name = "Server"
contract_end = "Ends"
"""


def test_a_list_of_contracts_makes_no_servers_and_says_whom_it_may_mean(workspace: Path) -> None:
    imported(workspace)
    (workspace / "contracts.toml").write_text(CONTRACTS)
    (workspace / "contracts.csv").write_text(
        "Server,Ends\nSRV00001,2027-03-31\nsrv0001,2027-06-30\nghost,2028-01-01\n"
    )
    words = ("import", "csv", "contracts.csv", "--mapping", "contracts.toml")
    said = decant(*words, "--json", at=workspace)
    assert said.code == 1
    assert set(servers(workspace)) == {"srv00001", "srv00002", "other"}
    assert servers(workspace)["srv00001"]["contract_end"] == "2027-03-31"
    assert said.json["rows"] == {"rows": 3, "taken": 1, "left_out": 2}
    why = {one["what"]: one["reason"] for one in said.json["left_out"]}
    assert "no server of that name is known: did you mean srv00001" in why["srv0001"]
    assert "new_servers = true" in why["ghost"]
    (workspace / "contracts.toml").write_text("new_servers = true\n" + CONTRACTS)
    assert decant(*words, at=workspace).code == 0
    assert set(servers(workspace)) == {"srv00001", "srv00002", "other", "srv0001", "ghost"}


def test_a_date_that_cannot_be_read_is_said_in_the_outcome_and_the_exit_code(workspace: Path) -> None:
    imported(workspace)
    (workspace / "contracts.toml").write_text(CONTRACTS)
    (workspace / "contracts.csv").write_text("Server,Ends\nsrv00001,31/02/2027\nsrv00002,April 2028\n")
    said = decant("import", "csv", "contracts.csv", "--mapping", "contracts.toml", "--json", at=workspace)
    assert said.code == 1
    assert [(part["outcome"], part["taken"]) for part in said.json["parts"]] == [("in part", 2)]
    assert "2 values could not be read" in said.json["parts"][0]["notes"]
    assert [one["what"] for one in said.json["doubts"]] == ["ends", "ends"]


def test_what_nobody_read_is_said_to_be_listed_and_never_read(workspace: Path) -> None:
    workbook(workspace / "off.xlsx", {"vInfo": [machine(7, Powerstate="poweredOff")]})
    assert decant("import", "rvtools", "off.xlsx", at=workspace).code == 0
    shown = decant("estate", "show", "srv00007", at=workspace).out.splitlines()
    about = {line.split("  ")[0]: line for line in shown[:12]}
    assert about["last read"].endswith("never")
    assert about["power"].endswith("switched off")
    assert "last seen" not in about
    assert "not reached" not in about["state"]
    assert "not tried, off" in decant("estate", "list", at=workspace).out
    assert decant("estate", "map", at=workspace).code == 0
    assert (workspace / "estate.svg").stat().st_mode & 0o007 == 0
    nothing = decant("estate", "map", "--os", "solaris", at=workspace)
    assert (nothing.code, "no server fits" in nothing.err) == (2, True)
