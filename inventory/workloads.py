"""What moves: the workloads of one server, derived from its facts. Pure.

Each database (not templates, nor the server's own), each website, each shared folder, each scheduled job, and each
service that is not the operating system's and carries none of these. A scheduled job that a package brought is
kept and marked `os_owned`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from estate.records.base import Record
from estate.records.facts.cron import Cron, CronJob
from estate.records.facts.listeners import Listeners
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.services import Service, Services
from estate.records.facts.shares import Shares
from estate.records.facts.sqlserver import SqlServer
from estate.records.facts.tasks import Tasks
from estate.records.facts.timers import Timers
from estate.records.facts.websites import Website, Websites
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.workload import Kind, Workload
from inventory.os_owned import CARRIERS, CRON, SERVICES
from inventory.workloads_windows import (
    DYNAMIC,
    is_domain_share,
    is_iis_default,
    is_part_of_windows,
    sqlserver,
    tasks,
)

_ROOT_OF_PACKAGE = frozenset({"/var/www/html", "/usr/share/nginx/html", "/usr/share/nginx/www"})


def workloads(facts: ServerFacts, services: Mapping[str, Sequence[str]] | None = None) -> tuple[Workload, ...]:
    """The workloads of one server; `services` gives the DNS names of each workload by its id."""
    names = services or {}
    found: dict[str, Workload] = {}
    seen_at = _seen(facts)
    for kind, name, details in _all(facts):
        identity = f"{facts.server.id}/{kind}/{_free(name, f'{facts.server.id}/{kind}/', found)}"
        found[identity] = Workload(
            id=identity,
            server=facts.server.id,
            kind=kind,
            # A database is asked for by its own name, which the id may not be able to carry.
            name=name if kind in ("postgres", "mariadb", "sqlserver") else identity.rsplit("/", 1)[-1],
            bytes=details.pop("bytes", None),
            os_owned=details.pop("os_owned", False),
            detail={key: value for key, value in details.items() if value not in (None, "", [], ())},
            services=tuple(names.get(identity, ())),
            seen_at=seen_at,
        )
    return tuple(found.values())


_Found = tuple[Kind, str, dict[str, Any]]


def _all(facts: ServerFacts) -> Iterator[_Found]:
    yield from _postgres(facts.get("postgresql", Postgresql))
    yield from _mariadb(facts.get("mariadb", Mariadb))
    yield from sqlserver(facts.get("sqlserver", SqlServer))
    yield from _websites(facts.get("websites", Websites))
    yield from _shares(facts.get("shares", Shares))
    yield from _services(facts)
    yield from _cron(facts.get("cron", Cron))
    yield from _timers(facts.get("timers", Timers))
    yield from tasks(facts.get("tasks", Tasks))


def _seen(facts: ServerFacts) -> Any:
    """When the newest fact was read: the same facts give the same workloads."""
    return max((seen.at for seen in facts.observations.values()), default=facts.server.seen_at)


def slug(text: str) -> str:
    """A name as part of an id: what is not a letter, digit, dot, hyphen or underscore becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "unnamed"


def _free(name: str, prefix: str, taken: Mapping[str, Record]) -> str:
    """The name, with a number where it is taken."""
    wanted, number = slug(name), 1
    while f"{prefix}{wanted if number == 1 else f'{wanted}-{number}'}" in taken:
        number += 1
    return wanted if number == 1 else f"{wanted}-{number}"


def _postgres(found: Postgresql | None) -> Iterator[_Found]:
    for cluster in found.clusters if found else ():
        for database in cluster.databases:
            # `postgres` is where tools connect to; it is a workload only where somebody put tables into it.
            if database.template or (database.name == "postgres" and not database.tables):
                continue
            yield (
                "postgres",
                database.name,
                {
                    "bytes": database.bytes,
                    "version": cluster.version,
                    "port": cluster.port,
                    "owner": database.owner,
                    "encoding": database.encoding,
                    "collation": database.collation,
                    "extensions": list(database.extensions or ()),
                    "tables": database.tables,
                    "tables_without_key": list(database.tables_without_key or ()),
                    "large_objects": database.large_objects,
                },
            )


def _mariadb(found: Mariadb | None) -> Iterator[_Found]:
    for database in found.databases if found else ():
        yield (
            "mariadb",
            database.name,
            {
                "bytes": database.bytes,
                "version": found.version if found else "",
                "product": found.product if found else "",
                "port": found.port if found else None,
                "tables": database.tables,
                "tables_without_key": list(database.tables_without_key),
                "engines": list(database.engines),
            },
        )


def _websites(found: Websites | None) -> Iterator[_Found]:
    """Blocks of one file that serve the same names (one that redirects, and the TLS one) are one site."""
    groups: dict[tuple[str, str, frozenset[str]], list[Website]] = {}
    for site in found.sites if found else ():
        groups.setdefault((site.file, site.name, frozenset(site.names)), []).append(site)
    files = [file for file, _, _ in groups]
    for (file, name, names), blocks in groups.items():
        first = next((block for block in blocks if block.tls), blocks[0])
        stem = re.sub(r"\.conf$|\.vhost$", "", file.rsplit("/", 1)[-1])
        several = files.count(file) > 1 or stem in ("nginx", "httpd", "apache2")
        root = next((block.root for block in blocks if block.root), None)
        size = found.root_bytes.get(root) if found and root else None
        yield (
            "website",
            name or (next(iter(first.names), stem) if several else stem),
            {
                "bytes": size,
                "os_owned": not names
                and (root in _ROOT_OF_PACKAGE or is_iis_default(root, size, blocks))
                and not any(b.upstreams for b in blocks),
                "server": first.server,
                "names": sorted(names),
                "root": root,
                "listen": [listen for block in blocks for listen in block.listen],
                "tls": any(block.tls for block in blocks),
                "certificate": first.certificate,
                "tls_protocols": list(first.tls_protocols),
                "upstreams": [upstream for block in blocks for upstream in block.upstreams],
                "file": file,
                "applications": [one for block in blocks for one in block.applications],
            },
        )


def _shares(found: Shares | None) -> Iterator[_Found]:
    """Shares with a folder of their own; `homes` and printers have none, and `print$` is Samba's."""
    for share in found.shares if found else ():
        if not re.match(r"/|[A-Za-z]:\\", share.path) or share.name.lower() in ("printers", "print$"):
            continue
        yield (
            "files",
            share.name if share.protocol == "smb" else share.path,
            {
                "bytes": share.bytes,
                "path": share.path,
                "share": share.name,
                "os_owned": is_domain_share(share),
                "protocol": share.protocol,
                "read_only": share.read_only,
                "files": share.files,
            },
        )


def _services(facts: ServerFacts) -> Iterator[_Found]:
    services = facts.get("services", Services)
    listeners = facts.get("listeners", Listeners)
    timers = facts.get("timers", Timers)
    started_by_timer = {timer.activates for timer in timers.timers} if timers else set()
    ports: dict[str, set[int]] = {}
    for listener in listeners.listeners if listeners else ():
        if listener.unit:
            ports.setdefault(listener.unit, set()).add(listener.port)
    for service in services.services if services else ():
        if service.unit in started_by_timer or not _is_own(service, _serves(facts, ports.get(service.unit, ()))):
            continue
        yield (
            "service",
            service.unit.removesuffix(".service"),
            {
                "unit": service.unit,
                "command": service.command,
                "user": service.user,
                "path": service.path,
                "ports": sorted(ports.get(service.unit, ())),
                "active": service.active,
            },
        )


def _serves(facts: ServerFacts, ports: Iterable[int]) -> bool:
    """Whether any of the ports is one that clients know: on Windows the system's own services take dynamic ones."""
    return any(port < DYNAMIC or not facts.server.is_windows for port in ports)


def _is_own(service: Service, listens: bool) -> bool:
    """Whether it is the council's: written by a person and in use, or from a package and serving a port."""
    if is_part_of_windows(service):
        return False
    name = re.sub(r"@[^.]*", "@", service.unit.removesuffix(".service"))
    if name in SERVICES or name in CARRIERS or name.startswith(("systemd-", "dbus-", "user@")):
        return False
    in_use = service.active in ("active", "activating", "failed", "reloading") or service.enabled == "enabled"
    return (service.local and in_use) or listens


def _cron(found: Cron | None) -> Iterator[_Found]:
    for job in found.jobs if found else ():
        yield (
            "schedule",
            _cron_name(job),
            {
                "os_owned": _cron_is_os(job),
                "when": job.schedule,
                "user": job.user,
                "command": job.command,
                "file": job.file,
                "timezone": found.timezone if found else None,
            },
        )


def _cron_name(job: CronJob) -> str:
    folder, _, base = job.file.rpartition("/")
    if folder.startswith("/etc/cron."):
        return base
    run_parts = re.search(r"run-parts .*?(/\S+)", job.command)
    if run_parts:
        return slug(f"run-parts-{run_parts[1].rsplit('/', 1)[-1]}")
    # A crontab of many lines: each is known by the program that it runs.
    words = job.command.split()
    program = next(
        (word for word in words if "/" in word and not word.startswith(("-", ">"))), (words or ["job"])[0]
    )
    program = re.sub(r"\.(sh|py|pl|php|rb)$", "", program.rstrip(";").rsplit("/", 1)[-1])
    return f"{job.user or 'cron'}-{program}"


def _cron_is_os(job: CronJob) -> bool:
    base = job.file.rsplit("/", 1)[-1]
    if job.file in ("/etc/crontab", "/etc/anacrontab"):
        return "run-parts" in job.command or "anacron" in job.command
    return job.package is not None or (job.file.startswith("/etc/cron.") and base in CRON)


def _timers(found: Timers | None) -> Iterator[_Found]:
    for timer in found.timers if found else ():
        yield (
            "schedule",
            timer.unit.removesuffix(".timer"),
            {
                "os_owned": not timer.local,
                "when": ", ".join(timer.schedule),
                "unit": timer.unit,
                "activates": timer.activates,
                "enabled": timer.enabled,
            },
        )


def all_workloads(
    estate: Iterable[ServerFacts], services: Mapping[str, Sequence[str]] | None = None
) -> tuple[Workload, ...]:
    """The workloads of every server, by id."""
    return tuple(sorted((one for facts in estate for one in workloads(facts, services)), key=lambda one: one.id))


_SOURCES: Mapping[Kind, tuple[str, ...]] = {
    "postgres": ("postgresql",),
    "mariadb": ("mariadb",),
    "website": ("websites",),
    "files": ("shares",),
    "service": ("services", "listeners"),
    "schedule": ("cron", "timers"),
    "sqlserver": ("sqlserver",),
    "machine": (),
}
_SOURCES_WINDOWS = {**_SOURCES, "schedule": ("tasks",)}


def gone(before: Iterable[Workload], after: Iterable[Workload], estate: Iterable[ServerFacts]) -> tuple[str, ...]:
    """Ids of workloads that were there and surely are no more.

    A workload whose facts could not be read this time, or not wholly, may still be there, and stays.
    """
    still = {one.id for one in after}
    by_server = {facts.server.id: facts for facts in estate}
    return tuple(
        one.id
        for one in before
        if one.id not in still and one.server in by_server and _is_sure(by_server[one.server], one.kind)
    )


def _is_sure(facts: ServerFacts, kind: Kind) -> bool:
    sources = _SOURCES_WINDOWS if facts.server.is_windows else _SOURCES
    seen = [facts.observations.get(fact) for fact in sources[kind]]
    return all(
        one is not None and one.outcome in (Outcome.KNOWN, Outcome.ABSENT) and not one.partial for one in seen
    )
