"""Which workload uses which: the ground on which systems are proposed. Pure.

Only what is known at both ends counts: a connection of a service's own unit to a port where one workload answers,
or to a database that the server of databases itself names; configuration that names where it leads; a job whose
command names what it works on. What is known of servers only is handed on in words, never guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from estate.records.facts.connections import Connection, Connections
from estate.records.facts.listeners import Listeners
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from inventory.configured import OF_MANY, Named, is_loopback, named
from inventory.dependencies import answers_at, finder, places_of

DATABASES = ("postgres", "mariadb", "sqlserver")
_WEB_SERVERS = frozenset({"nginx", "apache2", "httpd", "php-fpm"})
_DATABASE_TOOL = re.compile(
    r"\b(?:pg_dump|pg_restore|psql|vacuumdb|reindexdb|mysqldump|mariadb-dump|mysql|mariadb)\b"
)


@dataclass(frozen=True, order=True)
class Use:
    """One workload uses another; both are ids."""

    client: str
    server: str
    why: str
    """What shows it: "a connection was open", "/etc/default/shop names it"."""


@dataclass(frozen=True)
class Uses:
    """What is known at both ends, and in words what is known of servers only."""

    known: tuple[Use, ...]
    unclear: tuple[str, ...] = ()


def uses(estate: Sequence[ServerFacts], workloads: Sequence[Workload]) -> Uses:
    """Who uses whom among `workloads`, from the facts of their servers."""
    on: dict[str, list[Workload]] = {}
    for workload in workloads:
        on.setdefault(workload.server, []).append(workload)
    places = places_of(estate)
    find = finder(estate, places, workloads)
    known: set[Use] = set()
    unclear: set[str] = set()
    for facts in estate:
        here = facts.server.id
        own = on.get(here, [])
        known |= set(_jobs(own))
        known |= set(_nested(own))
        for name in named(facts):
            there = here if name.here else find(facts, name.name)
            for client in _clients_of(name, own):
                known |= {
                    Use(client, end, f"{name.where} names it")
                    for end in _ends(on.get(there or "", []), name.port, name.database)
                }
        for one, peer in _connections(facts, places):
            ends = _ends(on.get(peer, []), one.peer_port, None)
            clients = _talking(one, own)
            known |= {Use(client, end, "a connection was open") for client in clients for end in ends}
            if not clients or not ends:
                unclear.add(_words(here, own, clients, peer, one.peer_port, on.get(peer, [])))
    both = {use for use in known if use.client != use.server}
    return Uses(tuple(sorted(both)), tuple(sorted(unclear - {""})))


def _words(
    here: str, own: Sequence[Workload], clients: Sequence[str], peer: str, port: int, there: Sequence[Workload]
) -> str:
    """What of a connection between two servers is not known; empty where neither end is a workload of ours."""
    answering = [one.id for one in there if port in answers_at(one)]
    if not answering or not own:
        return ""
    who = clients[0] if len(clients) == 1 else here
    if len(answering) == 1:
        return f"{who} talks to {answering[0]}: which of its workloads does is not known"
    return f"{who} talks to {peer} on port {port}: which of {', '.join(sorted(answering))} is not known"


def _connections(facts: ServerFacts, places: Mapping[str, str]) -> Iterator[tuple[Connection, str]]:
    """Connections that this server opened, each with the server at its other end, itself included."""
    here = facts.server.id
    found = facts.get("connections", Connections)
    listeners = facts.get("listeners", Listeners)
    listening = {one.port for one in listeners.listeners if one.protocol == "tcp"} if listeners else set()
    for one in found.connections if found else ():
        peer = here if is_loopback(one.peer_address) else places.get(one.peer_address)
        if peer is not None and one.local_port not in listening:
            yield one, peer


def _talking(one: Connection, own: Sequence[Workload]) -> list[str]:
    """The workload whose process opened it: the unit's own, or the only website of a web server."""
    by_unit = [
        each.id for each in own if each.kind == "service" and one.unit and each.detail.get("unit") == one.unit
    ]
    if by_unit:
        return by_unit
    process = re.sub(r"[\d.]+$", "", one.process or "")
    sites = [each.id for each in own if each.kind == "website"]
    return sites if process in _WEB_SERVERS and len(sites) == 1 else []


def _ends(there: Sequence[Workload], port: int | None, database: str | None) -> list[str]:
    """The workload that answers: the database of that name, or the only one on the port."""
    answering = [one for one in there if port is None or port in answers_at(one)]
    if database is not None:
        return [one.id for one in answering if one.kind in DATABASES and one.name == database]
    return [one.id for one in answering] if port is not None and len(answering) == 1 else []


def _clients_of(name: Named, own: Sequence[Workload]) -> list[str]:
    """The workloads whose configuration it is."""
    return [
        one.id
        for one in own
        if (name.unit and one.kind == "service" and one.detail.get("unit") == name.unit)
        or (name.site is not None and one.kind == "website" and _is_site(one, name))
        or (one.kind == "website" and _is_sites_own(name.where, str(one.detail.get("root") or "").rstrip("/")))
    ]


def _is_sites_own(file: str, root: str) -> bool:
    """Whether a file lies in a website's root, or beside it where the folder there is the site's alone."""
    beside = root.rpartition("/")[0]
    return _inside(file, root) or (bool(beside) and beside not in OF_MANY and file.rpartition("/")[0] == beside)


def _is_site(one: Workload, name: Named) -> bool:
    return one.detail.get("file") == name.where and sorted(one.detail.get("names", ())) == sorted(name.site or ())


def _inside(path: str, folder: str) -> bool:
    """Whether a path is the folder or lies in it; `/` and an empty one hold everything, and tell nothing."""
    stem = folder.rstrip("/")
    return bool(stem) and (path == stem or path.startswith(f"{stem}/"))


def _nested(own: Iterable[Workload]) -> Iterator[Use]:
    """A website whose root lies in a shared folder."""
    shares = [one for one in own if one.kind == "files"]
    for site in own:
        root = str(site.detail.get("root") or "")
        if site.kind == "website" and root:
            for share in shares:
                if _inside(root, str(share.detail.get("path") or "")):
                    yield Use(site.id, share.id, f"its root {root} lies there")


def _jobs(own: Sequence[Workload]) -> Iterator[Use]:
    """What the command of a job names: a unit's program, a folder, or a database of a tool that reads it."""
    for job in own:
        if job.kind != "schedule":
            continue
        command = str(job.detail.get("command") or "")
        for other in own:
            if other.kind in DATABASES and _DATABASE_TOOL.search(command):
                if re.search(rf"(?<![\w/.-]){re.escape(other.name)}(?![\w/.-])", command):
                    yield Use(job.id, other.id, "its command names it")
            elif any(_names(command, folder) for folder in _folders(other)):
                yield Use(job.id, other.id, "its command names its folder")
            elif _is_account_of(job, other):
                yield Use(job.id, other.id, f"both run as {job.detail['user']}, an account of their own")


def _folders(one: Workload) -> list[str]:
    """Folders that are this workload's alone."""
    keys = {"files": "path", "website": "root"}
    found = [str(one.detail.get(keys[one.kind]) or "")] if one.kind in keys else []
    if one.kind == "service":
        words = str(one.detail.get("command") or "").split()
        found += [word.rsplit("/", 1)[0] for word in words if re.match(r"/(?:opt|srv|home)/[^/]+/", word)]
    return [folder for folder in found if folder.count("/") > 1]


def _names(command: str, folder: str) -> bool:
    return re.search(rf"(?<![\w/.-]){re.escape(folder.rstrip('/'))}(?![\w.-])", command) is not None


def _is_account_of(job: Workload, service: Workload) -> bool:
    """Whether both run as one account that is no ordinary one."""
    user = str(job.detail.get("user") or "")
    ordinary = ("", "root", "www-data", "nobody", "apache", "nginx", "daemon", "postgres", "mysql")
    return service.kind == "service" and user == service.detail.get("user") and user not in ordinary
