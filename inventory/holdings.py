"""What moves, and who hands on to whom, where only another source tells: whole machines, managed services. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from estate.records.dependency import Dependency
from estate.records.server import Server, ServerFacts
from estate.records.sighting import Sighting
from estate.records.workload import Workload
from inventory.workloads import slug

IMPORTED = "known_from"
"""The key of `Workload.detail` that names the source, where it is not Decant's own reading."""


def holdings(estate: Iterable[ServerFacts], sightings: Mapping[str, Sequence[Sighting]]) -> tuple[Workload, ...]:
    """The workloads that imports tell of; `sightings` are those of each server.

    A machine that nobody has read is one workload, the whole of it, so that no plan passes over it. Once it is read,
    its own workloads stand in its place.
    """
    found = []
    for facts in estate:
        seen = sightings.get(facts.server.id, ())
        found += [one for sighting in seen for one in _held(facts.server, sighting)]
        if seen and not facts.server.managed and not facts.server.reached and not facts.observations:
            found.append(_whole(facts.server, seen))
    return tuple({one.id: one for one in found}.values())


def gone(before: Iterable[Workload], after: Iterable[Workload]) -> tuple[str, ...]:
    """Ids of workloads that an import told of, and that no import tells of now."""
    still = {one.id for one in after}
    return tuple(one.id for one in before if IMPORTED in one.detail and one.id not in still)


def _whole(server: Server, seen: Sequence[Sighting]) -> Workload:
    about = {"platform": server.platform, "system": server.os_name}
    return Workload(
        id=f"{server.id}/machine/{slug(server.id)}",
        server=server.id,
        kind="machine",
        name=slug(server.id),
        bytes=server.disk_used_bytes or server.disk_bytes,
        detail={
            **{key: value for key, value in about.items() if value},
            IMPORTED: sorted({one.source for one in seen}),
        },
        seen_at=server.seen_at,
    )


def _held(server: Server, sighting: Sighting) -> Iterator[Workload]:
    for one in sighting.holds:
        detail = {key: value for key, value in one.detail.items() if value not in (None, "")}
        yield Workload(
            id=f"{server.id}/{one.kind}/{slug(one.name)}",
            server=server.id,
            kind=one.kind,
            name=slug(one.name),
            bytes=one.bytes,
            detail={**detail, IMPORTED: [sighting.source]},
            seen_at=sighting.at,
        )


def handed_on(sightings: Mapping[str, Sequence[Sighting]]) -> tuple[Dependency, ...]:
    """Who hands requests on to whom, as load balancers are set. An end that no source knows is outside the estate."""
    ends: dict[str, str] = {}
    for server, seen in sightings.items():
        for one in seen:
            ends.update(dict.fromkeys((*filter(None, [one.instance]), *one.addresses), server))
    found: dict[str, Dependency] = {}
    for server, seen in sightings.items():
        for one in seen:
            for link in one.links:
                end = ends.get(link.to)
                identity = f"{server}>{end or link.to}:{link.port}"
                found[identity] = Dependency(
                    id=identity,
                    client=server,
                    server=end or link.to,
                    port=link.port,
                    server_outside=end is None,
                    evidence="configured",
                    where=one.where,
                    seen_at=one.at,
                )
    return tuple(found.values())
