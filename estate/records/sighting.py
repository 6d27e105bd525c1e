"""A sighting: what one source says of one machine, with where and when it says so."""

from datetime import date
from typing import Any, Literal

from estate.records.base import Instant, Record
from estate.records.workload import Kind

OWN = "discover"
"""The source of what Decant read itself, with the hosts file's own words."""

Power = Literal["on", "off", "suspended"]


class Holding(Record):
    """Something that a machine or a managed service holds, and that can move."""

    kind: Kind
    name: str
    bytes: int | None = None
    detail: dict[str, Any] = {}


class Link(Record):
    """The machine hands requests on to another, named by its instance id or address."""

    to: str
    port: int


class Sighting(Record):
    """One machine as one source describes it. None means that this source does not say.

    The identifiers decide which sightings are of one server (`inventory/identity.py`); the values are those
    of `Server` that have the same names.
    """

    id: str
    """`SOURCE:SCOPE:KEY`: the same machine in a later export of the same source has the same id."""
    source: str
    scope: str
    """Which export, account or region of the source: what is complete in itself."""
    where: str
    """For people: the file with its sheet and row, or the account and region."""
    at: Instant
    """When it was so: the file's own date, or the moment at which it was asked."""
    server: str = ""
    """The server it was found to be of."""

    name: str
    """As the source calls it."""
    names: tuple[str, ...] = ()
    """Short host names, in lower case."""
    fqdn: str | None = None
    uuid: str | None = None
    """Of the firmware (SMBIOS), in lower case."""
    serial: str | None = None
    instance: str | None = None
    """The cloud's own id of the machine."""
    addresses: tuple[str, ...] = ()

    hostname: str | None = None
    address: str | None = None
    os_id: str | None = None
    os_version: str | None = None
    os_name: str | None = None
    kernel: str | None = None
    cpus: int | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
    disk_used_bytes: int | None = None
    platform: str | None = None
    power: Power | None = None
    purpose: str | None = None
    owner: str | None = None
    authority: str | None = None
    contract_end: date | None = None
    managed: bool = False
    """A service that a cloud runs: there is no machine to log in to."""
    holds: tuple[Holding, ...] = ()
    links: tuple[Link, ...] = ()
