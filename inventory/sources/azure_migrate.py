"""The CSV that Azure Migrate imports, by the columns that Microsoft publishes (learn.microsoft.com/azure/migrate,
"Import servers using a CSV file"): memory in MB, disks in GB, several addresses with semicolons between."""

import re
from collections.abc import Iterator
from datetime import datetime

from estate.errors import UsageError
from estate.records.sighting import Sighting
from inventory.identity import fqdn_of, short_of
from inventory.sources import _csv
from inventory.sources._files import files, ordinary
from inventory.sources._systems import system
from inventory.sources._tables import Row, dated, rows
from inventory.sources.base import Count, Item, Part, Request, Source

_NAME = "Server name"
_DISK = re.compile(r"disk \d{1,3} size(?: \(in gb\))?")
_HYPERVISORS = {"vmware": "vmware", "hyper-v": "hyper-v", "hyperv": "hyper-v", "kvm": "kvm", "xen": "xen"}


def _read(request: Request) -> Iterator[Item]:
    for path in files(request.paths, (".csv",)):
        if isinstance(path, Part):
            yield path
            continue
        count = Count(path.name)
        try:
            at = dated(path, request.as_of)
            seen: set[str] = set()
            for row in rows(_csv.sheet(path), (_NAME,), count.notes):
                if isinstance(row, str):
                    yield count.leave(*ordinary(row))
                    continue
                name = row.text(_NAME)
                if name is None:
                    yield count.leave(row.where, "", "it has no server name")
                elif name.casefold() in seen:
                    yield count.leave(row.where, name, "a row above has the same name")
                else:
                    seen.add(name.casefold())
                    yield count.took(_sighting(row, name, at))
                    yield from row.doubts
        except UsageError as wrong:
            count.notes.append(str(wrong))
            yield count.end("in part" if count.rows else "unreadable")
            continue
        yield count.end()


def _sighting(row: Row, name: str, at: datetime) -> Sighting:
    seen = system(row.text("OS name"), row.text("OS version"))
    every = tuple(row.addresses("IP addresses", "IP address"))
    sizes = [row.whole(heading, unit=1024**3) or 0 for heading in row.cells if _DISK.fullmatch(heading)]
    hypervisor = (row.text("Hypervisor") or "").casefold()
    physical = (row.text("Server type") or "").casefold() == "physical"
    return Sighting(
        id=f"azure-migrate::{name.casefold()}",
        source="azure-migrate",
        scope="",
        where=row.where,
        at=at,
        name=name,
        names=tuple(filter(None, [short_of(name)])),
        fqdn=fqdn_of(name),
        addresses=every,
        hostname=name if short_of(name) else None,
        address=every[0] if every else None,
        os_id=seen.id,
        os_version=seen.version,
        os_name=seen.name,
        cpus=row.whole("Cores"),
        memory_bytes=row.whole("Memory (In MB)", "Memory", unit=1024**2),
        disk_bytes=sum(sizes) or None,
        disk_used_bytes=row.whole("Storage in use (In GB)", unit=1024**3),
        platform="physical" if physical else _HYPERVISORS.get(hypervisor, hypervisor or None),
    )


SOURCE = Source(
    id="azure-migrate",
    about="Servers from the CSV that Azure Migrate imports.",
    read=_read,
    machine_rank=3,
    owner_rank=3,
)
