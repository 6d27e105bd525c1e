"""A workspace with an export of RVTools and a register to import."""

from pathlib import Path
from typing import Any

from tests.decant.face import decant
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


def made(tmp_path: Path) -> Path:
    """A workspace beside an export of RVTools and a register, neither imported yet."""
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


def servers(root: Path) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in decant("estate", "list", "--json", at=root).json["servers"]}
