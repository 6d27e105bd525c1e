"""One server from all that its sources say of it, each value with where it came from; and where they do not agree."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from estate.records.conflict import Conflict, Said
from estate.records.server import Origin, Server
from estate.records.sighting import OWN, Sighting

MACHINE = (
    "hostname", "address", "os_id", "os_version", "os_name", "kernel", "cpus", "memory_bytes", "disk_bytes",
    "disk_used_bytes", "platform", "power",
)  # fmt: skip
"""What a machine tells of itself, or its hypervisor."""
OWNERSHIP = ("owner", "authority", "contract_end", "purpose")
"""What only people know."""

HOSTS_FILE = "the hosts file"

SIZES_AGREE = 0.1
"""Sizes that differ by less than a tenth are not in conflict: a kernel keeps some memory to itself."""

Rank = Callable[[str], tuple[int, int]]
"""By a source's id: whose word is shown about the machine, and about whose it is; the lowest first."""


def by_rank(ranks: Mapping[str, tuple[int, int]]) -> Rank:
    """The ranks of the sources, with Decant's own reading before all."""
    return lambda source: (0, 0) if source == OWN else ranks.get(source, (99, 99))


def merged(name: str, sightings: Sequence[Sighting], before: Server | None, rank: Rank) -> Server:
    """The server that these sightings are of; `before` is the one that discovery keeps, None where it never tried.

    A value comes from the source of the lowest rank that says it. Nothing is invented: what no source says is None.
    """
    newest = _newest(sightings)
    own = next((one for one in newest if one.source == OWN), None)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for field in (*MACHINE, *OWNERSHIP):
        said = _saying(field, newest, rank)
        if said:
            values[field] = getattr(said[0], field)
            origins[field] = Origin(source=said[0].source, where=_where(field, said[0]), at=said[0].at)
    if "os_id" in values:
        _one_system(values, origins, newest, rank)
    if own is None or before is None:
        sources = ", ".join(sorted({one.source for one in newest}))
        base: dict[str, Any] = {
            "id": name,
            "address": None,
            "role": "legacy",
            "reached": False,
            "tried": False,
            "unreached_reason": f"nobody tried to read it: it is known from {sources} alone",
            "seen_at": max(one.at for one in newest),
        }
    else:
        base = {**before.model_dump(), **dict.fromkeys((*MACHINE, *OWNERSHIP)), "tried": True}
    several = own is None or len(newest) > 1
    return Server.model_validate(
        {
            **base,
            **values,
            "managed": any(one.managed for one in newest),
            "origins": origins if several else {},
        }
    )


def origins_in(one: Sighting) -> dict[str, Origin]:
    """Where each value of one sighting stood, and of when it is."""
    fields = [field for field in (*MACHINE, *OWNERSHIP) if getattr(one, field) not in (None, "")]
    return {field: Origin(source=one.source, where=_where(field, one), at=one.at) for field in fields}


def _where(field: str, one: Sighting) -> str:
    """Where a source says it. What no server tells of itself, Decant's own sighting has from the hosts file."""
    return HOSTS_FILE if one.source == OWN and field in (*OWNERSHIP, "address") else one.where


def _newest(sightings: Iterable[Sighting]) -> list[Sighting]:
    """The newest word of each source: what an older export of it said is history, and no conflict."""
    found: dict[tuple[str, str], Sighting] = {}
    for one in sightings:
        key = (one.source, one.scope)
        if key not in found or (one.at, one.id) > (found[key].at, found[key].id):
            found[key] = one
    return list(found.values())


def _saying(field: str, sightings: Iterable[Sighting], rank: Rank) -> list[Sighting]:
    """Those that say anything of `field`, the one to go by first."""
    about = 1 if field in OWNERSHIP else 0
    said = [one for one in sightings if getattr(one, field) not in (None, "")]
    return sorted(said, key=lambda one: (rank(one.source)[about], -one.at.timestamp(), one.id))


def _one_system(
    values: dict[str, Any], origins: dict[str, Origin], newest: Sequence[Sighting], rank: Rank
) -> None:
    """Take the version and name of the same operating system: "debian" of one and "2019" of another is none."""
    for field in ("os_version", "os_name"):
        same = [one for one in _saying(field, newest, rank) if one.os_id in (values["os_id"], None)]
        values[field] = getattr(same[0], field) if same else None
        if same:
            origins[field] = Origin(source=same[0].source, where=same[0].where, at=same[0].at)
        else:
            origins.pop(field, None)


def conflicts(server: str, sightings: Sequence[Sighting], rank: Rank) -> list[Conflict]:
    """Every value of one server on which its sources differ; what is shown comes first."""
    newest = _newest(sightings)
    found = []
    for field in (*MACHINE, *OWNERSHIP):
        said = _saying(field, newest, rank)
        if field == "os_name":
            continue  # its id and version are compared: every source words the name in its own way
        if len(said) > 1 and any(_differ(field, said[0], other) for other in said[1:]):
            found.append(
                Conflict(
                    server=server,
                    field=field,
                    said=tuple(
                        Said(
                            value=str(getattr(one, field)), source=one.source, where=_where(field, one), at=one.at
                        )
                        for one in said
                    ),
                )
            )
    return found


def _differ(field: str, one: Sighting, other: Sighting) -> bool:
    mine, theirs = getattr(one, field), getattr(other, field)
    if field in ("memory_bytes", "disk_bytes", "disk_used_bytes"):
        return bool(abs(mine - theirs) > SIZES_AGREE * max(mine, theirs))
    if field == "hostname":
        return bool(mine.lower().partition(".")[0] != theirs.lower().partition(".")[0])
    if field == "address":
        return mine != theirs and not {mine, *one.addresses} & {theirs, *other.addresses}
    if field == "os_version":
        # "8" and "8.6" are one release said more or less exactly.
        short, long = sorted((mine, theirs), key=len)
        return one.os_id == other.os_id and not (long == short or long.startswith((f"{short}.", f"{short}-")))
    if isinstance(mine, str):
        return bool(mine.strip().casefold() != theirs.strip().casefold())
    return bool(mine != theirs)
