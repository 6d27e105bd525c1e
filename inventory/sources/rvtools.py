"""RVTools: what VMware's vCenter knows of its machines, as one .xlsx or a folder of .csv, a tab a file.

Needed is the tab vInfo. vDisk, vPartition and vNetwork add disks, what is used, and addresses. MB in old exports and
MiB in new ones are the same unit. What people noted of a machine (Annotation) is its purpose, without what may be a
secret in it; custom attributes named after an owner say whose it is. Templates and placeholders of Site Recovery are no
servers and are left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from estate.errors import UsageError
from estate.records.sighting import Power, Sighting
from estate.redact import redact
from inventory.identity import fqdn_of, short_of, uuid_of
from inventory.sources import _csv, _workbook
from inventory.sources._files import files, ordinary
from inventory.sources._systems import system
from inventory.sources._tables import Raw, Row, dated, rows
from inventory.sources.base import Count, Item, Part, Request, Source

MIB = 1024**2
_POWER: Mapping[str, Power] = {"poweredon": "on", "poweredoff": "off", "suspended": "suspended"}
_VM = ("VM", "VM Name")
_UUID = ("VM UUID", "SMBIOS UUID", "UUID")
_OWNER = ("Owner", "Service Owner", "Business Owner", "System Owner", "Application Owner")
"""Custom attributes of vCenter that a council may have added; RVTools shows each as a column of vInfo."""
_NOTED = 500
"""Characters of what was noted that are kept."""


@dataclass
class _More:
    """What the other tabs say, by machine."""

    disk: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    addresses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def _read(request: Request) -> Iterator[Item]:
    for path in files(request.paths, (".xlsx", ".csv"), folders_whole=True):
        if isinstance(path, Part):
            yield path
            continue
        try:
            with ExitStack() as stack:
                if path.is_dir():
                    tabs = _tabs(path)
                elif path.suffix.lower() == ".xlsx":
                    tabs = stack.enter_context(_workbook.sheets(path))
                else:
                    tabs = {"vinfo": _csv.sheet(path)}
                yield from _export(path, tabs, request)
        except UsageError as wrong:
            yield Part(where=path.name, outcome="unreadable", notes=(str(wrong),))


def _tabs(folder: Path) -> dict[str, Raw]:
    """The tabs of a folder: RVTools calls its files RVTools_tabvInfo.csv and so on."""
    found: dict[str, Raw] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() == ".csv" and file.is_file():
            name = file.stem.casefold().rpartition("tab")[2]
            found.setdefault(name, _csv.sheet(file))
    return found


def _export(path: Path, tabs: Mapping[str, Raw], request: Request) -> Iterator[Item]:
    if "vinfo" not in tabs:
        raise UsageError(
            f"{path.name} has no tab vInfo ({', '.join(sorted(tabs)[:8]) or 'it is empty'})",
            "export all tabs from RVTools, or give the file of the tab vInfo",
        )
    more = _More()
    for tab, take in (("vdisk", _disk), ("vpartition", _partition), ("vnetwork", _network)):
        if tab in tabs:
            yield from _side(tabs[tab], more, take)
    yield from _machines(path, tabs["vinfo"], more, request)


def _side(raw: Raw, more: _More, take: Callable[[Row, str, _More], None]) -> Iterator[Item]:
    """A tab that adds to machines of vInfo. A fault in it costs what it adds, and is said."""
    count = Count(raw.where)
    try:
        for row in rows(raw, _VM, count.notes):
            if isinstance(row, str):
                yield count.leave(*ordinary(row))
                continue
            if row.text(*_VM) is None:
                yield count.leave(row.where, "", "it names no machine")
                continue
            take(row, _key(row), more)
            count.rows += 1
            count.taken += 1
            yield from row.doubts
    except UsageError as wrong:
        count.notes.append(str(wrong))
        yield count.end("in part" if count.rows else "unreadable")
        return
    yield count.end()


def _key(row: Row) -> str:
    """A machine by its name and UUID; old exports have no UUID in the other tabs."""
    return f"{uuid_of(row.text(*_UUID)) or ''} {(row.text(*_VM) or '').casefold()}"


def _disk(row: Row, key: str, more: _More) -> None:
    more.disk[key] += row.whole("Capacity MiB", "Capacity MB", unit=MIB) or 0


def _partition(row: Row, key: str, more: _More) -> None:
    more.used[key] += row.whole("Consumed MiB", "Consumed MB", unit=MIB) or 0


def _network(row: Row, key: str, more: _More) -> None:
    more.addresses[key] += row.addresses("IPv4 Address", "IP Address", "Ip Address")


def _machines(path: Path, raw: Raw, more: _More, request: Request) -> Iterator[Item]:
    count = Count(raw.where)
    at = dated(path, request.as_of)
    seen: dict[str, set[str]] = {}
    try:
        for row in rows(raw, _VM, count.notes):
            if isinstance(row, str):
                yield count.leave(*ordinary(row))
                continue
            name = row.text(*_VM)
            why = _no_server(row, name)
            if why or name is None:
                yield count.leave(row.where, name or "", why)
                continue
            uuid = uuid_of(row.text(*_UUID))
            before = seen.setdefault(uuid or f"name {name.casefold()}", set())
            if name.casefold() in before:
                yield count.leave(row.where, name, "the same machine is in a row above")
                continue
            if before:
                # A clone that kept its model's UUID is a machine of its own.
                row.doubt(
                    "VM UUID", f"it is that of {', '.join(sorted(before))} too, and does not tell this machine"
                )
                uuid = None
            before.add(name.casefold())
            yield count.took(_sighting(row, name, uuid, more, at))
            yield from row.doubts
    except UsageError as wrong:
        count.notes.append(str(wrong))
        yield count.end("in part" if count.rows else "unreadable")
        return
    yield count.end()


def _no_server(row: Row, name: str | None) -> str:
    if name is None:
        return "its name is in a cell that is merged with another" if "vm" in row.merged else "it names no machine"
    if (row.text("Template") or "").casefold() in ("true", "yes", "1"):
        return "a template, no server"
    if (row.text("SRM Placeholder") or "").casefold() in ("true", "yes", "1"):
        return "a placeholder of Site Recovery, no server"
    return ""


def _sighting(row: Row, name: str, uuid: str | None, more: _More, at: datetime) -> Sighting:
    host = row.text("DNS Name")
    said = row.text("OS according to the VMware Tools") or row.text("OS according to the configuration file")
    guest = system(said)
    if guest.version is None:
        # The tools name the running system and the configuration file the one it was made for; either may be vague.
        other = system(row.text("OS according to the configuration file"))
        if other.id == guest.id and other.version:
            guest = other
    own = row.addresses("Primary IP Address")
    keys = (_key(row), f" {name.casefold()}")
    every = tuple(dict.fromkeys([*own, *(one for key in keys for one in more.addresses.get(key, ()))]))
    power = (row.text("Powerstate") or "").casefold().replace(" ", "")
    noted = " ".join((row.text("Annotation") or "").split())
    scope = (row.text("VI SDK Server") or "").casefold()
    return Sighting.model_validate(
        {
            "id": f"rvtools:{scope}:{uuid or name.casefold()}",
            "source": "rvtools",
            "scope": scope,
            "where": row.where,
            "at": at,
            "name": name,
            "names": tuple(dict.fromkeys(short for text in (host, name) if (short := short_of(text)))),
            "fqdn": fqdn_of(host),
            "uuid": uuid,
            "addresses": every,
            "hostname": host or None,
            "address": every[0] if every else None,
            "os_id": guest.id,
            "os_version": guest.version,
            "os_name": guest.name,
            "cpus": row.whole("CPUs"),
            "memory_bytes": row.whole("Memory", "Memory MiB", "Memory MB", "Size MiB", unit=MIB),
            "disk_bytes": next((found for key in keys if (found := more.disk.get(key))), None)
            or row.whole("Total disk capacity MiB", "Provisioned MiB", "Provisioned MB", unit=MIB),
            "disk_used_bytes": next((found for key in keys if (found := more.used.get(key))), None)
            or row.whole("In Use MiB", "In Use MB", unit=MIB),
            "platform": "vmware",
            "power": _POWER.get(power),
            "purpose": redact(noted)[:_NOTED] or None,
            "owner": row.text(*_OWNER),
        }
    )


SOURCE = Source(
    id="rvtools",
    about="VMware's machines from RVTools: an .xlsx, or a folder of its .csv files.",
    read=_read,
    machine_rank=2,
    owner_rank=4,
)
