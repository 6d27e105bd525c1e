"""Any CSV, by a mapping file that says which column is what: the way in for a council's own register of its servers.

The mapping is TOML; `decant import csv --help` and docs/inventory.md show one.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from estate import invalid, reading
from estate.errors import UsageError
from estate.records.sighting import Power, Sighting
from estate.redact import redact
from inventory.identity import fqdn_of, serial_of, short_of, uuid_in_serial, uuid_of
from inventory.sources import _csv
from inventory.sources._files import files, ordinary
from inventory.sources._systems import system
from inventory.sources._tables import Row, dated, folded, rows
from inventory.sources.base import Count, Item, Part, Request, Source

Unit = Literal["B", "KB", "KiB", "MB", "MiB", "GB", "GiB", "TB", "TiB"]
_UNITS: Mapping[Unit, int] = {
    "B": 1, "KB": 1000, "KiB": 1024, "MB": 1000**2, "MiB": 1024**2, "GB": 1000**3, "GiB": 1024**3,
    "TB": 1000**4, "TiB": 1024**4,
}  # fmt: skip
_POWER: Mapping[str, Power] = {
    "on": "on", "running": "on", "live": "on", "powered on": "on", "active": "on",
    "off": "off", "stopped": "off", "powered off": "off", "suspended": "suspended",
}  # fmt: skip

Headings = str | tuple[str, ...]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Columns(_Section):
    """Which column holds what: a heading, or several of which the first that says anything is read."""

    name: Headings
    fqdn: Headings = ()
    address: Headings = ()
    uuid: Headings = ()
    serial: Headings = ()
    instance: Headings = ()
    os: Headings = ()
    os_version: Headings = ()
    cpus: Headings = ()
    memory: Headings = ()
    disk: Headings = ()
    disk_used: Headings = ()
    platform: Headings = ()
    power: Headings = ()
    purpose: Headings = ()
    owner: Headings = ()
    authority: Headings = ()
    contract_end: Headings = ()


class Units(_Section):
    """The units of the columns of sizes."""

    memory: Unit = "GiB"
    disk: Unit = "GiB"
    disk_used: Unit = "GiB"


class Mapped(_Section):
    """One mapping file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    """What the register is called: `cmdb`."""
    columns: Columns
    units: Units = Units()
    new_servers: bool | None = None
    """Whether a row is a server though nothing else knows one of its name. Unless it is said: where any column tells of
    a machine, as its address, system or size; a list of contracts makes no servers."""
    leave_out: dict[str, tuple[str, ...]] = {}
    """Rows that are no servers: for a column, the values that say so."""


_NOT_OF_THE_MACHINE = frozenset({"name", "purpose", "owner", "authority", "contract_end"})


def _makes_servers(request: Request) -> bool:
    if request.mapping is None:
        return True
    mapped = mapping(request.mapping)
    if mapped.new_servers is not None:
        return mapped.new_servers
    return any(headings for field, headings in mapped.columns if field not in _NOT_OF_THE_MACHINE)


def mapping(path: Path) -> Mapped:
    """Read a mapping file. Raises `UsageError` where it is not right."""
    content = reading.toml(path)
    try:
        return Mapped.model_validate(content)
    except ValidationError as wrong:
        known = ", ".join(Columns.model_fields)
        raise UsageError(f"{path}: {invalid.sentence(wrong)}", f"mend that; columns can be {known}") from None


def _read(request: Request) -> Iterator[Item]:
    if request.mapping is None:
        raise UsageError("a CSV of your own needs a mapping", "add --mapping FILE; docs/inventory.md shows one")
    mapped = mapping(request.mapping)
    for path in files(request.paths, (".csv", ".txt", ".tsv")):
        if isinstance(path, Part):
            yield path
            continue
        count = Count(path.name)
        try:
            yield from _rows(path, mapped, request, count)
        except UsageError as wrong:
            count.notes.append(str(wrong))
            yield count.end("in part" if count.rows else "unreadable")
            continue
        yield count.end()


def _rows(path: Path, mapped: Mapped, request: Request, count: Count) -> Iterator[Item]:
    at = dated(path, request.as_of)
    seen: set[str] = set()
    missing = True
    for row in rows(_csv.sheet(path), _headings(mapped.columns.name), count.notes):
        if isinstance(row, str):
            yield count.leave(*ordinary(row))
            continue
        if missing:
            missing = False
            absent = _absent(mapped, row.headings)
            if absent:
                count.notes.append(f"columns of the mapping that it does not have: {', '.join(absent)}")
        name = row.text(*_headings(mapped.columns.name))
        why = _no_server(row, mapped)
        if name is None:
            yield count.leave(row.where, "", "it has no name")
        elif why:
            yield count.leave(row.where, name, why)
        elif name.casefold() in seen:
            yield count.leave(row.where, name, "a row above has the same name")
        else:
            seen.add(name.casefold())
            yield count.took(_sighting(row, name, mapped, at))
            yield from row.doubts


def _headings(headings: Headings) -> tuple[str, ...]:
    return tuple(folded(one) for one in ((headings,) if isinstance(headings, str) else headings))


def _absent(mapped: Mapped, there: frozenset[str]) -> list[str]:
    wanted = {one for _, headings in mapped.columns for one in _headings(headings)}
    return sorted((wanted | {folded(one) for one in mapped.leave_out}) - there)


def _no_server(row: Row, mapped: Mapped) -> str:
    for heading, values in mapped.leave_out.items():
        said = row.text(folded(heading))
        if said is not None and said.casefold() in {value.casefold() for value in values}:
            return f"the mapping leaves out {heading} {said[:40]}"
    return ""


def _sighting(row: Row, name: str, mapped: Mapped, at: datetime) -> Sighting:
    columns, units = mapped.columns, mapped.units

    def text(headings: Headings) -> str | None:
        return row.text(*_headings(headings))

    def size(headings: Headings, unit: Unit) -> int | None:
        return row.whole(*_headings(headings), unit=_UNITS[unit])

    host = text(columns.fqdn) or name
    seen = system(text(columns.os), text(columns.os_version))
    every = tuple(row.addresses(*_headings(columns.address)))
    purpose = text(columns.purpose)
    serial = text(columns.serial)
    return Sighting(
        id=f"csv:{mapped.name}:{name.casefold()}",
        source="csv",
        scope=mapped.name,
        where=row.where,
        at=at,
        name=name,
        names=tuple(dict.fromkeys(short for one in (host, name) if (short := short_of(one)))),
        fqdn=fqdn_of(host),
        uuid=uuid_of(text(columns.uuid)) or uuid_in_serial(serial),
        serial=serial_of(serial),
        instance=text(columns.instance),
        addresses=every,
        hostname=host if short_of(host) else None,
        address=every[0] if every else None,
        os_id=seen.id,
        os_version=seen.version,
        os_name=seen.name,
        cpus=row.whole(*_headings(columns.cpus)),
        memory_bytes=size(columns.memory, units.memory),
        disk_bytes=size(columns.disk, units.disk),
        disk_used_bytes=size(columns.disk_used, units.disk_used),
        platform=(text(columns.platform) or "").casefold() or None,
        power=_POWER.get((text(columns.power) or "").casefold()),
        purpose=redact(purpose) if purpose else None,
        owner=text(columns.owner),
        authority=text(columns.authority),
        contract_end=row.day(*_headings(columns.contract_end)),
    )


SOURCE = Source(
    id="csv",
    about="Servers from any CSV, by a mapping file that says which column is what.",
    read=_read,
    machine_rank=4,
    owner_rank=1,
    needs_mapping=True,
    makes_servers=_makes_servers,
)
