"""Makes exports of other tools, with synthetic servers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from estate.records.sighting import Sighting
from inventory.sources import all_sources
from inventory.sources.base import Doubt, Item, LeftOut, Part, Request

VINFO = (
    "VM", "Powerstate", "Template", "SRM Placeholder", "DNS Name", "CPUs", "Memory", "Provisioned MiB", "In Use MiB",
    "Primary IP Address", "Datacenter", "Cluster", "Host", "OS according to the configuration file",
    "OS according to the VMware Tools", "VM ID", "VM UUID", "VI SDK Server",
)  # fmt: skip


def machine(number: int, **more: Any) -> dict[str, Any]:
    """A row of vInfo."""
    return {
        "VM": f"SRV{number:05}",
        "Powerstate": "poweredOn",
        "Template": "False",
        "SRM Placeholder": "False",
        "DNS Name": f"srv{number:05}.council.example",
        "CPUs": 4,
        "Memory": 8192,
        "Provisioned MiB": 102400,
        "In Use MiB": 51200,
        "Primary IP Address": f"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}",
        "OS according to the configuration file": "Microsoft Windows Server 2016 or later (64-bit)",
        "OS according to the VMware Tools": "Microsoft Windows Server 2019 (64-bit)",
        "VM ID": f"vm-{number}",
        "VM UUID": f"4203{number:04x}-0000-4000-8000-{number:012x}",
        "VI SDK Server": "vcenter.council.example",
        **more,
    }


def workbook(
    path: Path,
    tabs: Mapping[str, Sequence[Mapping[str, Any]]],
    above: Sequence[str] = (),
    merged: Sequence[str] = (),
    columns: Sequence[str] | None = None,
) -> Path:
    """An .xlsx with these tabs; `above` are title rows over the headings, `merged` ranges of the first tab."""
    book = Workbook(path, {"constant_memory": not merged})
    for place, (tab, rows) in enumerate(tabs.items()):
        sheet = book.add_worksheet(tab)
        heads = list(columns or dict.fromkeys(key for row in rows for key in row))
        for number, title in enumerate(above):
            sheet.write(number, 0, title)
        sheet.write_row(len(above), 0, heads)
        for number, row in enumerate(rows, len(above) + 1):
            sheet.write_row(number, 0, [row.get(head, "") for head in heads])
        for area in merged if place == 0 else ():
            sheet.merge_range(area, "SRV00001", book.add_format({"bold": True}))
    book.close()
    return path


class Outcome:
    """What a source yielded, sorted by what it is."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.sightings = [one for one in items if isinstance(one, Sighting)]
        self.left_out = [one for one in items if isinstance(one, LeftOut)]
        self.doubts = [one for one in items if isinstance(one, Doubt)]
        self.parts = [one for one in items if isinstance(one, Part)]

    def accounts_for_every_row(self) -> bool:
        """Rows read are rows taken and rows left out, and what was left out is listed."""
        return all(part.rows == part.taken + part.left_out for part in self.parts) and (
            sum(part.left_out for part in self.parts) == len(self.left_out)
        )

    def __getitem__(self, name: str) -> Sighting:
        return next(one for one in self.sightings if one.name == name)


def read(source: str, *paths: Path, **more: Any) -> Outcome:
    """Everything that a source says of these files."""
    return Outcome(list(all_sources()[source].read(Request(paths=paths, **more))))
