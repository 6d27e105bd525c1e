"""Whether a managed database fits: PostgreSQL and MySQL have one in Azure, MariaDB has none.

A managed server gives nobody a superuser and has the extensions that it has. What of this was not read is never taken
for fitting.
"""

import math
from collections.abc import Collection, Iterable, Sequence

from estate.catalogue import databases
from estate.documents.words import some
from estate.records.assessment import DatabaseTier, ManagedDatabase
from estate.records.facts.mariadb import Mariadb
from estate.records.facts.postgresql import PostgresCluster, Postgresql
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration.sizing.need import Need

GIB = 1024**3
ROOM = 1.25
"""A fifth of its storage stays free: our judgement."""
_BURSTABLE = ((0.2, "Standard_B1ms"), (0.4, "Standard_B2s"))
"""vCPUs that may be busy all the time, as of the VM sizes of the same names."""
_SOME = 5


def managed(
    facts: ServerFacts, workloads: Iterable[Workload], need: Need
) -> tuple[ManagedDatabase | None, tuple[str, ...]]:
    """The managed server that fits its databases, or None; and other ways, or what speaks against it."""
    own = [one for one in workloads if one.server == facts.server.id and not one.os_owned]
    kinds = {one.kind for one in own}
    options: list[str] = []
    if "sqlserver" in kinds:
        options.append(
            "SQL Server stays on the VM here; Azure SQL Managed Instance is the managed way, sized by hand"
        )
    found: ManagedDatabase | None = None
    postgres = facts.get("postgresql", Postgresql)
    if "postgres" in kinds:
        against = _against_postgres(postgres)
        if against:
            options += [f"not Azure Database for PostgreSQL: {why}" for why in against]
        else:
            found = _fitting("PostgreSQL", facts, own, "postgres", kinds, need)
    if "mariadb" in kinds:
        other = facts.get("mariadb", Mariadb)
        if other is None or other.product != "mysql":
            options.append("MariaDB goes to MariaDB on a VM: Azure has no managed MariaDB any more")
        elif engines := _engines(other):
            options.append(
                f"not Azure Database for MySQL: it takes InnoDB alone, and there is {', '.join(engines)}"
            )
        elif found is None:
            found = _fitting("MySQL", facts, own, "mariadb", kinds, need)
    return found, tuple(options)


def _against_postgres(known: Postgresql | None) -> Sequence[str]:
    if known is None:
        return ["what it needs of its server is not known"]
    if len(known.clusters) > 1:
        return ["there is more than one server on it, each of which would be one of its own: look at them by hand"]
    return [why for cluster in known.clusters for why in _against(cluster)]


def _against(cluster: PostgresCluster) -> Iterable[str]:
    offered = set(databases.table().extensions)
    bases = [one for one in cluster.databases if not one.template and one.allows_connections]
    unread = [one.name for one in bases if one.extensions is None]
    if unread:
        yield f"the extensions of {some(unread, _SOME)} were not seen"
    missing = sorted({name for one in bases for name in one.extensions or () if name not in offered})
    if missing:
        yield f"it does not have the extension {some(missing, _SOME)}"
    rooted = [one.name for one in cluster.roles if one.superuser and one.login and one.name != "postgres"]
    if rooted:
        yield f"{some(rooted, _SOME)} logs in as a superuser, which it gives nobody"


def _engines(known: Mariadb) -> Sequence[str]:
    return sorted({name for one in known.databases for name in one.engines if name.lower() != "innodb"})


def _fitting(
    product: databases.DatabaseProduct,
    facts: ServerFacts,
    own: Sequence[Workload],
    kind: str,
    kinds: Collection[str],
    need: Need,
) -> ManagedDatabase | None:
    server = facts.server
    mine = [one for one in own if one.kind == kind]
    if server.cpus is None or server.memory_bytes is None or any(one.bytes is None for one in mine):
        return None
    cpus, memory = need.of(server.cpus, server.memory_bytes)
    size = databases.smallest(product, cpus, memory, _tiers(need, server.cpus))
    held = sum(one.bytes or 0 for one in mine)
    storage = databases.storage(math.ceil(held * ROOM / GIB))
    if size is None or storage is None:
        return None
    instead = set(kinds) == {kind}
    others = "" if instead else "; the server holds more than these databases and is needed besides"
    return ManagedDatabase.model_validate(
        {
            "service": f"Azure Database for {product}",
            "tier": size.tier,
            "sku": size.sku,
            "vcores": size.vcores,
            "memory_bytes": size.memory_bytes,
            "storage_gib": storage,
            "instead": instead,
            "why": f"{need.basis(server.cpus, server.memory_bytes)}; {held / GIB:,.1f} GiB of data,"
            f" with a fifth of the storage free{others}",
        }
    )


def _tiers(need: Need, cpus: int) -> Sequence[DatabaseTier]:
    """A burstable server only for what was seen to be that quiet."""
    busy = need.busy(cpus)
    if busy is not None and busy <= max(baseline for baseline, _ in _BURSTABLE):
        return ("Burstable", "GeneralPurpose", "MemoryOptimized")
    return ("GeneralPurpose", "MemoryOptimized")
