"""Whom a server's configuration names: weaker evidence of a dependency than a connection, and the only one of a
service that was not at work when somebody looked. Pure.

Read are the upstreams of websites, connection strings in the commands of services that people put there, the ends that
the fact `endpoints` found in units and in the files of services and websites, and remote mounts. Secrets were taken
out before the facts were stored; of those files, nothing but hosts, ports and databases ever left the server.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from estate.records.base import Instant
from estate.records.facts.endpoints import Endpoints
from estate.records.facts.filesystems import Filesystems
from estate.records.facts.services import Services
from estate.records.facts.websites import Websites
from estate.records.server import ServerFacts

PORTS = {
    "http": 80,
    "https": 443,
    "postgres": 5432,
    "postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "sqlserver": 1433,
    "mssql": 1433,
    "oracle": 1521,
    "redis": 6379,
    "rediss": 6379,
    "amqp": 5672,
    "amqps": 5671,
    "mongodb": 27017,
    "ldap": 389,
    "ldaps": 636,
    "smtp": 25,
    "smtps": 465,
    "ftp": 21,
    "sftp": 22,
}
"""Ports that a connection string means where it names none (IANA, and each product's own default)."""

DATABASE_SCHEMES = frozenset(
    {"postgres", "postgresql", "mysql", "mariadb", "sqlserver", "mssql", "oracle", "mongodb"}
)
"""Of these, those whose connection string names a database."""

OF_MANY = frozenset(
    {
        "/",
        "/etc",
        "/home",
        "/opt",
        "/root",
        "/srv",
        "/srv/www",
        "/usr",
        "/usr/share",
        "/usr/share/nginx",
        "/var",
        "/var/lib",
    }
    | {"/var/www", "/usr/local", "/usr/local/bin", "/usr/local/sbin"}
)
"""Folders that are no one service's own."""

HERE = "localhost"
"""The name of the server itself."""

_MOUNTS = {"nfs": 2049, "nfs4": 2049, "cifs": 445, "smb3": 445, "smbfs": 445}
# jdbc:postgresql://db/app, postgresql+psycopg://user@db/app.
_STRING = re.compile(r"(?<![\w:])(?:jdbc:)?([a-z][a-z0-9]*)(?:\+[a-z0-9]+)?://([^\s'\"<>,;]+)", re.I)


@dataclass(frozen=True)
class Named:
    """One end that is named: `where` is the file, `process` what would talk to it."""

    name: str
    port: int | None
    where: str
    process: str | None
    at: Instant
    database: str | None = None
    """The database that it names there."""
    unit: str = ""
    """The service whose configuration it is, with its ending."""
    site: tuple[str, ...] | None = None
    """The names of the website whose configuration it is."""

    @property
    def here(self) -> bool:
        """Whether it is the server itself."""
        return self.name == HERE


def named(facts: ServerFacts) -> Iterator[Named]:
    """Every end that the server's configuration names; the server itself is `HERE`."""
    websites = facts.get("websites", Websites)
    for site in websites.sites if websites else ():
        for upstream in site.upstreams:
            end = end_of(upstream)
            if end:
                at = facts.observations["websites"].at
                yield Named(*end, site.file, site.server, at, site=site.names)
    services = facts.get("services", Services)
    for service in services.services if services else ():
        # Packages' own services name nobody but in their documentation.
        if service.package is not None or service.path.startswith(("/lib/", "/usr/lib/")):
            continue
        for scheme, rest in _STRING.findall(service.command):
            end = end_of(f"{scheme.lower()}://{rest}") if scheme.lower() in PORTS else None
            if end:
                where, process = service.path or service.unit, service.unit.removesuffix(".service")
                at = facts.observations["services"].at
                yield Named(*end, where, process, at, database_of(scheme, rest), service.unit)
    yield from _in_files(facts)
    mounted = facts.get("filesystems", Filesystems)
    for mount in mounted.remote if mounted else ():
        port = _MOUNTS.get(mount.type)
        name = _file_server(mount.source)
        if port and name and not is_loopback(name):
            where = "/proc/self/mounts" if mount.mounted else "/etc/fstab"
            yield Named(name, port, where, None, facts.observations["filesystems"].at)


def _in_files(facts: ServerFacts) -> Iterator[Named]:
    """The ends that files name, each with the unit that reads the file, where that is known."""
    found = facts.get("endpoints", Endpoints)
    if found is None:
        return
    at = facts.observations["endpoints"].at
    for one in found.endpoints:
        name = HERE if one.host == HERE or is_loopback(one.host) else one.host
        units = _units_of(one.file, found.reads) or [""]
        for unit in units:
            process = unit.removesuffix(".service") or None
            yield Named(name, one.port, one.file, process, at, one.database, unit)


def _units_of(file: str, reads: Mapping[str, Sequence[str]]) -> list[str]:
    """The units whose own file it is, or that read it or lie in its folder; `/etc/default/NAME` is NAME's."""
    found = {_unit(file)} if file.endswith((".service", ".conf")) and "/systemd/system/" in file else set()
    if file.startswith(("/etc/default/", "/etc/sysconfig/")):
        found.add(f"{file.rsplit('/', 1)[-1]}.service")
    for unit, paths in reads.items():
        if any(file == path or file.startswith(f"{path.rstrip('/')}/") for path in paths):
            found.add(_unit(unit))
    return sorted(found)


def _unit(file: str) -> str:
    """The unit of a unit file, or of a drop-in in `NAME.service.d/`."""
    folder, _, name = file.rpartition("/")
    return folder.rsplit("/", 1)[-1].removesuffix(".d") if folder.endswith(".service.d") else name


def end_of(text: str) -> tuple[str, int] | None:
    """Host and port of an upstream or a connection string; None for sockets and variables."""
    found = re.match(r"(?:(\w+)://)?(?:[^/@]*@)?(\[[0-9a-fA-F:]+\]|[^/:?$]+)(?::(\d+))?(?:[/?]|$)", text)
    if found is None or found[1] == "unix" or found[2] == "unix" or not re.match(r"[\w\[]", found[2]):
        return None
    name = found[2].strip("[]").lower()
    port = int(found[3] or PORTS.get((found[1] or "").lower(), 80))
    if not 0 < port < 65536:
        return None
    return (HERE if name == HERE or is_loopback(name) else name), port


def database_of(scheme: str, rest: str) -> str | None:
    """The database that a connection string names, of which `rest` is what comes after the scheme."""
    if scheme.lower() not in DATABASE_SCHEMES:
        return None
    found = re.match(r"[^/;]*(?:/([\w.$-]+)|;.*?\bdatabase(?:name)?=([\w.$-]+))", rest.rpartition("@")[2], re.I)
    return (found[1] or found[2]) if found else None


def is_loopback(address: str) -> bool:
    """Whether it is the server itself."""
    return address.startswith("127.") or address == "::1"


def _file_server(source: str) -> str:
    """The server of `//server/share`, `server:/path` or `[fd00::1]:/path`; empty where it is none."""
    found = re.match(r"//([^/\\]+)[/\\]|(\[[0-9a-fA-F:]+\]|[^/:\[]+):/", source)
    return (found[1] or found[2]).strip("[]").lower() if found else ""
