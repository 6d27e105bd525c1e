"""Managed databases, where one takes the place of a machine."""

from collections.abc import Iterator, Sequence

from estate.records.assessment import ManagedDatabase
from estate.records.cost import CostLine
from migration.costing.base import Case, Found, Kind, charge
from migration.costing.figure import number


def _reckon(case: Case, so_far: Sequence[CostLine]) -> Iterator[Found]:
    del so_far
    for subject in case.subjects:
        if subject.database is not None:
            yield from _database(case, subject.id, subject.database)


def _database(case: Case, subject: str, found: ManagedDatabase) -> Iterator[Found]:
    service = "postgresql" if found.service.endswith("PostgreSQL") else "mysql"
    what = f"{found.service}, {found.sku}"
    if found.tier == "Burstable":
        yield charge(case, subject, f"{service}/Burstable/{found.sku}", case.a_year, what, "database", "server")
    else:
        cores = case.a_year * number(found.vcores, "vCores")
        yield charge(case, subject, f"{service}/{found.tier}/vcore", cores, what, "database", "server")
    storage = number(found.storage_gib, "GiB") * number(12, "months")
    yield charge(
        case,
        subject,
        f"{service}/storage",
        storage,
        f"storage of {found.storage_gib:,} GiB",
        "database",
        "storage",
    )
    # As much as the storage is kept free of charge; daily changes come on top, and may be more than that.
    changes = number(found.storage_gib, "GiB") * case.assumed("change_rate", "a day") * case.assumed("backup_days")
    yield charge(
        case,
        subject,
        f"{service}/backup",
        changes * number(12, "months"),
        "backups beyond the free part",
        "database",
        "backup",
    )


KIND = Kind("database", _reckon)
