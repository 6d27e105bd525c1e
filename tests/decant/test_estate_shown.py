"""What can be done with an estate that was imported: lists, exports, the map."""

import csv
import io
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from decant.journeys.exporting import plain
from estate.records.dependency import Dependency
from estate.records.server import Server
from estate.records.workload import Workload
from estate.store import Store, sqlite_url
from tests.decant.face import Said, decant
from tests.decant.listed import imported, made
from tests.decant.published import held


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return made(tmp_path)


def export(root: Path, form: str, *words: str) -> Said:
    return decant("estate", "export", "--format", form, *words, at=root)


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
