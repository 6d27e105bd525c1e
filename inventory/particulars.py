"""What people ask of every workload: how large it is, how fast it changes, whose it is, and why that is not known. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from estate.records.facts.activity import Activity, LogActivity
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import Postgresql
from estate.records.facts.shares import Shares
from estate.records.facts.websites import Websites
from estate.records.observation import Observation
from estate.records.server import ServerFacts
from estate.records.workload import ChangeRate, Kind, Workload

SHORTEST_HOURS = 1.0
"""Two readings closer than this say nothing of a day."""
LONGEST_DAYS = 30.0

DAY = 24.0
FACTS: Mapping[Kind, str] = {
    "postgres": "postgresql",
    "mariadb": "mariadb",
    "sqlserver": "sqlserver",
    "website": "websites",
    "files": "shares",
}
"""The fact that tells the size of each kind; others have none."""

_NO_SIZE: Mapping[Kind, str] = {
    "schedule": "a job keeps nothing of its own: what it works on is counted there",
    "service": "what a service keeps on disk is not measured",
    "machine": "no source tells how much of its disks is used",
}


def with_particulars(
    workloads: Iterable[Workload],
    estate: Mapping[str, ServerFacts],
    earlier: Mapping[tuple[str, str], Observation],
    owners: Mapping[str, str],
) -> tuple[Workload, ...]:
    """The workloads with owner, change rates, and reasons for what is not known.

    `earlier` is an older reading of a server's fact, `owners` what systems.toml says of a confirmed workload.
    """
    by_server: dict[str, list[Workload]] = {}
    for one in workloads:
        by_server.setdefault(one.server, []).append(one)
    found: list[Workload] = []
    for server, held in by_server.items():
        facts = estate.get(server)
        found += held if facts is None else _of_server(held, _read(facts), earlier, owners)
    return tuple(found)


def _of_server(
    held: Sequence[Workload],
    facts: ServerFacts,
    earlier: Mapping[tuple[str, str], Observation],
    owners: Mapping[str, str],
) -> Iterator[Workload]:
    for one in held:
        owner, source = _owner(one, facts, owners)
        changes = () if one.os_owned else tuple(_changes(one, facts, earlier, held))
        yield one.model_copy(
            update={
                "bytes_why": _why_no_size(one, facts) if one.bytes is None else "",
                "changes": changes,
                "changes_why": "" if changes else _why_no_rate(one, facts),
                "owner": owner,
                "owner_from": source,
            }
        )


def _read(facts: ServerFacts) -> ServerFacts:
    """With what is asked for read once, as a store reads it anew each time."""
    wanted = ("activity", *FACTS.values())
    seen = {fact: one for fact in wanted if (one := facts.observations.get(fact)) is not None}
    return ServerFacts(facts.server, seen)


def wants(workloads: Iterable[Workload], estate: Mapping[str, ServerFacts]) -> set[tuple[str, str]]:
    """Servers and facts of which an earlier reading would tell how fast something changes."""
    found = {
        (one.server, fact)
        for one in workloads
        if one.kind in FACTS and not one.os_owned and one.server in estate
        for fact in ("activity", FACTS[one.kind])
    }
    return {(server, fact) for server, fact in found if fact in estate[server].observations}


def _owner(one: Workload, facts: ServerFacts, owners: Mapping[str, str]) -> tuple[str | None, str]:
    """A person's word on the system first, then on the server; then the account that the machine itself names."""
    if one.id in owners:
        return owners[one.id], "systems.toml"
    if facts.server.owner:
        origin = facts.server.origins.get("owner")
        return facts.server.owner, origin.source if origin and origin.source != "discover" else "hosts.toml"
    if one.kind == "postgres" and one.detail.get("owner"):
        return str(one.detail["owner"]), "role in the database"
    account = one.detail.get("user") or _tree_owner(one, facts)
    return (str(account), "account") if account else (None, "")


def _tree_owner(one: Workload, facts: ServerFacts) -> str:
    activity = facts.get("activity", Activity)
    path = one.detail.get("path") if one.kind == "files" else one.detail.get("root")
    return next((tree.owner for tree in activity.trees if tree.path == path), "") if activity and path else ""


def _why_no_size(one: Workload, facts: ServerFacts) -> str:
    if one.os_owned:
        return "it is part of the operating system"
    if one.kind == "website" and not one.detail.get("root"):
        return "it has no root: it hands requests on"
    if one.kind not in FACTS:
        return _NO_SIZE.get(one.kind, "nothing on the server tells it")
    seen = facts.observations.get(FACTS[one.kind])
    return (seen.partial or seen.reason if seen else "") or "the server did not tell it"


def _why_no_rate(one: Workload, facts: ServerFacts) -> str:
    if one.os_owned:
        return "it is part of the operating system"
    if one.kind == "machine":
        return "nobody has read it"
    if one.kind not in FACTS:
        return _NO_SIZE.get(one.kind, "nothing on the server tells it")
    if one.kind == "website" and not one.detail.get("root"):
        return "it has no root: it hands requests on"
    seen = facts.observations.get("activity")
    why = seen.partial or seen.reason if seen else "`activity` was not read: discover it with tier 2"
    return f"{why or 'nothing was counted'}; two readings at least an hour apart would tell its growth"


def _changes(
    one: Workload, facts: ServerFacts, earlier: Mapping[tuple[str, str], Observation], held: Sequence[Workload]
) -> Iterator[ChangeRate]:
    activity = facts.get("activity", Activity)
    seen = facts.observations.get("activity")
    if activity and seen:
        if one.kind in ("postgres", "mariadb"):
            yield from _log(one, activity, seen, earlier.get((one.server, "activity")), held)
        path = one.detail.get("path") if one.kind == "files" else one.detail.get("root")
        for tree in activity.trees:
            if path and tree.path == path and tree.bytes is not None:
                yield ChangeRate(
                    what="files",
                    bytes_per_day=tree.bytes,
                    hours=DAY,
                    until=seen.at,
                    how=f"{tree.files:,} {'file' if tree.files == 1 else 'files'} that changed within a day",
                )
    now = facts.observations.get(FACTS.get(one.kind, ""))
    then = earlier.get((one.server, FACTS.get(one.kind, "")))
    if now and then and one.bytes is not None and (hours := _apart(then, now)):
        before = _size_then(one, then)
        if before is not None:
            grown = one.bytes - before
            yield ChangeRate(
                what="size",
                bytes_per_day=round(grown / hours * DAY),
                hours=round(hours, 2),
                until=now.at,
                how="sizes in two readings",
            )


def _log(
    one: Workload, activity: Activity, seen: Observation, then: Observation | None, held: Sequence[Workload]
) -> Iterator[ChangeRate]:
    """What the database server wrote to its log: between two readings, else since it began to count."""
    port = one.detail.get("port")
    now = next((log for log in activity.logs if log.engine == one.kind and log.port == port), None)
    if now is None:
        return
    same = [other for other in held if other.kind == one.kind and other.detail.get("port") == port]
    rate = _between(now, seen, then) or _since(now)
    if rate is not None:
        per_day, hours, how = rate
        yield ChangeRate(
            what="log",
            bytes_per_day=round(per_day),
            hours=round(hours, 2),
            until=seen.at,
            how=how,
            shared_by=len(same),
        )


def _between(now: LogActivity, seen: Observation, then: Observation | None) -> tuple[float, float, str] | None:
    """Bytes a day from two positions, the hours between them, and how it was told."""
    before = then.as_(Activity) if then else None
    hours = _apart(then, seen) if then else None
    if before is None or hours is None or now.position is None:
        return None
    old = next((log for log in before.logs if (log.engine, log.port) == (now.engine, now.port)), None)
    # A position that fell is that of another server, made anew.
    if old is None or old.position is None or old.position > now.position:
        return None
    return (now.position - old.position) / hours * DAY, hours, "its log's position in two readings"


def _since(now: LogActivity) -> tuple[float, float, str] | None:
    """Bytes a day as the database server itself has counted them."""
    if now.written is None or not now.seconds or now.seconds < SHORTEST_HOURS * 3600:
        return None
    hours = now.seconds / 3600
    how = "pg_stat_wal" if now.engine == "postgres" else "Innodb_os_log_written since it started"
    return now.written / hours * DAY, hours, how


def _apart(then: Observation, now: Observation) -> float | None:
    """Hours from one reading to the other; None where they are too close, or too far, to say anything."""
    hours = (now.at - then.at).total_seconds() / 3600
    return hours if SHORTEST_HOURS <= hours <= LONGEST_DAYS * DAY else None


def _size_then(one: Workload, then: Observation) -> int | None:
    if one.kind == "postgres" and (postgres := then.as_(Postgresql)):
        clusters = [cluster for cluster in postgres.clusters if cluster.port == one.detail.get("port")]
        return next((d.bytes for cluster in clusters for d in cluster.databases if d.name == one.name), None)
    if one.kind == "mariadb" and (mariadb := then.as_(Mariadb)):
        return next((database.bytes for database in mariadb.databases if database.name == one.name), None)
    if one.kind == "files" and (shares := then.as_(Shares)):
        return next((share.bytes for share in shares.shares if share.path == one.detail.get("path")), None)
    if one.kind == "website" and (websites := then.as_(Websites)):
        return websites.root_bytes.get(str(one.detail.get("root")))
    return None
