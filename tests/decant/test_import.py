"""`decant import` and what can be done with the estate that it makes: no server is needed."""

import csv
import io
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from decant.journeys.exporting import plain
from decant.journeys.without_servers import transcripts
from estate.records.dependency import Dependency
from estate.records.plan import Plan
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from tests.decant.face import Said, decant
from tests.decant.published import held
from tests.inventory.sources.exports import machine, workbook

MAPPING = """\
name = "cmdb"
[columns]
name = "Name"
address = "IP"
memory = "RAM"
owner = "Owner"
purpose = "Purpose"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert decant("init", "anytown", at=tmp_path).code == 0
    root = tmp_path / "anytown"
    workbook(
        root / "vmware.xlsx",
        {
            "vInfo": [
                machine(1),
                machine(2, **{"OS according to the VMware Tools": "Microsoft Windows Server 2012 R2 (64-bit)"}),
                machine(3, Template="True"),
            ]
        },
    )
    (root / "map.toml").write_text(MAPPING)
    (root / "cmdb.csv").write_text(
        "Name,IP,RAM,Owner,Purpose\nsrv00001,10.0.0.1,64,Housing,=1+1\nother,10.9.9.9,4,@SUM(A1),{{ lookup('pipe' 'id') }}\n"
    )
    return root


def imported(root: Path) -> None:
    assert decant("import", "rvtools", "vmware.xlsx", at=root).code == 0
    assert decant("import", "csv", "cmdb.csv", "--mapping", "map.toml", at=root).code == 0


def export(root: Path, form: str, *words: str) -> Said:
    return decant("estate", "export", "--format", form, *words, at=root)


def servers(root: Path) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in decant("estate", "list", "--json", at=root).json["servers"]}


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
    assert moving["srv00002/machine/srv00002"]["how"] == "by hand"
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


def test_filters(workspace: Path) -> None:
    imported(workspace)

    def fit(*words: str) -> set[str]:
        return {one["id"] for one in decant("estate", "list", *words, "--json", at=workspace).json["servers"]}

    assert fit("--os", "2012") == {"srv00002"}
    assert fit("--owner", "housing") == {"srv00001"}
    assert fit("--ended") == {"srv00002"}
    assert fit("--kind", "machine", "--role", "legacy") == {"srv00001", "srv00002", "other"}
    assert fit("--kind", "postgres") == set()
    assert fit("srv") == {"srv00001", "srv00002"}
    assert "No server fits" in decant("estate", "list", "nobody", at=workspace).err


def test_exports_hold_no_formula(workspace: Path) -> None:
    imported(workspace)
    rows = list(csv.DictReader(io.StringIO(export(workspace, "csv").out.lstrip("\ufeff"))))
    by_id = {row["id"]: row for row in rows}
    assert by_id["other"]["owner"] == "'@SUM(A1)"
    assert by_id["srv00001"]["purpose"] == "'=1+1"
    assert by_id["srv00001"]["sources"] == "csv; rvtools"
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())

    assert export(workspace, "xlsx", "--output", "estate.xlsx").code == 0
    assert (workspace / "estate.xlsx").stat().st_mode & 0o777 == 0o600
    book = openpyxl.load_workbook(workspace / "estate.xlsx")
    assert book.sheetnames == ["About", "Servers", "Workloads", "Dependencies", "Not seen", "Conflicts"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "f" not in {cell.data_type for cell in cells}
    risky = [cell for cell in cells if str(cell.value).startswith(("=", "@"))]
    assert {cell.parent.title for cell in risky} == {"Servers", "Workloads"}
    assert all(cell.quotePrefix for cell in risky)
    names = {cell.value: cell.column - 1 for cell in book["Servers"][1]}
    row = next(row for row in book["Servers"].iter_rows(min_row=2) if row[names["id"]].value == "other")
    assert row[names["reached"]].value is False
    assert row[names["seen_at"]].is_date
    assert row[names["seen_at"]].value.microsecond == 0

    whole = json.loads(export(workspace, "json").out)
    assert {one["id"] for one in held(whole, "estate list")["servers"]} == set(by_id)


def test_a_cell_commands_no_terminal() -> None:
    assert plain("shop\x1b]0;owned\x07") == "shop\\u001b]0;owned\\u0007"
    assert plain("\t=1+1") == "'\\t=1+1"


def test_ansible_takes_the_inventory_and_runs_nothing_in_it(workspace: Path) -> None:
    imported(workspace)
    assert export(workspace, "ansible", "--output", "inventory.yml").code == 0
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-inventory")), "-i", "inventory.yml", "--list"],
        cwd=workspace, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    listed = json.loads(done.stdout)
    hosts = listed["_meta"]["hostvars"]
    assert hosts["srv00001"]["ansible_host"] == "10.0.0.1"
    assert listed["os_windows_server"]["hosts"] == ["srv00001", "srv00002"]
    assert "{{" not in done.stdout
    assert "lookup" in hosts["other"]["decant_purpose"]


def test_the_map_as_a_page_and_for_graphviz(workspace: Path) -> None:
    imported(workspace)
    assert decant("estate", "map", "--output", "map.html", at=workspace).code == 0
    page = (workspace / "map.html").read_text()
    assert page.startswith("<!doctype html>")
    assert 'lang="en-GB"' in page
    assert ET.fromstring(page[page.index("<svg") : page.rindex("</svg>") + 6]).get("role") == "img"  # noqa: S314 - our own
    assert decant("estate", "map", "srv", "--output", "map.dot", at=workspace).code == 0
    text = (workspace / "map.dot").read_text()
    assert text.startswith("digraph estate {")
    assert '"srv00001"' in text
    assert '"other"' not in text
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg", "map.dot"], cwd=workspace, check=True, capture_output=True)
    said = decant("estate", "map", "--output", "map.png", at=workspace)
    assert said.code == 2


def test_changes_between_two_days(workspace: Path) -> None:
    imported(workspace)
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    _backdate(store, "2026-01-10T09:00:00+00:00")
    workbook(workspace / "vmware.xlsx", {"vInfo": [machine(1, CPUs=8), machine(2), machine(9)]})
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    store.retire(Workload, ["other/machine/other"])
    store.close()
    said = decant("estate", "changes", "--since", "2026-02-01", "--json", at=workspace)
    found = {(one["id"], one["what"], one["field"]) for one in held(said.json, "estate changes")["changes"]}
    assert ("srv00001", "changed", "cpus") in found
    assert ("srv00009", "appeared", "") in found
    assert ("other/machine/other", "gone", "") in found
    assert not any(name == "other" and what == "changed" for name, what, _ in found)
    earlier = decant(
        "estate", "changes", "--since", "2026-01-01", "--until", "2026-01-31", "--json", at=workspace
    ).json
    assert {one["what"] for one in earlier["changes"]} == {"appeared"}
    assert "srv00009" not in {one["id"] for one in earlier["changes"]}
    wrong = decant("estate", "changes", "--since", "2026-02-01", "--until", "2026-01-01", at=workspace)
    assert wrong.code == 2


def test_changes_between_two_times_of_one_day(workspace: Path) -> None:
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def keep(hour: int, *jobs: Workload) -> None:
        """What a look at that hour of the day finds."""
        before = {one.id for one in store.all(Workload)}
        store.put(*jobs)
        store.retire(Workload, before - {one.id for one in jobs})
        _backdate(store, f"2026-03-02T{hour:02}:00:00+00:00", later_than="2026-03-03")

    def job(name: str, **more: Any) -> Workload:
        return Workload(
            id=f"web/schedule/{name}",
            server="web",
            kind="schedule",
            name=name,
            seen_at=at,
            **{"owner": "A", **more},
        )

    keep(9, job("nightly"), job("digest"), job("os", os_owned=True))
    keep(11, job("nightly", owner="B"), job("export"), job("short"))
    keep(13, job("nightly", owner="B", bytes=1), job("export", bytes=1))
    store.close()

    def seen(*words: str) -> dict[tuple[str, str, str], str]:
        said = decant("estate", "changes", *words, "--json", at=workspace)
        assert said.code == 0, said.err
        return {
            (one["id"].rpartition("/")[2], one["what"], one["field"]): one["at"][11:16]
            for one in said.json["changes"]
            if one["kind"] == "workload" and one["field"] != "bytes"
        }

    day = ("--since", "2026-03-02T10:00", "--until", "2026-03-02 15:00")
    assert seen(*day) == {
        ("digest", "gone", ""): "11:00",
        ("short", "gone", ""): "13:00",
        ("export", "appeared", ""): "11:00",
        ("nightly", "changed", "owner"): "11:00",
    }
    assert ("os", "gone", "") in seen(*day, "--all")
    assert seen("--since", "yesterday") == {}
    wrong = decant("estate", "changes", "--since", "Tuesday", at=workspace)
    assert (wrong.code, "neither a day nor a time" in wrong.err) == (2, True)


def _backdate(store: Store, moment: str, later_than: str = "") -> None:
    import sqlalchemy as sa

    from estate import schema

    with store.database.write() as connection:
        table = schema.records
        connection.execute(sa.update(table).where(table.c.stored_at > later_than).values(stored_at=moment))


def test_forgetting_leaves_no_byte_of_a_server_in_the_store(workspace: Path) -> None:
    imported(workspace)
    assert decant("assess", at=workspace).code == 1
    assert decant("plan", at=workspace).code in (0, 1)
    assert decant("systems", "propose", at=workspace).code == 0
    refused = decant("estate", "forget", "other", at=workspace)
    assert refused.code == 4
    assert "--confirm=other" in refused.err
    assert decant("estate", "forget", "other", "--confirm", "oter", at=workspace).code == 4
    assert "other" in servers(workspace)
    state = workspace / ".decant"
    assert b"10.9.9.9" in b"".join(path.read_bytes() for path in state.glob("estate.db*"))
    said = decant("estate", "forget", "other", "--confirm", "other", at=workspace)
    assert said.code == 0, said.err
    assert "other" not in servers(workspace)
    held_now = b"".join(path.read_bytes() for path in state.glob("estate.db*"))
    assert b"10.9.9.9" not in held_now
    assert b"@SUM(A1)" not in held_now
    store = Store.open(sqlite_url(state / "estate.db"))
    assert store.history(Server, "other") == []
    assert "other/machine" not in "".join(plan.model_dump_json() for plan in store.all(Plan))
    store.close()
    assert decant("evidence", "verify", at=workspace).code == 0
    assert '"estate.forgotten"' in decant("evidence", "export", at=workspace).out
    still = {line.strip(" -") for line in said.out.splitlines()[1:]}
    assert {"plan.toml", "systems.toml", "cmdb.csv"} <= still, "what people wrote is theirs to mend"
    assert "vmware.xlsx" not in still


def test_history_older_than_the_setting_is_removed_at_an_import(workspace: Path) -> None:
    imported(workspace)
    workbook(workspace / "vmware.xlsx", {"vInfo": [machine(1, CPUs=8), machine(2)]})
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    assert len(store.history(Server, "srv00001")) > 1
    _backdate(store, "2020-01-10T09:00:00+00:00")
    with (workspace / "decant.toml").open("a") as settings:
        settings.write("\n[retention]\ndays = 30\n")
    assert decant("import", "rvtools", "vmware.xlsx", at=workspace).code == 0
    assert len(store.history(Server, "srv00002")) == 1
    assert store.get(Server, "srv00002") is not None, "the newest stays, however old"
    store.close()
    assert '"estate.pruned"' in decant("evidence", "export", at=workspace).out


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


def test_one_kind_is_listed_without_who_talks_to_another_kind_of_the_same_server(workspace: Path) -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    store = Store.open(sqlite_url(workspace / ".decant" / "estate.db"))
    store.put(Server(id="db", address=None, reached=True, seen_at=at))
    for kind, port in (("postgres", 5432), ("mariadb", 3306)):
        store.put(
            Workload(id=f"db/{kind}/x", server="db", kind=kind, name="x", detail={"port": port}, seen_at=at),
            Dependency(id=f"web>db:{port}", client="web", server="db", port=port, seen_at=at),
        )
    store.close()
    listed = decant("estate", "list", "--kind", "postgres", "--json", at=workspace).json
    assert [one["port"] for one in listed["dependencies"]] == [5432]
