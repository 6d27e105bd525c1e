"""Files of other tools: what is in them comes in, and what does not is said, row by row."""

import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estate.errors import UsageError
from inventory.sources import all_sources
from inventory.sources._systems import system
from inventory.sources._tables import number
from inventory.sources.csv import mapping
from tests.inventory.sources.exports import VINFO, machine, read, workbook

MIB = 1024**2
MAPPING = """\
name = "cmdb"
[columns]
name = "CI Name"
address = ["IP", "IP Address"]
serial = "Serial"
os = "OS"
memory = "RAM"
owner = "Owner"
contract_end = "Ends"
[units]
memory = "GiB"
[leave_out]
"Class" = ["Printer"]
"""


@pytest.fixture
def mapped(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return path


def test_what_people_noted_of_a_machine_is_its_purpose_without_a_secret(tmp_path: Path) -> None:
    rows = [
        machine(1, Annotation="Revenues\nsvc login: password=Winter2026!", Owner="J Smith"),
        machine(2, **{"Business Owner": "Housing"}),
        machine(3, Annotation="x" * 5000),
    ]
    found = read("rvtools", workbook(tmp_path / "noted.xlsx", {"vInfo": rows}))
    first, second, third = found.sightings
    assert (first.owner, second.owner, second.purpose) == ("J Smith", "Housing", None)
    assert first.purpose is not None
    assert first.purpose.startswith("Revenues svc login")
    assert "Winter2026" not in first.purpose
    assert third.purpose == "x" * 500


def test_rvtools_gives_machines_with_what_its_tabs_say_of_them(tmp_path: Path) -> None:
    uuid = {"VM": "SRV00001", "VM UUID": machine(1)["VM UUID"]}
    found = read(
        "rvtools",
        workbook(
            tmp_path / "vmware.xlsx",
            {
                "vInfo": [machine(1), machine(2, Powerstate="poweredOff"), machine(3, Template="True")],
                "vDisk": [{**uuid, "Capacity MiB": 40960}, {**uuid, "Capacity MiB": 20480}],
                "vPartition": [{**uuid, "Consumed MiB": 30000}],
                "vNetwork": [{**uuid, "IPv4 Address": "10.9.9.9, fe80::1"}],
            },
        ),
    )
    one = found["SRV00001"]
    assert (one.cpus, one.memory_bytes, one.disk_bytes) == (4, 8192 * MIB, 61440 * MIB)
    assert one.disk_used_bytes == 30000 * MIB
    assert one.addresses == ("10.0.0.1", "10.9.9.9")
    assert (one.os_id, one.os_version, one.platform, one.power) == ("windows-server", "2019", "vmware", "on")
    assert (one.fqdn, one.uuid) == ("srv00001.council.example", machine(1)["VM UUID"])
    assert one.where == "vmware.xlsx, sheet vInfo, row 2"
    assert found["SRV00002"].power == "off"
    assert [(one.what, one.reason) for one in found.left_out] == [("SRV00003", "a template, no server")]
    assert found.accounts_for_every_row()


def test_a_folder_of_csv_files_is_one_export(tmp_path: Path) -> None:
    folder = tmp_path / "RVTools_export"
    folder.mkdir()
    row = machine(7, **{"DNS Name": "höst.council.example", "Memory": "16,384"})
    lines = [",".join(f'"{name}"' for name in VINFO), ",".join(f'"{row.get(name, "")}"' for name in VINFO)]
    (folder / "RVTools_tabvInfo.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    (folder / "RVTools_tabvDisk.csv").write_text("VM,Capacity MB\nSRV00007,1024\n")
    found = read("rvtools", folder)
    assert found["SRV00007"].hostname == "höst.council.example"
    assert found["SRV00007"].memory_bytes == 16384 * MIB
    assert found["SRV00007"].disk_bytes == 1024 * MIB
    assert any("cp1252" in note for part in found.parts for note in part.notes)


def test_missing_columns_cost_only_what_they_hold(tmp_path: Path) -> None:
    found = read("rvtools", workbook(tmp_path / "a.xlsx", {"vInfo": [{"VM": "A"}, {"VM": "B"}]}))
    assert [one.name for one in found.sightings] == ["A", "B"]
    assert found["A"].cpus is None
    assert found["A"].memory_bytes is None
    none = read("rvtools", workbook(tmp_path / "b.xlsx", {"vInfo": [{"Machine": "A"}]}))
    assert none.parts[-1].outcome == "unreadable"
    assert "no column vm" in none.parts[-1].notes[0]
    other = read("rvtools", workbook(tmp_path / "c.xlsx", {"vHost": [{"Host": "A"}]}))
    assert "no tab vInfo (vhost)" in other.parts[-1].notes[0]


def test_merged_cells_and_titles_above_are_said(tmp_path: Path) -> None:
    rows = [machine(1), machine(2), machine(3)]
    path = workbook(tmp_path / "m.xlsx", {"vInfo": rows}, above=["Our machines"], merged=["A3:A4"])
    found = read("rvtools", path)
    assert [one.name for one in found.sightings] == ["SRV00001", "SRV00003"]
    assert found.left_out[0].reason == "its name is in a cell that is merged with another"
    assert found.parts[-1].notes[:2] == (
        "its headings are in row 2",
        "1 cells are merged with another, which alone holds their value",
    )
    assert found.accounts_for_every_row()


def test_doubled_columns_and_headings_in_the_middle_are_said(tmp_path: Path) -> None:
    path = tmp_path / "servers.csv"
    path.write_text("Server name,Cores,Cores\napp1,,2\nServer name,Cores,Cores\napp2,4,8\n")
    found = read("azure-migrate", path)
    assert [(one.name, one.cpus) for one in found.sightings] == [("app1", 2), ("app2", 4)]
    assert found.left_out[0].reason == "it holds the headings again"
    assert "stand twice" in found.parts[0].notes[0]


def test_a_clone_with_its_models_uuid_is_a_machine_of_its_own(tmp_path: Path) -> None:
    same = machine(1)["VM UUID"]
    rows = [machine(1), machine(2, **{"VM UUID": same}), machine(1)]
    found = read("rvtools", workbook(tmp_path / "clones.xlsx", {"vInfo": rows}))
    assert {one.name: one.uuid for one in found.sightings} == {"SRV00001": same, "SRV00002": None}
    assert "too, and does not tell this machine" in found.doubts[0].reason
    assert [one.reason for one in found.left_out] == ["the same machine is in a row above"]


@pytest.mark.slow
def test_twenty_thousand_machines_take_little_memory(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "large.xlsx", {"vInfo": [machine(number) for number in range(20_000)]}, columns=VINFO
    )
    tracemalloc.start()
    count = 0
    from inventory.sources.base import Request

    for _ in all_sources()["rvtools"].read(Request(paths=[path])):
        count += 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_001
    assert peak < 60 * MIB, "the rows are not held: only which names were seen"


def test_the_azure_migrate_columns(tmp_path: Path) -> None:
    path = tmp_path / "import.csv"
    path.write_text(
        "\ufeff*Server name,IP addresses,*Cores,*Memory (In MB),*OS name,OS version,Server type,Hypervisor,"
        "Storage in use (In GB),Disk 1 size (In GB),Disk 2 size (In GB)\n"
        "fin-db01,10.9.0.10;10.9.0.11,8,65536,Windows Server 2012 R2,,Virtual,VMware,50,100,400\n"
        "fin-db02,,many,65536,Ubuntu,20.04,Physical,,,,\n",
        "utf-8",
    )
    found = read("azure-migrate", path)
    one, two = found.sightings
    assert (one.addresses, one.cpus, one.disk_bytes) == (("10.9.0.10", "10.9.0.11"), 8, 500 * 1024**3)
    assert (one.os_id, one.os_version, one.platform) == ("windows-server", "2012-r2", "vmware")
    assert (two.os_id, two.os_version, two.platform, two.cpus) == ("ubuntu", "20.04", "physical", None)
    assert found.doubts[0].reason == "'many' is no number"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_register_in_any_encoding_with_semicolons(tmp_path: Path, mapped: Path, encoding: str) -> None:
    path = tmp_path / "cmdb.csv"
    text = (
        "CI Name;IP Address;RAM;Owner;Ends;Class;Serial\r\nDB01;10.0.0.7;7,5;Zoë Müller;31/03/2027;Server;None\r\n"
        "PRN1;10.0.0.8;1;;;Printer;\r\n;;;;;;\r\n;10.0.0.9;;;;Server;\r\n"
    )
    path.write_bytes(text.encode(encoding))
    found = read("csv", path, mapping=mapped)
    one = found["DB01"]
    assert (one.owner, str(one.contract_end), one.memory_bytes) == ("Zoë Müller", "2027-03-31", int(7.5 * 1024**3))
    assert one.serial is None, "a maker's placeholder is no serial number"
    assert [one.reason for one in found.left_out] == ["the mapping leaves out Class Printer", "it has no name"]
    assert found.accounts_for_every_row()
    assert any("ip, os" in note for note in found.parts[0].notes), "columns that are not there are said"


@pytest.mark.parametrize("later", ["", 'SRV999,"17" screen",10.0.1.9\n'])
def test_a_quotation_mark_that_is_never_closed_takes_no_rows_away_unsaid(
    tmp_path: Path, mapped: Path, later: str
) -> None:
    path = tmp_path / "cmdb.csv"
    rows = "".join(f"SRV{number},ordinary,10.0.1.{number}\n" for number in range(200))
    path.write_text(f'CI Name,Note,IP\nDB01,"a, b",10.0.0.7\nDB02,"19 inch rack,10.0.0.8\n{rows}{later}')
    found = read("csv", path, mapping=mapped)
    assert [one.name for one in found.sightings] == ["DB01"]
    (part,) = found.parts
    assert part.outcome == "in part"
    assert "cannot be read on from line 3" in " ".join(part.notes)


def test_an_address_that_is_none_is_said(tmp_path: Path, mapped: Path) -> None:
    path = tmp_path / "cmdb.csv"
    path.write_text('CI Name,IP\nDB01,"10.0.0.256, 10.0.0.7/24; 127.0.0.1"\nDB02,on the label\nDB03,\n')
    found = read("csv", path, mapping=mapped)
    assert found["DB01"].addresses == ("10.0.0.7",)
    assert [one.reason for one in found.doubts] == [
        f"'{text}' is no IP address" for text in ("10.0.0.256", "on", "the", "label")
    ]


def test_a_mapping_that_is_wrong_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('name = "cmdb"\n[columns]\nname = "A"\nownr = "B"\n')
    with pytest.raises(UsageError, match="ownr is not known here"):
        mapping(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 * MIB))
    tracemalloc.start()
    found = read("rvtools", path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.parts[0].outcome == "unreadable"
    assert "no honest workbook" in found.parts[0].notes[0]
    assert peak < 20 * MIB


def test_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "good.xlsx", {"vInfo": [machine(1)]})
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bomb, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                head, _, rest = content.partition(b"?>")
                content = head + b'?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + rest
            target.writestr(name, content)
    found = read("rvtools", bomb)
    assert {part.outcome for part in found.parts} == {"unreadable"}
    assert not found.sightings


def test_what_is_no_file_of_that_kind_is_said_and_the_others_go_on(tmp_path: Path) -> None:
    good = workbook(tmp_path / "good.xlsx", {"vInfo": [machine(1)]})
    (tmp_path / "text.xlsx").write_text("not a workbook")
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    found = read("rvtools", tmp_path / "text.xlsx", tmp_path / "none.xlsx", tmp_path / "locked.xlsx", good)
    assert [part.outcome for part in found.parts] == ["unreadable", "unreadable", "unreadable", "read"]
    assert [one.name for one in found.sightings] == ["SRV00001"]


@given(
    st.binary(max_size=2000),
    st.sampled_from(["rvtools", "azure-migrate", "csv"]),
    st.sampled_from([".csv", ".xlsx"]),
)
def test_arbitrary_bytes_never_raise(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, source: str, suffix: str
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "mapping.toml").write_text(MAPPING)
    path = folder / f"any{suffix}"
    path.write_bytes(b"VM,Server name,CI Name\n" * (len(content) % 2) + content)
    found = read(source, path, mapping=folder / "mapping.toml")
    assert found.parts
    assert found.accounts_for_every_row()


@given(st.integers(0, 100_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_never_raises(
    tmp_path_factory: pytest.TempPathFactory, at: int, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    whole = workbook(
        folder / "a.xlsx", {"vInfo": [machine(1), machine(2)], "vDisk": [{"VM": "SRV00001", "Capacity MiB": 5}]}
    )
    broken = bytearray(whole.read_bytes())
    place = at % len(broken)
    broken[place : place + len(content)] = content
    whole.write_bytes(bytes(broken))
    assert read("rvtools", whole).parts


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_name_of_an_operating_system_is_understood_or_not_known(name: str, version: str) -> None:
    found = system(name, version)
    assert found.id is not None or found.version is None


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("Microsoft Windows Server 2012 R2 (64-bit)", None, ("windows-server", "2012-r2")),
        ("Microsoft Windows Server 2016 or later (64-bit)", None, ("windows-server", None)),
        ("Microsoft Windows Server 2003 (32-bit)", None, ("windows-server", "2003")),
        ("Windows", "2019", ("windows-server", "2019")),
        ("Ubuntu Linux (64-bit)", None, ("ubuntu", None)),
        ("Ubuntu 20.04.6 LTS", None, ("ubuntu", "20.04.6")),
        ("CentOS 4/5/6/7 (64-bit)", None, ("centos", None)),
        ("Red Hat Enterprise Linux 7 (64-bit)", None, ("rhel", "7")),
        ("Other 3.x Linux (64-bit)", None, (None, None)),
        ("FreeBSD 12", None, (None, None)),
    ],
)
def test_operating_systems_as_other_tools_write_them(
    text: str, version: str | None, expected: tuple[str | None, str | None]
) -> None:
    found = system(text, version)
    assert (found.id, found.version) == expected


@pytest.mark.parametrize(
    ("text", "comma", "expected"),
    [("8,192", False, 8192), ("8.5", False, 8.5), ("8.192,5", True, 8192.5), ("8 192", False, 8192),
     ("1,2", False, None), ("-4", False, None), ("1e9", False, None), ("", False, None)],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, comma: bool, expected: float | None) -> None:
    assert number(text, comma) == expected
