"""The smallest Azure size that holds what a server needs, with its disks and the database that could be managed."""

from collections.abc import Iterable

from estate.catalogue import sizes
from estate.catalogue.sizes import VmSize
from estate.records.assessment import Size
from estate.records.server import ServerFacts
from estate.records.workload import Workload
from migration.sizing import database, disks
from migration.sizing.need import UNOBSERVED, Need

GENERAL = ("Dasv5", "Easv5")
"""General purpose, and with twice the memory; both on AMD, which Azure prices below Intel."""
BURSTABLE = ("Bsv2",)
"""For what mostly waits. The older Bsv1 ends on 15 November 2028, and nothing moves there any more."""
_DATABASES = frozenset({"postgres", "mariadb", "sqlserver"})


def size_of(facts: ServerFacts, workloads: Iterable[Workload] = (), need: Need = UNOBSERVED) -> Size | None:
    """What `facts.server` needs: what it was seen to use, else all that it has. Workloads of others are passed over.

    None where its CPUs or memory are not known, or no size is so large.
    """
    server = facts.server
    if server.cpus is None or server.memory_bytes is None or server.cpus < 1 or server.memory_bytes < 1:
        return None
    own = [one for one in workloads if one.server == server.id]
    cpus, memory = need.of(server.cpus, server.memory_bytes)
    made, why = disks.sized(facts, need, any(one.kind in _DATABASES for one in own if not one.os_owned))
    sku = _smallest(cpus, memory, len(made) - 1, need, need.busy(server.cpus))
    if sku is None:
        return None
    known = sizes.sizes()[sku]
    burst = (
        f"; a burstable size, as it keeps at most {known.baseline_vcpus:g} vCPUs busy all the time and this does with"
        f" {need.busy(server.cpus):.2f}"
        if known.burstable
        else ""
    )
    managed, options = database.managed(facts, own, need)
    return Size(
        sku=sku,
        vcpus=known.vcpus,
        memory_bytes=known.memory_bytes,
        disk_bytes=server.disk_bytes,
        basis=need.basis(server.cpus, server.memory_bytes) + burst,
        burstable=known.burstable,
        disks=made,
        disks_why=why,
        database=managed,
        options=options,
    )


def _smallest(cpus: int, memory: int, data_disks: int, need: Need, busy: float | None) -> str | None:
    fitting = [
        (size.vcpus, size.memory_gib, not size.burstable, name)
        for name, size in sizes.sizes().items()
        if (size.series in GENERAL or (size.series in BURSTABLE and _quiet(size, busy)))
        and size.vcpus >= cpus
        and size.memory_bytes >= memory
        and size.max_data_disks >= data_disks
        and (size.uncached_iops or 0) >= (need.iops or 0)
        and (size.uncached_mbps or 0) >= (need.mbps or 0)
    ]
    return min(fitting)[3] if fitting else None


def _quiet(size: VmSize, busy: float | None) -> bool:
    """Whether it would never run out of credits; what nobody observed is never taken to be quiet."""
    return busy is not None and size.baseline_vcpus is not None and busy <= size.baseline_vcpus
