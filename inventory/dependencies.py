"""Who talks to whom: connections matched to listeners across the estate, and what configuration names. Pure."""

import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from estate.addresses import is_public
from estate.records.base import Instant
from estate.records.dependency import Dependency
from estate.records.facts.addresses import Addresses
from estate.records.facts.connections import Connections
from estate.records.facts.listeners import Listeners
from estate.records.facts.sysctl import Sysctl
from estate.records.observation import Outcome
from estate.records.server import ServerFacts
from estate.records.talk import INTERNET, Talk, Watch
from estate.records.workload import Workload
from inventory.configured import is_loopback, named
from inventory.workloads_windows import DYNAMIC

EPHEMERAL = (32768, 60999)
"""Ports that Linux gives to clients, where a host does not say otherwise."""

_STRENGTH = ("configured", "closing", "seen")


def dependencies(
    estate: Sequence[ServerFacts],
    workloads: Sequence[Workload],
    talks: Sequence[Talk] = (),
    watches: Mapping[str, Watch] | None = None,
    before: Iterable[Dependency] = (),
) -> tuple[Dependency, ...]:
    """Every dependency that a connection showed or a configuration file names, by id.

    `talks` and `watches` are what was observed over time; of `before`, what was known, only since when a dependency
    is known is taken. What was seen open beats what was seen closing, and that what was configured. A server's talk
    with itself is left out, and so is a connection of which nobody can say who began it.
    """
    places = places_of(estate)
    listening = {facts.server.id: _ports(facts) for facts in estate}
    answers = _answers(workloads)
    known = {one.id: one for one in before}
    watched = watches or {}
    found: dict[str, Dependency] = {}
    for one in (
        *_seen(estate, places, listening, crowded(talks)),
        *_talked(estate, places, listening, talks),
        *_configured(estate, places, workloads),
    ):
        other = found.get(one.id)
        found[one.id] = _both(other, one) if other else one
    return tuple(_rounded(found[identity], answers, watched, known.get(identity)) for identity in sorted(found))


def come_inside(before: Iterable[Dependency], estate: Sequence[ServerFacts]) -> dict[str, Dependency | None]:
    """What was known of ends outside the estate that are servers of it by now, by the id of then.

    Each as it is called now; None for what turns out to be a server's talk with itself.
    """
    places = places_of(estate)
    found: dict[str, Dependency | None] = {}
    for one in before:
        client = places.get(one.client) if one.client_outside else None
        server = places.get(one.server) if one.server_outside else None
        if client is None and server is None:
            continue
        ends = {"client": client or one.client, "server": server or one.server}
        found[one.id] = (
            None
            if ends["client"] == ends["server"]
            else one.model_copy(
                update={
                    **ends,
                    "id": f"{ends['client']}>{ends['server']}:{one.port}",
                    "client_outside": one.client_outside and client is None,
                    "server_outside": one.server_outside and server is None,
                }
            )
        )
    return found


def crowded(talks: Iterable[Talk]) -> frozenset[tuple[str, int]]:
    """Servers and ports that are open to the public, whose clients are told together."""
    return frozenset((one.server, one.port) for one in talks if one.peer == INTERNET)


def _both(one: Dependency, other: Dependency) -> Dependency:
    """What two pieces of evidence say together: the stronger one, with the times and rounds of both."""
    strong, weak = sorted((one, other), key=lambda each: _STRENGTH.index(each.evidence), reverse=True)
    most = max(one, other, key=lambda each: each.rounds)
    firsts = [each.first_seen for each in (one, other) if each.first_seen]
    lasts = [each.last_seen for each in (one, other) if each.last_seen]
    return strong.model_copy(
        update={
            "process": strong.process or (weak.process if weak.evidence != "configured" else None),
            "seen_at": max(strong.seen_at, weak.seen_at if weak.evidence != "configured" else strong.seen_at),
            "first_seen": min(firsts, default=None),
            "last_seen": max(lasts, default=None),
            "rounds": most.rounds,
            "of_rounds": most.of_rounds,
        }
    )


def _rounded(
    one: Dependency,
    answers: Mapping[tuple[str, int], str],
    watches: Mapping[str, Watch],
    before: Dependency | None,
) -> Dependency:
    """The whole of it: the workload that answers, in how many rounds it was looked for, and since when it is known."""
    firsts = [each.first_seen for each in (one, before) if each is not None and each.first_seen]
    ends = [watches[end].rounds for end in (one.client, one.server) if end in watches]
    return one.model_copy(
        update={
            "workload": None if one.server_outside else answers.get((one.server, one.port)),
            "of_rounds": max(ends, default=0),
            "first_seen": min(firsts, default=None),
        }
    )


def places_of(estate: Iterable[ServerFacts]) -> dict[str, str]:
    """Server by address. Addresses that several servers have (a container bridge, say) tell nothing."""
    owners: dict[str, set[str]] = {}
    for facts in estate:
        known = facts.get("addresses", Addresses)
        listed = [address.address for address in known.addresses] if known else []
        for text in (*listed, *((facts.server.address,) if facts.server.address else ())):
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                owners.setdefault(text.lower(), set()).add(facts.server.id)
                continue
            if not (address.is_loopback or address.is_link_local or address.is_unspecified):
                owners.setdefault(str(address), set()).add(facts.server.id)
    return {text: next(iter(ids)) for text, ids in owners.items() if len(ids) == 1}


def _ports(facts: ServerFacts) -> frozenset[int]:
    known = facts.get("listeners", Listeners)
    return frozenset(one.port for one in known.listeners if one.protocol == "tcp") if known else frozenset()


def _answers(workloads: Iterable[Workload]) -> dict[tuple[str, int], str]:
    """The workload behind a port, where there is only one."""
    behind: dict[tuple[str, int], list[str]] = {}
    for workload in workloads:
        for port in answers_at(workload):
            behind.setdefault((workload.server, port), []).append(workload.id)
    return {place: ids[0] for place, ids in behind.items() if len(ids) == 1}


def answers_at(workload: Workload) -> tuple[int, ...]:
    """The ports on which clients reach a workload."""
    detail = workload.detail
    if workload.os_owned:
        return ()
    if workload.kind in ("postgres", "mariadb", "sqlserver"):
        return (int(detail["port"]),) if "port" in detail else ()
    if workload.kind == "website":
        found = (re.search(r"(?:^|:)(\d+)(?:\s|$)", str(listen)) for listen in detail.get("listen", ()))
        return tuple(dict.fromkeys(int(one[1]) for one in found if one))
    if workload.kind == "files":
        return (139, 445) if detail.get("protocol") == "smb" else (2049,)
    if workload.kind == "service":
        return tuple(int(port) for port in detail.get("ports", ()))
    return ()


def _seen(
    estate: Iterable[ServerFacts],
    places: Mapping[str, str],
    listening: Mapping[str, frozenset[int]],
    public: Collection[tuple[str, int]],
) -> Iterator[Dependency]:
    for facts in estate:
        here = facts.server.id
        seen = facts.observations.get("connections")
        known = seen.as_(Connections) if seen else None
        if seen is None or known is None:
            continue
        at = seen.at
        low, high = _ephemeral(facts)
        for one in known.connections:
            peer = places.get(one.peer_address)
            if peer == here or is_loopback(one.peer_address):
                continue
            if one.local_port in listening[here]:
                told = (here, one.local_port) in public and peer is None and is_public(one.peer_address)
                client = INTERNET if told else peer or one.peer_address
                yield _dependency(client, here, one.local_port, at, client_outside=peer is None)
            elif (one.peer_port in listening[peer]) if peer else not low <= one.peer_port <= high:
                yield _dependency(
                    here,
                    peer or one.peer_address,
                    one.peer_port,
                    at,
                    process=one.process,
                    server_outside=peer is None,
                )


def _talked(
    estate: Iterable[ServerFacts],
    places: Mapping[str, str],
    listening: Mapping[str, frozenset[int]],
    talks: Iterable[Talk],
) -> Iterator[Dependency]:
    """What rounds saw. Which end listened was looked up at that moment, by the server that tells of it."""
    talks = list(talks)
    ephemeral = {facts.server.id: _ephemeral(facts) for facts in estate}
    read = {facts.server.id for facts in estate if facts.outcome("listeners") is Outcome.KNOWN}
    answered = {(one.server, one.port) for one in talks if one.direction == "in"}
    for one in talks:
        peer = places.get(one.peer)
        if one.server not in ephemeral or peer == one.server:
            continue
        low, high = ephemeral[one.server]
        outside = peer is None
        if one.direction == "in":
            found = _dependency(peer or one.peer, one.server, one.port, one.last_seen, client_outside=outside)
        elif (
            (peer, one.port) in answered
            or (peer in read and one.port in listening[peer])
            or (peer not in read and not low <= one.port <= high)
        ):
            found = _dependency(one.server, peer or one.peer, one.port, one.last_seen, server_outside=outside)
        else:
            continue
        yield found.model_copy(
            update={
                "evidence": "seen" if one.open_rounds else "closing",
                "first_seen": one.first_seen,
                "rounds": one.rounds,
            }
        )


def _ephemeral(facts: ServerFacts) -> tuple[int, int]:
    known = facts.get("sysctl", Sysctl)
    text = known.values.get("net.ipv4.ip_local_port_range", "") if known else ""
    found = re.fullmatch(r"(\d+) (\d+)", text)
    return (int(found[1]), int(found[2])) if found else (DYNAMIC, 65535) if facts.server.is_windows else EPHEMERAL


def _configured(
    estate: Iterable[ServerFacts], places: Mapping[str, str], workloads: Iterable[Workload]
) -> Iterator[Dependency]:
    """What configuration names. A name is looked up in the hosts file, the hosts' own tables and the services."""
    estate = list(estate)
    workloads = list(workloads)
    find = finder(estate, places, workloads)
    # A file that names a database and no port means the one where that database is.
    ports = {(one.server, one.name): one.detail["port"] for one in workloads if one.detail.get("port")}
    for facts in estate:
        for one in named(facts):
            server = find(facts, one.name)
            port = one.port or ports.get((server or "", one.database or ""))
            if one.here or server == facts.server.id or port is None:
                continue
            yield _dependency(
                facts.server.id,
                server or one.name,
                port,
                one.at,
                process=one.process,
                server_outside=server is None,
                where=one.where,
            )


def finder(
    estate: Iterable[ServerFacts], places: Mapping[str, str], workloads: Iterable[Workload]
) -> Callable[[ServerFacts, str], str | None]:
    """Looks up the server that a server's configuration means by a name or address; None for what is outside."""
    by_name = dict(places)
    for facts in estate:
        for name in (facts.server.id, facts.server.hostname or facts.server.id):
            by_name.setdefault(name.lower(), facts.server.id)
    for workload in workloads:
        for name in workload.services:
            by_name.setdefault(name.lower(), workload.server)
    tables: dict[str, dict[str, str]] = {}

    def find(facts: ServerFacts, name: str) -> str | None:
        here = facts.server.id
        if here not in tables:
            addresses = facts.get("addresses", Addresses)
            hosts = addresses.hosts if addresses else {}
            tables[here] = {alias.lower(): where for alias, where in hosts.items()}
        return by_name.get(name) or by_name.get(tables[here].get(name, ""))

    return find


def _dependency(
    client: str,
    server: str,
    port: int,
    at: Instant,
    process: str | None = None,
    client_outside: bool = False,
    server_outside: bool = False,
    where: str = "",
) -> Dependency:
    return Dependency(
        id=f"{client}>{server}:{port}",
        client=client,
        server=server,
        port=port,
        process=process,
        client_outside=client_outside,
        server_outside=server_outside,
        evidence="configured" if where else "seen",
        where=where,
        seen_at=at,
        first_seen=None if where else at,
        last_seen=None if where else at,
    )
